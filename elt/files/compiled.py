"""Lists and reads files with the compiled library (``elt/compiled/files.c``)."""

import ctypes
import os
from collections.abc import Iterator, Sequence

from elt.compiled.arguments import BYTES, NUMBER, NUMBERS
from elt.files.protocol import LARGE
from elt.joined import ObjectBuffer, Offsets
from elt.rows import Rows

_NAMES_BYTES = 1 << 15
_ROOM = 1 << 22


class CompiledFiles:
    """Lists and reads the files of folders (see ``Files``).

    Args:
        library: The compiled library.
    """

    lets_others_run = True

    def __init__(self, library: ctypes.CDLL) -> None:
        self._open, self._close, self._next = library.open_folder, library.close_folder, library.next_names
        self._open.argtypes, self._open.restype = [ctypes.c_char_p], ctypes.c_void_p
        self._close.argtypes, self._close.restype = [ctypes.c_void_p], None
        self._next.argtypes, self._next.restype = [ctypes.c_void_p, ctypes.c_char_p, NUMBER], NUMBER
        self._read = library.read_files
        self._read.restype = NUMBER
        self._read.argtypes = [
            ctypes.POINTER(ctypes.c_char_p), NUMBERS, NUMBER, BYTES, NUMBER, NUMBER, NUMBER,
            BYTES, NUMBER, NUMBER, NUMBERS,
        ]  # fmt: skip

    def names(self, folder: str) -> bytes:
        """Return the names in a folder (see ``Files.names``)."""
        return b"".join(self._names(folder))

    def read(self, folders: Sequence[str], folder_ends: Offsets, names: Rows, into: ObjectBuffer) -> None:
        """Read files into a buffer (see ``Files.read``)."""
        if len(folders) != len(folder_ends) or len(names) != (folder_ends[-1] if folders else 0):
            raise ValueError("folder_ends must have one end for each folder, the last of them the number of names")
        if len(names) > len(into.ends):
            raise ValueError(f"the buffer is for {len(into.ends)} objects, not for {len(names)}")
        paths = (ctypes.c_char_p * len(folders))(*map(os.fsencode, folders))
        done, before = into.count, -1
        while before < done < len(names):
            before = done
            room = into.room(_ROOM)
            done = self._read(
                paths, folder_ends, len(folders), names, names.shape[1], done, LARGE,
                room, into.end, len(room), into.ends,
            )  # fmt: skip
            into.count = done

    def _names(self, folder: str) -> Iterator[bytes]:
        opened = self._open(os.fsencode(folder))
        if not opened:
            raise _error(folder)
        try:
            room = ctypes.create_string_buffer(_NAMES_BYTES)
            while size := self._next(opened, room, _NAMES_BYTES):
                if size < 0:
                    raise _error(folder)
                yield ctypes.string_at(room, size)
        finally:
            self._close(opened)


def _error(folder: str) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code), folder)
