"""Lists and reads the many small files of folders."""

from elt.native import LIBRARY
from elt.native.compiled_files import CompiledFiles
from elt.native.files_protocol import LARGE, Files
from elt.native.interpreted_files import InterpretedFiles
from elt.native.name_lists import Names

__all__ = ["FILES", "LARGE", "CompiledFiles", "Files", "InterpretedFiles", "Names"]

FILES: Files = InterpretedFiles() if LIBRARY is None else CompiledFiles(LIBRARY)
"""What this installation has; both do the same."""
