"""Types of the arguments of compiled functions, for ctypes."""

import ctypes

import numpy as np
from numpy.ctypeslib import ndpointer

NUMBER = ctypes.c_int64
TEXT = ctypes.c_char_p
"""Bytes that are only read."""

BYTES, NUMBERS, FLAGS = (ndpointer(kind, flags="C_CONTIGUOUS") for kind in (np.uint8, np.int64, np.bool_))
"""Arrays, which are not copied."""
