"""Lists and reads the many small files of folders with the compiled library (``elt/native/files.c``).

It does the ordinary case alone. The plain way is the store's own: ``elt.lake.objects`` uses it where this ends, and
for everything where there is no library.
"""

import ctypes
import errno
import os
from collections.abc import Sequence

import numpy as np

from elt.native import LIBRARY
from elt.native.arguments import BYTES, NUMBER, NUMBERS, compiled_function
from elt.native.buffers import ObjectBuffer, Offsets, TextRows
from elt.native.names import MANY_NAME_BYTES, Names

LARGE = 1 << 14
"""Files of at least this many bytes are left to the caller."""

_PATHS = ctypes.POINTER(ctypes.c_char_p)
_RESERVED_BYTES = 1 << 22


class CompiledFiles:
    """Lists and reads the files of folders; other threads run while it does.

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._list = compiled_function(library, "list_folders", _PATHS, NUMBER, BYTES, NUMBER, NUMBERS)
        names = (_PATHS, NUMBERS, NUMBER, BYTES, NUMBER, NUMBER, NUMBER)
        self._read = compiled_function(library, "read_files", *names, BYTES, NUMBER, NUMBER, NUMBERS)

    def names(self, folders: Sequence[str]) -> Names:
        """Return the names of the files in the first folders, unsorted; ``len(names.ends)`` folders were listed.

        Args:
            folders: Paths of the folders, at least one.

        Raises:
            IsADirectoryError: If there is a folder in the first of them.
            OSError: If the first of them cannot be listed.
        """
        paths, ends = _paths(folders), np.empty(len(folders), np.int64)
        size = MANY_NAME_BYTES
        while True:
            buffer = np.empty(size, np.uint8)
            listed = self._list(paths, len(folders), buffer, size, ends)
            if listed:
                return Names(buffer[: ends[listed - 1]].tobytes(), ends[:listed])
            code = ctypes.get_errno()
            if code != errno.ERANGE:
                raise OSError(code, os.strerror(code), folders[0])
            size *= 2

    def read(self, folders: Sequence[str], folder_ends: Offsets, names: TextRows, buffer: ObjectBuffer) -> None:
        """Append files to a buffer in the order of their names, starting with number ``buffer.count``.

        Stops before a file that is missing, is no regular file, cannot be read, or is large; the caller reads that one.

        Args:
            folders: Paths of the folders.
            folder_ends: For each folder, the number of files in it and in the folders before.
            names: The names of all files, folder after folder.
            buffer: Receives the bytes of the files.
        """
        if len(folders) != len(folder_ends) or len(names) != (folder_ends[-1] if folders else 0):
            raise ValueError("folder_ends must have one end for each folder, the last of them the number of names")
        if len(names) > len(buffer.ends):
            raise ValueError(f"the buffer is for {len(buffer.ends)} objects, not for {len(names)}")
        paths = _paths(folders)
        before = -1
        while before < buffer.count < len(names):
            before = buffer.count
            reserved = buffer.reserve(_RESERVED_BYTES)
            buffer.count = self._read(
                paths, folder_ends, len(folders), names, names.shape[1], before, LARGE,
                reserved, buffer.end, len(reserved), buffer.ends,
            )  # fmt: skip


FILES: CompiledFiles | None = None if LIBRARY is None else CompiledFiles(LIBRARY)
"""The compiled way to list and read files; None without the compiled library."""


def _paths(folders: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * len(folders))(*map(os.fsencode, folders))
