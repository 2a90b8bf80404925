"""The compiled library, where the installation found a C compiler: the loops that are most of the work of staging.

It knows nothing of Python: it is called through ctypes, and other threads go on meanwhile. Each function has a
counterpart in Python that does the same, for installations without it.
"""

import ctypes

from elt.native.library import library_path

__all__ = ["LIBRARY"]


def _loaded() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(str(library_path()), use_errno=True)
    except OSError:
        return None


LIBRARY = _loaded()
