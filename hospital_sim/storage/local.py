"""A directory as an object store, with atomic create: an object appears whole, once, or not at all.

An object is written to a file without a name (``O_TMPFILE``) and then linked under its key, which fails if the key is
taken. So a reader never sees half an object, and a killed process leaves none. On a system without such files, the
object is first written to the folder ``<root>.incoming`` and linked from there.
"""

import ctypes
import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from hospital_sim.storage.base import LevelStore, check_key
from hospital_sim.storage.protocol import ObjectNotFoundError, StorageError, StoreRefusedError

FILE_ALONE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags to open an object: never follow a link, which may lead out of the store, and never wait for a pipe."""

_READ_BYTES = 1 << 16
_NAMELESS = getattr(os, "O_TMPFILE", 0) | os.O_WRONLY
_OPEN_FILES = "/proc/self/fd"
# Errors of a system that has no files without a name.
_NO_TMPFILE = {errno.EISDIR, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOENT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}

Link = Callable[[str, str, bytes], None]
"""Creates one object; called with its folder, its key and its bytes."""


class LocalStore(LevelStore):
    """Objects in a directory of the local file system. The first object creates the directory.

    Args:
        root: The directory.

    Attributes:
        url: The directory as an absolute path.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = Path(root).expanduser().absolute()
        self.url = str(self._root)
        self._folders: set[str] = set()
        self._has_nameless_files: bool | None = None

    def create(self, key: str, data: bytes) -> bool:
        """Create one object, whole or not at all (see ``ObjectStore.create``)."""
        check_key(key)
        return self._create_all(((key, data),)) == 1

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, one after the other (see ``ObjectStore.create_many``)."""
        return self._create_all(objects)

    def read(self, key: str) -> bytes:
        """Return the bytes of one object (see ``ObjectStore.read``)."""
        path = self._path(key)
        try:
            return _read_all(path)
        except FileNotFoundError as error:
            raise ObjectNotFoundError(path, "there is no such object") from error
        except OSError as error:
            raise _failed(path, "cannot be read", error) from error

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys."""
        return ((key, self.read(key)) for key in keys)

    def exists(self, key: str) -> bool:
        """Return True if an object has the key."""
        return Path(self._path(key)).is_file()

    def flush(self) -> None:
        """Return when all objects created so far are durable."""
        try:
            descriptor = os.open(self.url, os.O_RDONLY)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _failed(self.url, "cannot be written", error) from error
        try:
            _sync(descriptor)
        except OSError as error:
            raise _failed(self.url, "cannot be made durable", error) from error
        finally:
            os.close(descriptor)

    def _create_all(self, objects: Iterable[tuple[str, bytes]]) -> int:
        created = existing = 0
        location = self.url
        try:
            with self._linking() as link:
                for key, data in objects:
                    check_key(key)
                    location = f"{self.url}/{key}"
                    folder = self._make_folder(key)
                    try:
                        link(folder, key, data)
                        created += 1
                    except FileExistsError:
                        self._check_same(key, data, _read_existing(location))
                        existing += 1
        except OSError as error:
            raise _failed(location, "cannot be written", error, created + existing) from error
        except StorageError as error:
            error.done = created + existing
            raise
        return created

    def _path(self, key: str) -> str:
        check_key(key)
        return f"{self.url}/{key}"

    def _level(self, prefix: str) -> list[str]:
        folder = f"{self.url}/{prefix}".rstrip("/")
        try:
            with os.scandir(folder) as entries:
                # A link to a folder does not count as one, because it may lead out of the store.
                names = (f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name for entry in entries)
                return sorted(f"{prefix}{name}" for name in names)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _failed(folder, "cannot be listed", error) from error

    @contextmanager
    def _linking(self) -> Iterator[Link]:
        """Yield a function that creates one object, and raises ``FileExistsError`` if the key is taken."""
        if self._has_nameless_files is None:
            self._make_folder("")
            self._has_nameless_files = _has_nameless_files(self.url)
        if not self._has_nameless_files:
            yield self._link_from_incoming
            return
        # From an open folder, because a short path is resolved fastest, and there are millions of objects.
        self._make_folder("")
        with _open_folder(self.url) as root, _open_folder(_OPEN_FILES) as open_files:
            yield partial(_link_nameless, root, open_files)

    def _make_folder(self, key: str) -> str:
        folder = key.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(f"{self.url}/{folder}", exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)
        return folder

    def _link_from_incoming(self, _: str, key: str, data: bytes) -> None:
        incoming = f"{self.url}.incoming"
        os.makedirs(incoming, exist_ok=True)  # noqa: PTH103
        # A new name, because a file of a killed process may be linked under a key already.
        descriptor, temporary = tempfile.mkstemp(dir=incoming)
        try:
            try:
                _write_all(descriptor, data)
                os.fchmod(descriptor, 0o644)
            finally:
                os.close(descriptor)
            os.link(temporary, f"{self.url}/{key}")
        finally:
            os.unlink(temporary)  # noqa: PTH108


def _link_nameless(root: int, open_files: int, folder: str, key: str, data: bytes) -> None:
    # In the folder of the key, because a link cannot lead to a file system that is mounted elsewhere.
    descriptor = os.open(folder or ".", _NAMELESS, 0o644, dir_fd=root)
    try:
        _write_all(descriptor, data)
        # A src_dir_fd makes Python call linkat, which follows the link; plain link() would not.
        os.link(str(descriptor), key, src_dir_fd=open_files, dst_dir_fd=root, follow_symlinks=True)
    finally:
        os.close(descriptor)


def _has_nameless_files(folder: str) -> bool:
    if not hasattr(os, "O_TMPFILE") or not Path(_OPEN_FILES).is_dir():
        return False
    try:
        os.close(os.open(folder, _NAMELESS, 0o644))
    except OSError as error:
        if error.errno not in _NO_TMPFILE:
            raise
        return False
    return True


@contextmanager
def _open_folder(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_existing(path: str) -> bytes:
    if not Path(path).is_file():
        raise StorageError(path, "cannot be written: a file stands where a folder is needed, or a folder as a file")
    return _read_all(path)


def _failed(location: str, what: str, error: OSError, done: int = 0) -> StorageError:
    kind = StoreRefusedError if error.errno in _REFUSED else StorageError
    is_link = error.errno == errno.ELOOP
    reason = "it is a link and no object; put the object itself there" if is_link else error.strerror
    failed = kind(location, f"{what}: {reason}")
    failed.done = done
    return failed


def _read_all(path: str) -> bytes:
    # Not with a file object or a Path, because their overhead shows with millions of events.
    descriptor = os.open(path, FILE_ALONE)
    try:
        data = os.read(descriptor, _READ_BYTES)
        more = os.read(descriptor, _READ_BYTES)
        while more:
            data += more
            more = os.read(descriptor, _READ_BYTES)
        return data
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])


def _sync(descriptor: int) -> None:
    """Flush the file system of a folder; unlike ``os.sync``, this raises an error for writes that failed."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError, TypeError):
        os.sync()
        return
    if syncfs(descriptor):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
