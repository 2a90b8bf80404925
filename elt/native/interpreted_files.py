"""Lists and reads files with what Python has."""

import errno
import os
from collections.abc import Iterator, Sequence

from elt.native.buffers import ObjectBuffer, Offsets
from elt.native.files_protocol import LARGE
from elt.native.name_lists import END, Names
from elt.native.text_rows import Rows, texts_of
from hospital_sim.storage import FILE_ALONE


class InterpretedFiles:
    """Lists and reads the files of folders (see ``Files``)."""

    lets_others_run = False

    def names(self, folders: Sequence[str]) -> Names:
        """Return the names in folders (see ``Files.names``)."""
        return Names.of(map(_names, folders))

    def read(self, folders: Sequence[str], folder_ends: Offsets, names: Rows, into: ObjectBuffer) -> None:
        """Read files into a buffer (see ``Files.read``)."""
        for folder, end in zip(folders, folder_ends.tolist(), strict=True):
            if into.count < end:
                into.extend(_contents(folder, names[into.count : end]))
            if into.count < end:
                return


def _names(folder: str) -> bytes:
    with os.scandir(folder) as entries:
        return b"".join(map(_name, entries))


def _name(entry: os.DirEntry[str]) -> bytes:
    if entry.is_dir(follow_symlinks=False):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), entry.path)
    return os.fsencode(entry.name) + END


def _contents(folder: str, names: Rows) -> Iterator[bytes]:
    """Yield what files hold, up to the first that is not ordinary."""
    try:
        for name in texts_of(names):
            file = os.open(f"{folder}{name}", FILE_ALONE)
            try:
                data = os.read(file, LARGE)
            finally:
                os.close(file)
            if len(data) == LARGE:
                return
            yield data
    except OSError:
        return
