"""A directory as an object store, with atomic create: an object appears whole, once, or not at all.

``file_systems.py`` creates the files, in the best way that the file system has.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from hospital_sim.storage.base import LevelStore, check_key, check_readable
from hospital_sim.storage.file_systems import BINARY, INCOMING, FreeNames, is_other_name
from hospital_sim.storage.protocol import (
    ObjectDeniedError,
    ObjectNotFoundError,
    ObjectTooLargeError,
    ObjectUnreadableError,
    StorageError,
    StoreRefusedError,
    UnfitKeyError,
)

# Opening an object never follows a link, which may lead out of the store, and never waits for a pipe.
_FILE_ALONE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | BINARY

_READ_BYTES = 1 << 16
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_SYNC = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}
_LONGEST_PATH = 4095
"""Bytes of the longest path that a system call takes."""

_NOT_WRITTEN = "cannot be written"
# Errors of one key, whatever the state of the disk.
_UNFIT = {errno.EEXIST, errno.EILSEQ, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR}
_NO_FOLDER = {errno.ELOOP, errno.ENOTDIR}
_OBSTRUCTED = {errno.EEXIST, errno.ENOENT, *_NO_FOLDER}
# Errors of one file, whatever the state of the disk.
_UNREADABLE = {errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR, errno.ENXIO}


class LocalStore(LevelStore):
    """Objects in a directory of the local file system. The first object creates the directory.

    Args:
        root: The directory.
        single_writer: True if nothing else writes to the directory. Then a file system is allowed that cannot create a
            file only if its name is free; others create atomically all the same.

    Attributes:
        url: The directory as an absolute path.
    """

    def __init__(self, root: str | os.PathLike[str], *, single_writer: bool = False) -> None:
        self._root = Path(root).expanduser().absolute()
        self.url = str(self._root)
        self._folders: set[str] = set()
        self._names = FreeNames(self.url, single_writer=single_writer)

    def create(self, key: str, data: bytes) -> bool:
        """Create one object, whole or not at all (see ``ObjectStore.create``)."""
        check_key(key)
        return self._create_all(((key, data),)) == 1

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, one after the other (see ``ObjectStore.create_many``)."""
        return self._create_all(objects)

    def read(self, key: str) -> bytes:
        """Return the bytes of one object (see ``ObjectStore.read``)."""
        check_key(key)
        return self._read(key)

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys."""
        return ((key, self.read(key)) for key in keys)

    def read_each(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Yield the key of each object with its bytes, or with the error if that object cannot be read."""
        for key in keys:
            try:
                check_readable(self.url, key)
                data: bytes | ObjectUnreadableError = self._read(key, most)
            except ObjectUnreadableError as error:
                data = error
            except StoreRefusedError as error:
                data = ObjectDeniedError(error.location, error.reason)
            yield key, data

    def _read(self, key: str, most: int | None = None) -> bytes:
        path = f"{self.url}/{key}"
        try:
            return _read_all(path, most)
        except FileNotFoundError as error:
            raise ObjectNotFoundError(path, "there is no such object") from error
        except OSError as error:
            if error.errno in _UNREADABLE:
                raise ObjectUnreadableError(path, f"cannot be read: {_reason(path, error)}") from error
            raise _failed(path, "cannot be read", error) from error

    def exists(self, key: str) -> bool:
        """Return True if an object has the key."""
        check_key(key)
        return Path(self.url, key).is_file()

    def flush(self) -> None:
        """Return when all objects created so far are durable."""
        if not hasattr(os, "sync"):
            return  # Windows: each was made durable when it was created, and a folder cannot be opened.
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

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete many objects, one after the other (see ``ObjectStore.delete_many``)."""
        for key in keys:
            check_key(key)
            location = f"{self.url}/{key}"
            try:
                os.unlink(location)  # noqa: PTH108
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise _failed(location, "cannot be deleted", error) from error

    def _create_all(self, objects: Iterable[tuple[str, bytes]]) -> int:
        created = existing = 0
        # After an object that existed the next one probably exists too, and reading it costs less than writing.
        expect_existing = False
        location = self.url
        try:
            self._make_folder("")
            with self._names.creating() as create:
                for key, data in objects:
                    check_key(key)
                    location = f"{self.url}/{key}"
                    folder = self._make_folder(key)
                    if expect_existing and self._holds(key, data):
                        existing += 1
                        continue
                    try:
                        create(folder, key, data)
                        created += 1
                        expect_existing = False
                    except FileExistsError:
                        self._check_same(key, data, _read_existing(location))
                        existing += 1
                        expect_existing = True
        except OSError as error:
            raise _failed(location, _NOT_WRITTEN, error, created + existing) from error
        except StorageError as error:
            error.done = created + existing
            raise
        return created

    def _holds(self, key: str, data: bytes) -> bool:
        """Return True if an object can be read and has these bytes; raise an error if it has others."""
        try:
            stored = _read_existing(f"{self.url}/{key}")
        except (OSError, StorageError):
            return False
        return not self._check_same(key, data, stored)

    def _level(self, prefix: str) -> list[str]:
        folder = f"{self.url}/{prefix}".rstrip("/")
        try:
            with os.scandir(folder) as entries:
                names = [f"{entry.name}{'/' * _is_folder(entry)}" for entry in entries]
        except OSError as error:
            if error.errno == errno.ENOENT or (prefix and error.errno in _NO_FOLDER):
                return []
            raise _failed(folder, "cannot be listed", error) from error
        return sorted(f"{prefix}{name}" for name in names if prefix or name != f"{INCOMING}/")

    def _make_folder(self, key: str) -> str:
        folder = key.rpartition("/")[0]
        if folder not in self._folders:
            try:
                os.makedirs(f"{self.url}/{folder}", exist_ok=True)  # noqa: PTH103
                if folder:
                    self._make_folder(folder)
                    _check_name(f"{self.url}/{folder}")
            except RecursionError:
                raise UnfitKeyError(f"{self.url}/{key}", f"{_NOT_WRITTEN}: too many folders in each other") from None
            self._folders.add(folder)
        return folder


def _check_name(path: str) -> None:
    if is_other_name(path):
        raise UnfitKeyError(
            path,
            "cannot be written: its file system takes the name for another, which differs in case or accents alone; "
            "use a file system that keeps them apart",
        )


def _read_existing(path: str) -> bytes:
    if not os.path.isfile(path):  # noqa: PTH113  (the overhead of a Path shows with millions of events)
        raise UnfitKeyError(path, f"{_NOT_WRITTEN}: a file stands where a folder is needed, or a folder as a file")
    _check_name(path)
    return _read_all(path, None)


def _failed(location: str, what: str, error: OSError, done: int = 0) -> StorageError:
    kind: type[StorageError] = StoreRefusedError if error.errno in _REFUSED else StorageError
    if what == _NOT_WRITTEN and (error.errno in _UNFIT or _obstacle(location, error) is not None):
        kind = UnfitKeyError
    failed = kind(location, f"{what}: {_reason(location, error)}")
    failed.done = done
    return failed


def _reason(location: str, error: OSError) -> str:
    obstacle = _obstacle(location, error)
    if obstacle is not None:
        return f"{obstacle} is not a folder, but a file or a link; put the folder itself there"
    is_link = error.errno == errno.ELOOP
    return "it is a link and no object; put the object itself there" if is_link else str(error.strerror)


def _obstacle(location: str, error: OSError) -> Path | None:
    """Return what stands where a folder is needed, for an error that it may cause."""
    if error.errno not in _OBSTRUCTED:
        return None
    path = Path(location)
    folders = (path, *path.parents) if error.errno in (errno.EEXIST, errno.ENOTDIR) else path.parents
    return next((folder for folder in folders if os.path.lexists(folder) and not folder.is_dir()), None)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    # A link to a folder does not count as one, because it may lead out of the store. Nor does a folder whose objects
    # would have paths that are too long: it is listed as one object, which cannot be read.
    return entry.is_dir(follow_symlinks=False) and len(os.fsencode(entry.path)) + 2 <= _LONGEST_PATH


def _read_all(path: str, most: int | None) -> bytes:
    # Looked at before it is opened, because opening a device may have effects.
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
        raise ObjectUnreadableError(path, "cannot be read: it is no file, but a folder, a pipe or a device")
    if most is not None and status.st_size > most:
        raise ObjectTooLargeError(path, status.st_size, most)
    # Not with a file object or a Path, because their overhead shows with millions of events.
    descriptor = os.open(path, _FILE_ALONE)
    try:
        parts = [os.read(descriptor, status.st_size + 1)]
        while parts[-1]:
            parts.append(os.read(descriptor, _READ_BYTES))
        return parts[0] if len(parts) == 2 else b"".join(parts)
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    """Flush the file system of a folder; unlike ``os.sync``, this raises an error for writes that failed."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError, TypeError):
        os.sync()
        return
    if not syncfs(descriptor):
        return
    code = ctypes.get_errno()
    if code not in _NO_SYNC:
        raise OSError(code, os.strerror(code))
    os.sync()
