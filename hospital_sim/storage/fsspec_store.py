"""Any file system of fsspec as an object store.

What it takes to be one is to create an object whole, and only if its name is free. Few file systems can. Those that can
are named here; another is used only by who says that nothing else writes to it.
"""

import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeVar

from hospital_sim.errors import MissingExtraError
from hospital_sim.storage import retries as patience
from hospital_sim.storage.in_flight import THREADS, Flight, in_thread
from hospital_sim.storage.protocol import (
    ObjectConflictError,
    ObjectNotFoundError,
    OverwritingStoreError,
    StorageError,
    StoreRefusedError,
    StoreUnreachableError,
    UnknownSchemeError,
)
from hospital_sim.storage.urls import public_url
from hospital_sim.storage.valid_keys import check_key, check_prefix

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Result = TypeVar("Result")

CREATE_ONLY = frozenset(("memory", "gs", "gcs", "abfs", "abfss", "az", "adl"))
"""Schemes whose file systems create an object whole and only if its name is free: by a condition that the server
checks, or, in memory, under a lock."""

_memory_lock = threading.RLock()


class FsspecStore:
    """Objects in a file system of fsspec, below a path.

    Args:
        url: A URL that fsspec understands.
        single_writer: Whether nothing else writes to the store, so that looking before a write is enough.

    Attributes:
        url: The URL, without a password or a query.

    Raises:
        UnknownSchemeError: If fsspec knows no such file system.
        MissingExtraError: If fsspec, or what it needs for this file system, is not installed.
        OverwritingStoreError: If the file system cannot create an object only if its name is free, and there may be
            several writers.
    """

    def __init__(self, url: str, *, single_writer: bool = False) -> None:
        self._given = url
        self.url = public_url(url).rstrip("/")
        self._scheme = url.partition("://")[0]
        self._single_writer = single_writer
        # In memory nothing is waited for.
        self._width = 1 if self._scheme == "memory" else THREADS
        self._opened: tuple[AbstractFileSystem, str] | None = None
        _check_installed(self._scheme, self.url)
        if not single_writer and self._scheme not in CREATE_ONLY:
            raise OverwritingStoreError(
                self.url,
                f"a file system of {self._scheme}:// cannot create an object whole and only if its name is free, so "
                "writers could overwrite each other; use another store, or --single-writer if nothing else writes here",
            )

    def __reduce__(self) -> tuple[object, ...]:
        """Say how to open the store in another process."""
        return _reopen, (self._given, self._single_writer)

    def create(self, key: str, data: bytes) -> bool:
        """Create one object (see ``ObjectStore.create``)."""
        check_key(key)
        # In memory, nothing but the lock keeps two threads apart.
        with _memory_lock if self._scheme == "memory" else nullcontext():
            if self._single_writer and (there := self._content(key)) is not None:
                return self._same(key, data, there)
            if self._put(key, data):
                return True
            there = self._content(key)
            if there is None:
                raise StorageError(f"{self.url}/{key}", "cannot be written: it, or a part of it, is a folder")
            return self._same(key, data, there)

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, several at once (see ``ObjectStore.create_many``)."""
        flight = Flight(self._create_in_thread, self._width)
        try:
            return sum(flight.results(objects))
        except StorageError as error:
            error.done = flight.done
            raise

    def read(self, key: str) -> bytes:
        """Return the bytes of one object (see ``ObjectStore.read``)."""
        check_key(key)
        found = self._content(key)
        if found is None:
            raise ObjectNotFoundError(f"{self.url}/{key}", "there is no such object")
        return found

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys, reading several at once."""
        return Flight(self._read_in_thread, self._width).results(keys)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects below a prefix."""
        check_prefix(prefix)
        return self._keys(prefix)

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the prefixes one level below a prefix, each with its final slash."""
        check_prefix(prefix)
        return (entry for entry in self._entries(prefix) if entry[-1] == "/")

    def objects(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of the objects right below a prefix, and of none deeper."""
        check_prefix(prefix)
        return (entry for entry in self._entries(prefix) if entry[-1] != "/")

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under the key."""
        check_key(key)
        system, path = self._at(key)
        return self._do(lambda: bool(system.isfile(path)), key)

    def flush(self) -> None:
        """Return at once: what the file system acknowledged is as durable as it makes it."""

    def _create_in_thread(self, item: tuple[str, bytes]) -> Awaitable[bool]:
        return in_thread(self.create, *item)

    def _read_in_thread(self, key: str) -> Awaitable[tuple[str, bytes]]:
        return in_thread(lambda: (key, self.read(key)))

    def _put(self, key: str, data: bytes) -> bool:
        """Put an object where none is; return False if the name is taken."""
        system, path = self._at(key)
        try:
            if self._single_writer:
                self._do(lambda: system.makedirs(path.rpartition("/")[0], exist_ok=True), key)
                self._do(lambda: system.pipe_file(path, data), key)
            else:
                self._do(lambda: system.pipe_file(path, data, mode="create"), key)
        except FileExistsError:
            return False
        return True

    def _keys(self, prefix: str) -> Iterator[str]:
        for entry in self._entries(prefix):
            if entry[-1] == "/":
                yield from self._keys(entry)
            else:
                yield entry

    def _entries(self, prefix: str) -> list[str]:
        """Return what is right below a prefix, sorted: keys, and prefixes with their final slash."""
        system, path = self._at(prefix.rstrip("/"))

        def listing() -> list[dict[str, object]]:
            system.invalidate_cache(path)
            return list(system.ls(path, detail=True))

        try:
            found = self._do(listing, prefix)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = ((str(entry["name"]).rstrip("/").rpartition("/")[2], entry["type"]) for entry in found)
        return sorted(f"{prefix}{name}/" if kind == "directory" else f"{prefix}{name}" for name, kind in names if name)

    def _content(self, key: str) -> bytes | None:
        system, path = self._at(key)
        try:
            return self._do(lambda: bytes(system.cat_file(path)), key)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _same(self, key: str, data: bytes, there: bytes) -> bool:
        if there != data:
            raise ObjectConflictError(f"{self.url}/{key}", "is already there with other bytes; nothing was overwritten")
        return False

    def _at(self, key: str) -> "tuple[AbstractFileSystem, str]":
        if self._opened is None:
            self._opened = self._do(self._open, "")
        system, root = self._opened
        return system, f"{root}/{key}".rstrip("/") if key else root

    def _open(self) -> "tuple[AbstractFileSystem, str]":
        from fsspec.core import url_to_fs

        system, root = url_to_fs(self._given)
        return system, root.rstrip("/")

    def _do(self, call: Callable[[], Result], key: str) -> Result:
        """Call the file system; its errors become those of a store, but for what a name or its absence may be."""
        location = f"{self.url}/{key}".rstrip("/")
        try:
            return call() if self._scheme == "memory" else _again_and_again(call, location)
        except (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, StorageError):
            raise
        except ImportError as error:
            raise MissingExtraError(f"{self.url}: {error}; a store of {self._scheme}://", "s3") from None
        except PermissionError:
            raise StoreRefusedError(
                location, "the store does not permit this; check the credentials and their rights"
            ) from None
        except Exception as error:
            # What such an error says is not known, and may hold what is secret.
            raise StorageError(location, f"the file system failed with {type(error).__name__}") from None


def _again_and_again(call: Callable[[], Result], location: str) -> Result:
    """Call while the call fails in a way that may pass, with growing pauses."""
    deadline, pause = time.monotonic() + patience.SECONDS, 0.1
    while True:
        try:
            return _in_time(call, location)
        except (ConnectionError, TimeoutError) as error:
            if time.monotonic() + pause > deadline:
                raise StoreUnreachableError(
                    location, f"the store cannot be reached ({type(error).__name__}); run the same command again"
                ) from None
        time.sleep(pause)
        pause = min(2 * pause, 2.0)


def _in_time(call: Callable[[], Result], location: str) -> Result:
    """Call what may never return, and wait for it no longer than for any store."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(patience.SECONDS)
    if errors:
        raise errors[0]
    if not results:
        raise StoreUnreachableError(
            location, f"no answer in {patience.SECONDS:.0f} seconds; run the same command again"
        )
    return results[0]


def _check_installed(scheme: str, url: str) -> None:
    try:
        from fsspec import available_protocols, get_filesystem_class
    except ImportError as error:
        raise MissingExtraError(f"a lake at {url}", "s3") from error
    if scheme not in available_protocols():
        raise UnknownSchemeError(
            f"{url!r}: no store knows the scheme {scheme!r}; give a local path, s3://bucket/prefix or a URL of fsspec"
        )
    try:
        get_filesystem_class(scheme)
    except ImportError as error:
        # The message of fsspec names the package.
        raise StoreRefusedError(url, str(error)) from error


def _reopen(url: str, single_writer: bool) -> FsspecStore:
    return FsspecStore(url, single_writer=single_writer)
