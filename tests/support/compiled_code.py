"""The compiled library, for tests that need it."""

import ctypes

import pytest

from elt.native import LIBRARY


def needed_library() -> ctypes.CDLL:
    """Return the library; skip the test without it."""
    if LIBRARY is None:
        pytest.skip("the library was not compiled when the project was installed: is there a C compiler?")
    return LIBRARY
