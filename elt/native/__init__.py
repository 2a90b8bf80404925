"""Reads many small objects as bytes: the loops that are most of the work of staging, compiled from C.

``LIBRARY`` is the compiled library, None if the installation had no C compiler. It is called through ctypes and
does not use Python, so other threads run at the same time. Each compiled function has a plain counterpart in Python
with the same result, which is used without a compiler.
"""

import ctypes

from elt.native.library import library_path

__all__ = ["LIBRARY"]


def _load() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(str(library_path()), use_errno=True)
    except OSError:
        return None


LIBRARY = _load()
