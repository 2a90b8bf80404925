"""The compiled library, for tests that need it; and the plain way, for tests that go without it."""

import ctypes

import pytest

from elt.native import LIBRARY


def needed_library() -> ctypes.CDLL:
    """Return the library; skip the test without it."""
    if LIBRARY is None:
        pytest.skip("the library was not compiled when the project was installed: is there a C compiler?")
    return LIBRARY


def without_library(patch: pytest.MonkeyPatch) -> None:
    """Let this process list, read and decode in the plain way, as an installation without a C compiler does."""
    for compiled in ("elt.native.names.READ_NAMES", "elt.lake.objects.FILES", "elt.staging.reading.decode.ROWS"):
        patch.setattr(compiled, None)


def use_way(way: str, patch: pytest.MonkeyPatch) -> None:
    """Use the "compiled" or the "plain" way; skip the test where there is nothing compiled."""
    if way == "plain":
        without_library(patch)
    else:
        needed_library()
