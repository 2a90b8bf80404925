"""What lists and reads the files of folders."""

from collections.abc import Sequence
from typing import Protocol

from elt.native.buffers import ObjectBuffer, Offsets
from elt.native.name_lists import Names
from elt.native.text_rows import Rows

LARGE = 1 << 16
"""Files of so many bytes or more are left to the caller."""


class Files(Protocol):
    """Lists and reads the files of folders.

    Attributes:
        lets_others_run: Whether other threads go on meanwhile.
    """

    lets_others_run: bool

    def names(self, folders: Sequence[str]) -> Names:
        """Return the names of the files in the first of some folders; in no order within a folder.

        Args:
            folders: Paths of the folders, at least one. How many of them are listed, the answer tells.

        Raises:
            IsADirectoryError: If there is a folder in the first of them.
            OSError: If the first of them cannot be read.
        """
        ...

    def read(self, folders: Sequence[str], folder_ends: Offsets, names: Rows, into: ObjectBuffer) -> None:
        """Read files, in the order of their names, from the one that comes after those in the buffer.

        Ends before a file that is not there, is a link, cannot be read, or is large: the caller looks at that one.

        Args:
            folders: Paths of the folders.
            folder_ends: For each folder, the number of files in it and in the folders before.
            names: The names of all files, folder after folder.
            into: Takes what they hold.
        """
        ...
