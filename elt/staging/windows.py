"""Takes the same part of many objects, one row of bytes for each: a block of fixed width, or a text up to its end."""

import ctypes
from typing import Protocol

import numpy as np
from numpy.ctypeslib import ndpointer

from elt.compiled import LIBRARY
from elt.joined import Bytes, JoinedObjects, Offsets
from elt.staging.fixed_values import Flags, any_along, first_set, leading_bytes

_QUOTE = ord('"')
_NULL_WIDTH = len("null")

_NUMBER = ctypes.c_int64
_BYTES, _NUMBERS, _FLAGS = (ndpointer(kind, flags="C_CONTIGUOUS") for kind in (np.uint8, np.int64, np.bool_))


class Windows(Protocol):
    """Takes parts of objects."""

    def within(self, joined: JoinedObjects, at: Offsets, lowest: Bytes, span: Bytes) -> tuple[Bytes, Flags]:
        """Take a block of fixed width of each object.

        Args:
            joined: The objects.
            at: Where the block of each begins.
            lowest: The lowest byte that may stand at each place of the block.
            span: How much more it may be.

        Returns:
            One row for each block, and which of them have a byte that may not stand there.
        """
        ...

    def texts(self, joined: JoinedObjects, at: Offsets, width: int, *, optional: bool) -> tuple[Bytes, Offsets, Flags]:
        """Take the text of each object up to its closing quote, with it, and with zeros behind.

        Args:
            joined: The objects.
            at: Where the text of each begins.
            width: The most bytes that are looked at.
            optional: Whether the text begins with its opening quote, or is ``null`` without one.

        Returns:
            One row for each text, the length of each, and which have no end within the width.
        """
        ...


class NumpyWindows:
    """Takes parts of objects with NumPy (see ``Windows``)."""

    def within(self, joined: JoinedObjects, at: Offsets, lowest: Bytes, span: Bytes) -> tuple[Bytes, Flags]:
        """Take a block of each object (see ``Windows.within``)."""
        rows = joined.windows(at, len(lowest))
        # Less than the lowest becomes more than any span, so one comparison tells all.
        outside = rows - lowest > span
        return rows, any_along(outside, 1) if outside.any() else np.zeros(len(rows), np.bool_)

    def texts(self, joined: JoinedObjects, at: Offsets, width: int, *, optional: bool) -> tuple[Bytes, Offsets, Flags]:
        """Take the text of each object (see ``Windows.texts``)."""
        rows = joined.windows(at, width)
        quotes = rows == _QUOTE
        if optional:
            # The first quote belongs to the text here, because null has none.
            quoted = quotes[:, 0].copy()
            quotes[:, 0] = False
        last = first_set(quotes)
        endless = last == width
        if optional:
            endless &= quoted
            last[~quoted] = _NULL_WIDTH - 1
        lengths = last + 1
        lengths[endless] = width
        rows &= leading_bytes(lengths, width)
        return rows, lengths, endless


class CompiledWindows:
    """Takes parts of objects with the compiled library, ``elt/compiled/windows.c`` (see ``Windows``).

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._within, self._texts = library.windows_within, library.windows_of_texts
        self._within.restype = self._texts.restype = None
        self._within.argtypes = [_BYTES, _NUMBERS, *3 * [_NUMBER], *3 * [_BYTES], _FLAGS]
        self._texts.argtypes = [_BYTES, _NUMBERS, *4 * [_NUMBER], _BYTES, _NUMBERS, _FLAGS]

    def within(self, joined: JoinedObjects, at: Offsets, lowest: Bytes, span: Bytes) -> tuple[Bytes, Flags]:
        """Take a block of each object (see ``Windows.within``)."""
        width, outside = len(lowest), np.empty(len(at), np.bool_)
        rows = np.empty((len(at), width), np.uint8)
        last = len(joined.bytes) - width
        self._within(joined.bytes, at, len(at), last, width, lowest, span, rows, outside)
        return rows, outside

    def texts(self, joined: JoinedObjects, at: Offsets, width: int, *, optional: bool) -> tuple[Bytes, Offsets, Flags]:
        """Take the text of each object (see ``Windows.texts``)."""
        rows, lengths = np.empty((len(at), width), np.uint8), np.empty(len(at), np.int64)
        endless = np.empty(len(at), np.bool_)
        last = len(joined.bytes) - width
        self._texts(joined.bytes, at, len(at), last, width, optional, rows, lengths, endless)
        return rows, lengths, endless


WINDOWS: Windows = NumpyWindows() if LIBRARY is None else CompiledWindows(LIBRARY)
"""What this installation has; both do the same."""
