"""Types of the arguments of compiled functions, which are called through ctypes."""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.ctypeslib import ndpointer

NUMBER = ctypes.c_int64
TEXT = ctypes.c_char_p
"""Bytes that the function only reads."""

BYTES, NUMBERS, FLAGS = (ndpointer(kind, flags="C_CONTIGUOUS") for kind in (np.uint8, np.int64, np.bool_))
"""Arrays, passed without a copy."""


def compiled_function(library: ctypes.CDLL, name: str, *arguments: Any) -> Callable[..., int]:
    """Return a function of the compiled library that returns a number.

    Args:
        library: The compiled library.
        name: Name of the function.
        arguments: Types of its arguments.
    """
    function = library[name]
    function.argtypes, function.restype = arguments, NUMBER
    return function
