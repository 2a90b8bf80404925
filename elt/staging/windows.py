"""Takes the same part of many objects, one row of bytes for each: a block of fixed width, or a text up to its end."""

import ctypes
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numpy.ctypeslib import ndpointer

from elt.compiled import LIBRARY
from elt.joined import Bytes, JoinedObjects, Offsets
from elt.staging.arrays import values_of
from elt.staging.fixed_values import Flags, any_along, first_set, leading_bytes

LONGEST_TEXT = 96
"""The most bytes of a text, its closing quote included."""

_USUAL_TEXT = 32
_QUOTE = ord('"')
_NULL_WIDTH = len("null")

_NUMBER = ctypes.c_int64
_BYTES, _NUMBERS, _CODES, _FLAGS = (
    ndpointer(kind, flags="C_CONTIGUOUS") for kind in (np.uint8, np.int64, np.int32, np.bool_)
)


@dataclass(frozen=True)
class Texts:
    """A text of each of some objects.

    Attributes:
        codes: For each object the place of its text among the different ones.
        different: The different texts, each with its closing quote.
        lengths: The number of bytes of the text of each object.
        endless: Which texts have no end where one may be; anything stands for them.
    """

    codes: npt.NDArray[np.int32]
    different: list[bytes]
    lengths: Offsets
    endless: Flags


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

    def texts(self, joined: JoinedObjects, at: Offsets, *, optional: bool) -> Texts:
        """Take a text of each object up to its closing quote; it ends within ``LONGEST_TEXT`` bytes.

        Args:
            joined: The objects.
            at: Where the text of each begins.
            optional: Whether the text begins with its opening quote, or is ``null`` without one.
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

    def texts(self, joined: JoinedObjects, at: Offsets, *, optional: bool) -> Texts:
        """Take a text of each object (see ``Windows.texts``)."""
        for width in (_USUAL_TEXT, LONGEST_TEXT):
            rows, lengths, endless = self._ended(joined.windows(at, width), optional)
            if not endless.any():
                break
        # What stands behind a text is covered; no two look alike, because each ends with its first quote.
        rows &= leading_bytes(lengths, width)
        found = pa.Array.from_buffers(pa.binary(width), len(rows), [None, pa.py_buffer(rows)]).dictionary_encode()
        different = [text.rstrip(b"\0") for text in found.dictionary.to_pylist()]
        return Texts(values_of(found.indices).astype(np.int32), different, lengths, endless)

    def _ended(self, rows: Bytes, optional: bool) -> tuple[Bytes, Offsets, Flags]:
        """Return windows on texts, how long these are, and which do not end in theirs."""
        width = rows.shape[1]
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
        return rows, lengths, endless


class CompiledWindows:
    """Takes parts of objects with the compiled library, ``elt/compiled/windows.c`` (see ``Windows``).

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._within, self._codes = library.windows_within, library.codes_of_texts
        self._within.restype, self._codes.restype = None, _NUMBER
        self._within.argtypes = [_BYTES, _NUMBERS, *3 * [_NUMBER], *3 * [_BYTES], _FLAGS]
        self._codes.argtypes = [_BYTES, _NUMBERS, *5 * [_NUMBER], _CODES, _CODES, _NUMBERS, _FLAGS, _NUMBERS]

    def within(self, joined: JoinedObjects, at: Offsets, lowest: Bytes, span: Bytes) -> tuple[Bytes, Flags]:
        """Take a block of each object (see ``Windows.within``)."""
        width, outside = len(lowest), np.empty(len(at), np.bool_)
        rows = np.empty((len(at), width), np.uint8)
        last = len(joined.bytes) - width
        self._within(joined.bytes, at, len(at), last, width, lowest, span, rows, outside)
        return rows, outside

    def texts(self, joined: JoinedObjects, at: Offsets, *, optional: bool) -> Texts:
        """Take a text of each object (see ``Windows.texts``)."""
        count, last = len(at), len(joined.bytes) - LONGEST_TEXT
        table = np.zeros(1 << (2 * count).bit_length(), np.int32)
        codes, lengths = np.empty(count, np.int32), np.empty(count, np.int64)
        endless, firsts = np.empty(count, np.bool_), np.empty(count, np.int64)
        known = self._codes(
            joined.bytes, at, count, last, LONGEST_TEXT, optional, len(table), table, codes, lengths, endless, firsts
        )
        rows = firsts[:known]
        starts = np.minimum(at[rows], last)
        spans = zip(starts.tolist(), (starts + lengths[rows]).tolist(), strict=True)
        return Texts(codes, [joined.bytes[start:end].tobytes() for start, end in spans], lengths, endless)


WINDOWS: Windows = NumpyWindows() if LIBRARY is None else CompiledWindows(LIBRARY)
"""What this installation has; both do the same."""
