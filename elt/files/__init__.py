"""Lists and reads the many small files of folders: compiled, where the installation found a C compiler."""

from elt.files.compiled import CompiledFiles
from elt.files.interpreted import InterpretedFiles
from elt.files.protocol import LARGE, Files, Rows

__all__ = ["FILES", "LARGE", "CompiledFiles", "Files", "InterpretedFiles", "Rows"]


def _installed() -> Files:
    try:
        return CompiledFiles()
    except OSError:
        return InterpretedFiles()


FILES = _installed()
"""What this installation has; both do the same."""
