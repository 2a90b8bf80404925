"""A directory as an object store: objects appear whole, once, or not at all.

An object is written to a file that has no name (``O_TMPFILE``) and then linked under its key, which fails if the name
is taken. A reader never sees half an object, and a process that is killed leaves none. Where the system has no such
files, the object is first written to a folder beside the root and linked from there.
"""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from hospital_sim.storage.protocol import ObjectConflictError, ObjectNotFoundError, StorageError

_NO_SEGMENT = frozenset(("", ".", ".."))
_READ_BYTES = 1 << 16
_NO_TMPFILE = {errno.EISDIR, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOENT}


class LocalStore:
    """Objects in a directory of the local file system, which is made when the first object is created.

    Args:
        root: The directory.

    Attributes:
        url: The directory as an absolute path.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = Path(root).expanduser().absolute()
        self.url = str(self._root)
        self._folders: set[str] = set()
        self._nameless = hasattr(os, "O_TMPFILE") and Path("/proc/self/fd").is_dir()

    def create(self, key: str, data: bytes) -> bool:
        """Create one object, whole or not at all (see ``ObjectStore.create``)."""
        path = self._path(key)
        try:
            self._make_folder(path)
            if self._nameless:
                self._link_nameless(path, data)
            else:
                self._link_aside(path, data)
        except FileExistsError:
            return self._same_or_conflict(path, data)
        except OSError as error:
            raise StorageError(path, f"cannot be written: {error.strerror}") from error
        return True

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects; return how many were not there before."""
        return sum(self.create(key, data) for key, data in objects)

    def read(self, key: str) -> bytes:
        """Return the bytes of one object (see ``ObjectStore.read``)."""
        path = self._path(key)
        try:
            return _read_all(path)
        except FileNotFoundError as error:
            raise ObjectNotFoundError(path, "there is no such object") from error
        except OSError as error:
            raise StorageError(path, f"cannot be read: {error.strerror}") from error

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys."""
        return ((key, self.read(key)) for key in keys)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects below a prefix."""
        for name, is_folder in self._entries(prefix):
            if is_folder:
                yield from self.keys(f"{prefix}{name}/")
            else:
                yield f"{prefix}{name}"

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the prefixes one level below a prefix, each with its final slash."""
        return (f"{prefix}{name}/" for name, is_folder in self._entries(prefix) if is_folder)

    def objects(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of the objects right below a prefix, and of none deeper."""
        return (f"{prefix}{name}" for name, is_folder in self._entries(prefix) if not is_folder)

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under the key."""
        return Path(self._path(key)).is_file()

    def flush(self) -> None:
        """Return when all that was created is durable."""
        os.sync()

    def _path(self, key: str) -> str:
        if not _NO_SEGMENT.isdisjoint(key.split("/")) or "\0" in key:
            raise ValueError(f"not an object key: {key!r}")
        return f"{self.url}/{key}"

    def _entries(self, prefix: str) -> list[tuple[str, bool]]:
        folder = f"{self.url}/{prefix}".rstrip("/")
        try:
            with os.scandir(folder) as entries:
                # A folder sorts as its prefix does, so that a listing is in the order of the keys.
                found = [(entry.name, entry.is_dir()) for entry in entries]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageError(folder, f"cannot be listed: {error.strerror}") from error
        return sorted(found, key=lambda entry: f"{entry[0]}/" if entry[1] else entry[0])

    def _make_folder(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)

    def _link_nameless(self, path: str, data: bytes) -> None:
        try:
            descriptor = os.open(path.rpartition("/")[0], os.O_TMPFILE | os.O_WRONLY, 0o644)
        except OSError as error:
            if error.errno not in _NO_TMPFILE:
                raise
            self._nameless = False
            self._link_aside(path, data)
            return
        try:
            _write_all(descriptor, data)
            # Any src_dir_fd makes Python call linkat, which follows the link; plain link() would not.
            os.link(f"/proc/self/fd/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)
        finally:
            os.close(descriptor)

    def _link_aside(self, path: str, data: bytes) -> None:
        aside = f"{self.url}.incoming"
        os.makedirs(aside, exist_ok=True)  # noqa: PTH103
        # A name that nobody has: a file that a killed process left here may be linked under a key already.
        descriptor, temporary = tempfile.mkstemp(dir=aside)
        try:
            try:
                _write_all(descriptor, data)
                os.fchmod(descriptor, 0o644)
            finally:
                os.close(descriptor)
            os.link(temporary, path)
        finally:
            os.unlink(temporary)  # noqa: PTH108

    def _same_or_conflict(self, path: str, data: bytes) -> bool:
        if not Path(path).is_file():
            raise StorageError(path, "cannot be written: a file stands where a folder is needed")
        if Path(path).read_bytes() != data:
            raise ObjectConflictError(path, "is already there with other bytes; nothing was overwritten")
        return False


def _read_all(path: str) -> bytes:
    # Events are read by the million: a file object makes more calls of the system, and a Path costs as much again.
    descriptor = os.open(path, os.O_RDONLY)
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
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
