"""Lists and reads the many small files of folders."""

from elt.compiled import LIBRARY
from elt.files.compiled import CompiledFiles
from elt.files.interpreted import InterpretedFiles
from elt.files.names import Names
from elt.files.protocol import LARGE, Files

__all__ = ["FILES", "LARGE", "CompiledFiles", "Files", "InterpretedFiles", "Names"]

FILES: Files = InterpretedFiles() if LIBRARY is None else CompiledFiles(LIBRARY)
"""What this installation has; both do the same."""
