"""How compiled functions are called through ctypes: the types of their arguments, and what they return."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.ctypeslib import ndpointer

NUMBER = ctypes.c_int64
TEXT = ctypes.c_char_p
"""Bytes that are only read."""

BYTES, NUMBERS, FLAGS = (ndpointer(kind, flags="C_CONTIGUOUS") for kind in (np.uint8, np.int64, np.bool_))
"""Arrays, which are not copied."""


def compiled_function(library: ctypes.CDLL, name: str, *arguments: Any) -> Callable[..., int]:
    """Return a function of the compiled library, which returns a number.

    Args:
        library: The compiled library.
        name: Its name.
        arguments: Types of its arguments.
    """
    found = library[name]
    found.argtypes, found.restype = arguments, NUMBER
    return found
