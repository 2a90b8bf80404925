"""Any file system of fsspec as an object store.

A store must create an object whole, and only if its key is free. ``CREATE_ONLY`` lists the file systems that can; any
other needs ``single_writer``.
"""

import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hospital_sim.errors import MissingExtraError, needs_extra
from hospital_sim.storage.base import LevelStore, check_key, check_readable
from hospital_sim.storage.in_flight import THREADS, Flight, in_thread
from hospital_sim.storage.protocol import (
    ObjectNotFoundError,
    ObjectTooLargeError,
    ObjectUnreadableError,
    OverwritingStoreError,
    StorageError,
    StoreRefusedError,
    UnfitKeyError,
    UnknownSchemeError,
)
from hospital_sim.storage.retries import retry_call
from hospital_sim.storage.urls import public_url

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Result = TypeVar("Result")

CREATE_ONLY = frozenset(("memory", "gs", "gcs", "abfs", "abfss", "az", "adl"))
"""Schemes whose file systems create an object whole and only if its key is free: the server checks a condition, or, in
memory, a lock is held."""

_memory_lock = threading.RLock()


class FsspecStore(LevelStore):
    """Objects in a file system of fsspec, below a path.

    Args:
        url: A URL that fsspec understands.
        single_writer: True if nothing else writes to the store, so that it is enough to look for a key before a write.

    Attributes:
        url: The URL without a password or a query.

    Raises:
        UnknownSchemeError: If fsspec knows no such file system.
        MissingExtraError: If fsspec, or the package of this file system, is not installed.
        OverwritingStoreError: If the file system cannot create an object only if its key is free, and ``single_writer``
            is False.
    """

    def __init__(self, url: str, *, single_writer: bool = False) -> None:
        self._url_with_secrets = url
        self.url = public_url(url).rstrip("/")
        self._scheme = url.partition("://")[0]
        self._single_writer = single_writer
        # Memory never waits, so threads would not make it faster.
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
        """Pickle the arguments, so that another process opens the store itself."""
        return partial(FsspecStore, single_writer=self._single_writer), (self._url_with_secrets,)

    def create(self, key: str, data: bytes) -> bool:
        """Create one object (see ``ObjectStore.create``)."""
        check_key(key)
        # The file system in memory has no lock of its own.
        with _memory_lock if self._scheme == "memory" else nullcontext():
            if self._single_writer and (stored := self._content(key)) is not None:
                return self._check_same(key, data, stored)
            if self._put(key, data):
                return True
            stored = self._content(key)
            if stored is None:
                raise UnfitKeyError(f"{self.url}/{key}", "cannot be written: it, or a part of it, is a folder")
            return self._check_same(key, data, stored)

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, several at once (see ``ObjectStore.create_many``)."""
        return sum(Flight(self._create_in_thread, self._width).results(objects))

    def read(self, key: str) -> bytes:
        """Return the bytes of one object (see ``ObjectStore.read``)."""
        check_key(key)
        data = self._content(key)
        if data is None:
            raise ObjectNotFoundError(f"{self.url}/{key}", "there is no such object")
        return data

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys, reading several at once."""
        return Flight(self._read_in_thread, self._width).results(keys)

    def read_each(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Yield the key of each object with its bytes, or with the error if that object cannot be read."""
        return Flight(partial(self._read_each_in_thread, most), self._width).results(keys)

    def exists(self, key: str) -> bool:
        """Return True if an object has the key."""
        check_key(key)
        system, path = self._at(key)
        return self._call(lambda: bool(system.isfile(path)), key)

    def flush(self) -> None:
        """Do nothing: an object is as durable as the file system makes it."""

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete many objects, several at once (see ``ObjectStore.delete_many``)."""
        for _ in Flight(partial(in_thread, self._delete), self._width).results(keys):
            pass

    def _delete(self, key: str) -> None:
        check_key(key)
        system, path = self._at(key)
        with suppress(FileNotFoundError, NotADirectoryError):
            self._call(lambda: system.rm_file(path), key)

    def _create_in_thread(self, item: tuple[str, bytes]) -> Awaitable[bool]:
        return in_thread(self.create, *item)

    def _read_in_thread(self, key: str) -> Awaitable[tuple[str, bytes]]:
        return in_thread(lambda: (key, self.read(key)))

    def _read_each_in_thread(self, most: int, key: str) -> Awaitable[tuple[str, bytes | ObjectUnreadableError]]:
        return in_thread(lambda: (key, self._read_or_error(key, most)))

    def _read_or_error(self, key: str, most: int) -> bytes | ObjectUnreadableError:
        location = f"{self.url}/{key}"
        try:
            check_readable(self.url, key)
            data = self._content(key, most + 1)
        except ObjectUnreadableError as error:
            return error
        if data is None:
            return ObjectNotFoundError(location, "there is no such object")
        if len(data) > most:
            system, path = self._at(key)
            return ObjectTooLargeError(location, self._call(lambda: int(system.size(path)), key), most)
        return data

    def _put(self, key: str, data: bytes) -> bool:
        """Create an object; return False if the key is taken."""
        system, path = self._at(key)
        try:
            if self._single_writer:
                self._call(lambda: system.makedirs(path.rpartition("/")[0], exist_ok=True), key)
                self._call(lambda: system.pipe_file(path, data), key)
            else:
                self._call(lambda: system.pipe_file(path, data, mode="create"), key)
        except FileExistsError:
            return False
        return True

    def _level(self, prefix: str) -> list[str]:
        system, path = self._at(prefix.rstrip("/"))

        def listing() -> list[dict[str, object]]:
            system.invalidate_cache(path)
            return list(system.ls(path, detail=True))

        try:
            entries = self._call(listing, prefix)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = ((str(entry["name"]).rstrip("/").rpartition("/")[2], entry["type"]) for entry in entries)
        return sorted(f"{prefix}{name}/" if kind == "directory" else f"{prefix}{name}" for name, kind in names if name)

    def _content(self, key: str, most: int | None = None) -> bytes | None:
        """Return the first bytes of an object, all by default; None if there is no such object."""
        system, path = self._at(key)

        def content() -> bytes:
            try:
                return bytes(system.cat_file(path, end=most))
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise
            except OSError:
                # Some file systems refuse to read a range of an empty object.
                if most is None or system.size(path):
                    raise
                return b""

        try:
            return self._call(content, key)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _at(self, key: str) -> "tuple[AbstractFileSystem, str]":
        if self._opened is None:
            self._opened = self._call(self._open, "")
        system, root = self._opened
        return system, f"{root}/{key}".rstrip("/") if key else root

    def _open(self) -> "tuple[AbstractFileSystem, str]":
        from fsspec.core import url_to_fs

        system, root = url_to_fs(self._url_with_secrets)
        return system, root.rstrip("/")

    def _call(self, call: Callable[[], Result], key: str) -> Result:
        """Call the file system; turn its errors into those of a store, except that a name exists or is missing."""
        location = f"{self.url}/{key}".rstrip("/")
        try:
            return call() if self._scheme == "memory" else retry_call(call, location)
        except (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, StorageError):
            raise
        except ImportError as error:
            raise MissingExtraError(f"{self.url}: {error}; a store of {self._scheme}://", "s3") from None
        except PermissionError:
            raise StoreRefusedError(
                location, "the store does not permit this; check the credentials and their rights"
            ) from None
        except Exception as error:
            # Without its message, because that may hold a secret.
            raise StorageError(location, f"the file system failed with {type(error).__name__}") from None


def _check_installed(scheme: str, url: str) -> None:
    with needs_extra(f"a lake at {url}", "s3"):
        from fsspec import available_protocols, get_filesystem_class
    if scheme not in available_protocols():
        raise UnknownSchemeError(
            f"{url!r}: no store knows the scheme {scheme!r}; give a local path, s3://bucket/prefix or a URL of fsspec"
        )
    try:
        get_filesystem_class(scheme)
    except ImportError as error:
        # fsspec's message names the package to install.
        raise StoreRefusedError(url, str(error)) from error
