"""Lists and reads files with the compiled library (``elt/native/files.c``)."""

import ctypes
import errno
import os
from collections.abc import Sequence

import numpy as np

from elt.native.arguments import BYTES, NUMBER, NUMBERS, compiled_function
from elt.native.buffers import ObjectBuffer, Offsets
from elt.native.files_protocol import LARGE
from elt.native.name_lists import HELD_BYTES, Names
from elt.native.text_rows import Rows

_PATHS = ctypes.POINTER(ctypes.c_char_p)
_ROOM = 1 << 22


class CompiledFiles:
    """Lists and reads the files of folders (see ``Files``).

    Args:
        library: The compiled library.
    """

    lets_others_run = True

    def __init__(self, library: ctypes.CDLL) -> None:
        self._list = compiled_function(library, "list_folders", _PATHS, NUMBER, BYTES, NUMBER, NUMBERS)
        wanted = (_PATHS, NUMBERS, NUMBER, BYTES, NUMBER, NUMBER, NUMBER)
        self._read = compiled_function(library, "read_files", *wanted, BYTES, NUMBER, NUMBER, NUMBERS)

    def names(self, folders: Sequence[str]) -> Names:
        """Return the names in folders (see ``Files.names``)."""
        paths, ends = _paths(folders), np.empty(len(folders), np.int64)
        room = HELD_BYTES
        while True:
            into = np.empty(room, np.uint8)
            listed = self._list(paths, len(folders), into, room, ends)
            if listed:
                return Names(into[: ends[listed - 1]].tobytes(), ends[:listed])
            code = ctypes.get_errno()
            if code != errno.ERANGE:
                raise OSError(code, os.strerror(code), folders[0])
            room *= 2

    def read(self, folders: Sequence[str], folder_ends: Offsets, names: Rows, into: ObjectBuffer) -> None:
        """Read files into a buffer (see ``Files.read``)."""
        if len(folders) != len(folder_ends) or len(names) != (folder_ends[-1] if folders else 0):
            raise ValueError("folder_ends must have one end for each folder, the last of them the number of names")
        if len(names) > len(into.ends):
            raise ValueError(f"the buffer is for {len(into.ends)} objects, not for {len(names)}")
        paths = _paths(folders)
        done, before = into.count, -1
        while before < done < len(names):
            before = done
            room = into.room(_ROOM)
            done = self._read(
                paths, folder_ends, len(folders), names, names.shape[1], done, LARGE,
                room, into.end, len(room), into.ends,
            )  # fmt: skip
            into.count = done


def _paths(folders: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * len(folders))(*map(os.fsencode, folders))
