"""Takes the same part of many objects, one row of bytes for each: a block of fixed width, or a text up to its end."""

import ctypes
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.compiled import LIBRARY
from elt.compiled.arguments import BYTES, CODES, FLAGS, NUMBER, NUMBERS
from elt.joined import Bytes, JoinedObjects, Offsets
from elt.staging.arrays import values_of
from elt.staging.fixed_values import Flags, any_along

LONGEST_TEXT = 96
"""The most bytes of a text, its closing quote included."""

_USUAL_TEXT = 32
_QUOTE = ord('"')
_NULL_WIDTH = len("null")

_WORD = 32
"""Flags that are looked at as the bits of one number."""


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
            rows = joined.windows(at, width)
            lengths, endless = _text_lengths(rows, optional)
            if not endless.any():
                break
        # What stands behind a text is covered; no two look alike, because each ends with its first quote.
        rows &= _leading_bytes(lengths, width)
        found = pa.Array.from_buffers(pa.binary(width), len(rows), [None, pa.py_buffer(rows)]).dictionary_encode()
        different = [text.rstrip(b"\0") for text in found.dictionary.to_pylist()]
        return Texts(values_of(found.indices).astype(np.int32), different, lengths, endless)


class CompiledWindows:
    """Takes parts of objects with the compiled library, ``elt/compiled/windows.c`` (see ``Windows``).

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._within, self._codes = library.windows_within, library.codes_of_texts
        self._within.restype, self._codes.restype = None, NUMBER
        self._within.argtypes = [BYTES, NUMBERS, *3 * [NUMBER], *3 * [BYTES], FLAGS]
        self._codes.argtypes = [BYTES, NUMBERS, *5 * [NUMBER], CODES, CODES, NUMBERS, FLAGS, NUMBERS]

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


def _text_lengths(rows: Bytes, optional: bool) -> tuple[Offsets, Flags]:
    """Return how long the texts are with which rows begin, and which have no end there."""
    width = rows.shape[1]
    quotes = rows == _QUOTE
    if optional:
        # The first quote belongs to the text here, because null has none.
        quoted = quotes[:, 0].copy()
        quotes[:, 0] = False
    last = _first_set(quotes)
    endless = last == width
    if optional:
        endless &= quoted
        last[~quoted] = _NULL_WIDTH - 1
    lengths = last + 1
    lengths[endless] = width
    return lengths, endless


def _first_set(flags: Flags) -> Offsets:
    """Return the place of the first flag that is set in each row; the width of the rows where none is."""
    if flags.shape[1] != _WORD:
        found: Offsets = np.where(flags.any(axis=1), flags.argmax(axis=1), flags.shape[1])
        return found
    words = np.packbits(flags, axis=1, bitorder="little").view("<u4")[:, 0]
    # The lowest bit that is set, less one, has a bit for each place before it.
    counts: Offsets = np.bitwise_count((words & -words) - np.uint32(1)).astype(np.int64)
    return counts


def _leading_bytes(counts: Offsets, width: int) -> Bytes:
    """Return rows of bytes: so many ones at the begin of each, and zeros behind."""
    rows = np.tri(width + 1, width, -1, np.uint8) * np.uint8(0xFF)
    # Taking one element of so many bytes is faster than taking a row.
    found: Bytes = rows.view(f"V{width}")[:, 0].take(counts).view(np.uint8).reshape(-1, width)
    return found
