"""Creates files under names that are free, in the best way that a file system has.

The ways, best first; a way that the file system lacks is passed over, from the first object on:

1. a file without a name (``O_TMPFILE``), linked under the name when it is complete: a kill leaves nothing;
2. a temporary file, linked under the name: file systems without ``O_TMPFILE``;
3. a temporary file, renamed without replacing (``RENAME_NOREPLACE``): file systems without hard links, such as exFAT;
4. a temporary file, renamed after a look for the name: only for a single writer.

Windows has the second way, and no call to flush a whole file system, so each file is flushed there as it is written.

Temporary files lie in ``<root>.incoming``, or in ``<root>/.incoming`` if the root is a file system of its own or its
parent is not writable.
"""

import ctypes
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from hospital_sim.storage.protocol import OverwritingStoreError

BINARY = getattr(os, "O_BINARY", 0)
"""Flag to open a file as bytes, because Windows changes the ends of lines without it."""

INCOMING = ".incoming"
"""Name of the folder of temporary files in a root; it holds no objects."""

_NAMELESS = getattr(os, "O_TMPFILE", 0) | os.O_WRONLY
_OPEN_FILES = "/proc/self/fd"
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_NO_CALL = frozenset((errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP))
_NO_LINK = _NO_CALL | {errno.EPERM, errno.EMLINK}
# The other two: old systems take O_TMPFILE for a folder, and sandboxes cannot link from /proc/self/fd.
_NO_NAMELESS = _NO_LINK | {errno.EISDIR, errno.ENOENT}

Create = Callable[[str, str, bytes], None]
"""Creates one file; called with its folder, its key and its bytes."""


class FreeNames:
    """Creates files below a folder, each only if its name is free.

    Args:
        root: The folder.
        single_writer: True if nothing else writes to it, so that it is enough to look for a name.
    """

    def __init__(self, root: str, *, single_writer: bool) -> None:
        self._root = root
        self._single_writer = single_writer
        self._lacking = 0
        self._incoming = ""

    @contextmanager
    def creating(self) -> Iterator[Create]:
        """Yield a function that creates one file, and raises ``FileExistsError`` if the name is taken.

        Create two files::

            with names.creating() as create:
                create("a", "a/1.json", b"{}")
                create("a", "a/2.json", b"{}")
        """
        with ExitStack() as stack:
            ways: list[tuple[Create, frozenset[int]]] = []
            if hasattr(os, "O_TMPFILE") and Path(_OPEN_FILES).is_dir():
                # From an open folder, because a short path is resolved fastest, and there are millions of objects.
                root, open_files = (stack.enter_context(_open_folder(path)) for path in (self._root, _OPEN_FILES))
                ways.append((partial(_link_nameless, root, open_files), _NO_NAMELESS))
            ways.append((partial(self._move, os.link), _NO_LINK))
            ways.append((partial(self._move, _rename_to_free), _NO_CALL))
            if self._single_writer:
                ways.append((partial(self._move, _rename_after_look), frozenset()))
            yield partial(self._create, ways)

    def _create(self, ways: list[tuple[Create, frozenset[int]]], folder: str, key: str, data: bytes) -> None:
        while (way := self._lacking) < len(ways):
            create, lacking = ways[way]
            try:
                create(folder, key, data)
            except OSError as error:
                if error.errno not in lacking:
                    raise
                # Set, not counted up, because several threads may find this out at once.
                self._lacking = way + 1
            else:
                return
        raise OverwritingStoreError(
            self._root,
            "its file system has neither hard links nor a rename that never replaces (RENAME_NOREPLACE), so writers "
            "could overwrite each other; use a folder elsewhere, or --single-writer if nothing else writes to this one",
        )

    def _move(self, move: Callable[[str, str], None], _: str, key: str, data: bytes) -> None:
        self._incoming = self._incoming or _incoming_folder(self._root)
        # A new name, because a file of a killed process may be linked under a key already.
        temporary = f"{self._incoming}/{secrets.token_hex(16)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o644)
        try:
            try:
                write_all(descriptor, data)
                if not hasattr(os, "sync"):
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            move(temporary, f"{self._root}/{key}")
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)  # noqa: PTH108


def is_other_name(path: str) -> bool:
    """Return True if a path leads to a file of another name, which differs in case or in the form of accents alone."""
    folder, _, name = path.rpartition("/")
    other = f"{folder}/{name.swapcase()}"
    if name.isascii() and (other == path or not os.path.lexists(other) or not Path(path).samefile(other)):
        return False
    return name not in os.listdir(folder)  # noqa: PTH208


def write_all(descriptor: int, data: bytes) -> None:
    """Write all bytes to an open file."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])


def _link_nameless(root: int, open_files: int, folder: str, key: str, data: bytes) -> None:
    # In the folder of the key, because a link cannot lead to a file system that is mounted elsewhere.
    descriptor = os.open(folder or ".", _NAMELESS, 0o644, dir_fd=root)
    try:
        write_all(descriptor, data)
        # A src_dir_fd makes Python call linkat, which follows the link; plain link() would not.
        os.link(str(descriptor), key, src_dir_fd=open_files, dst_dir_fd=root, follow_symlinks=True)
    finally:
        os.close(descriptor)


def _rename_to_free(temporary: str, path: str) -> None:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if renameat2(_AT_FDCWD, os.fsencode(temporary), _AT_FDCWD, os.fsencode(path), _RENAME_NOREPLACE):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path)


def _rename_after_look(temporary: str, path: str) -> None:
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
    os.rename(temporary, path)  # noqa: PTH104


def _incoming_folder(root: str) -> str:
    """Make the folder of temporary files, on the file system of the root."""
    parent = os.path.dirname(root)  # noqa: PTH120
    folder = f"{root}{INCOMING}"
    if os.stat(parent).st_dev != os.stat(root).st_dev or not os.access(parent, os.W_OK):  # noqa: PTH116
        folder = f"{root}/{INCOMING}"
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    return folder


@contextmanager
def _open_folder(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
