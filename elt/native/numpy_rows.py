"""Reads the objects that have the form of a template with NumPy.

An object is a row of *blocks* of fixed width (pieces of text, identifiers, timestamps) with values of varying width
between them. Each block is compared for all objects in one step.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pyarrow as pa

from elt.native.arrays import numbers, values_of
from elt.native.buffers import PADDING, Bytes, JoinedObjects, Offsets
from elt.native.fixed_values import (
    BOUNDS,
    DATE_WIDTH,
    TIMESTAMP_WIDTH,
    UUID_WIDTH,
    ZERO,
    Flags,
    any_along,
    read_dates,
    read_timestamps,
    read_uuids,
)
from elt.native.read_rows import ReadRows, Texts
from elt.native.template import LONGEST_TEXT, MOST_DIGITS, Kind, Template, Value

_USUAL_TEXT = 32
_QUOTE = ord('"')
_NULL = b"null"

_LONGEST_PIECE = PADDING // 2

_WORD = 32
"""Flags that are looked at as the bits of one number."""

_Convert = Callable[[Bytes], tuple[pa.Array, Flags]]
_FIXED: dict[Kind, tuple[int, _Convert]] = {
    Kind.UUID: (UUID_WIDTH, read_uuids),
    Kind.TIMESTAMP: (TIMESTAMP_WIDTH, read_timestamps),
    Kind.DATE: (DATE_WIDTH, read_dates),
}


class NumpyRows:
    """Reads objects (see ``RowReader``)."""

    def read(self, template: Template, joined: JoinedObjects) -> ReadRows:
        """Read the objects that have the form of a template (see ``RowReader.read``)."""
        reading = _Reading(joined)
        for step in _steps(template.parts):
            step(reading)
        reading.doubt(reading.at != joined.ends)
        return ReadRows(reading.proven, {name: reading.of_proven(column) for name, column in reading.columns.items()})


class _Reading:
    """Where reading stands in each object, which objects are proven so far, and the columns read."""

    def __init__(self, joined: JoinedObjects) -> None:
        self.joined = joined
        self.at = joined.starts.copy()
        self.proven = np.ones(len(joined.starts), np.bool_)
        self.columns: dict[str, pa.Array | Texts] = {}

    def doubt(self, wrong: Flags) -> None:
        """Take objects out of what is proven."""
        if wrong.any():
            self.proven &= ~wrong

    def of_proven(self, column: pa.Array | Texts) -> pa.Array | Texts:
        """Return the rows of a column of which the objects are proven."""
        if self.proven.all():
            return column
        if isinstance(column, Texts):
            return Texts(column.codes[self.proven], column.different)
        return column.filter(pa.array(self.proven))


_Step = Callable[[_Reading], None]


@cache
def _steps(parts: tuple[bytes | Value, ...]) -> tuple[_Step, ...]:
    return tuple(_made(parts))


def _made(parts: tuple[bytes | Value, ...]) -> Iterator[_Step]:
    block = _Block()
    for part in _in_pieces(parts):
        fixed = isinstance(part, bytes) or part.kind in _FIXED
        if not fixed or block.width() > _LONGEST_PIECE:
            yield block.step()
            block = _Block()
        if isinstance(part, bytes):
            block.text(part)
        elif fixed:
            block.fixed(part.name, *_FIXED[part.kind])
        else:
            yield _integers(part) if part.kind is Kind.INTEGER else _texts(part)
    yield block.step()


def _in_pieces(parts: tuple[bytes | Value, ...]) -> Iterator[bytes | Value]:
    """Yield parts, text in pieces: a block is taken of any object, so it is no longer than what is behind the last."""
    for part in parts:
        if isinstance(part, bytes):
            yield from (part[at : at + _LONGEST_PIECE] for at in range(0, len(part), _LONGEST_PIECE))
        else:
            yield part


class _Block:
    """Bytes of fixed width: what is always the same, and values of fixed width between."""

    def __init__(self) -> None:
        self._lowest = bytearray()
        self._highest = bytearray()
        self._fixed: list[tuple[str, int, int, _Convert]] = []

    def text(self, text: bytes) -> None:
        """Append bytes that are the same in every object."""
        self._lowest += text
        self._highest += text

    def fixed(self, name: str, width: int, convert: _Convert) -> None:
        """Append a value of fixed width."""
        self._fixed.append((name, len(self._lowest), width, convert))
        lowest, highest = BOUNDS[width]
        self._lowest += lowest
        self._highest += highest

    def width(self) -> int:
        """Return the number of bytes."""
        return len(self._lowest)

    def step(self) -> _Step:
        """Return the step that reads this block."""
        lowest = np.frombuffer(bytes(self._lowest), np.uint8)
        span = np.frombuffer(bytes(self._highest), np.uint8) - lowest

        def read(reading: _Reading) -> None:
            rows = reading.joined.windows(reading.at, len(lowest))
            # Less than the lowest becomes more than any span, so one comparison tells all.
            outside = rows - lowest > span
            if outside.any():
                reading.doubt(any_along(outside, 1))
            for name, start, width, convert in self._fixed:
                reading.columns[name], wrong = convert(rows[:, start : start + width])
                reading.doubt(wrong)
            reading.at += len(lowest)

        return read


def _integers(value: Value) -> _Step:
    """Return the step that reads integers as they are written: no sign, no zero in front."""

    def read(reading: _Reading) -> None:
        digits = reading.joined.windows(reading.at, MOST_DIGITS + 1) - np.uint8(ZERO)
        widths = (digits > 9).argmax(axis=1)
        reading.doubt((widths == 0) | ((digits[:, 0] == 0) & (widths > 1)))
        values = np.zeros(len(digits), np.int64)
        for place in range(int(widths.max(initial=0))):
            values = np.where(place < widths, values * 10 + digits[:, place], values)
        reading.doubt(values < value.lowest)
        reading.columns[value.name] = numbers(values)
        reading.at += widths

    return read


def _texts(value: Value) -> _Step:
    """Return the step that reads texts of varying width that have few values."""
    optional = value.kind is Kind.OPTIONAL_TEXT

    def read(reading: _Reading) -> None:
        for width in (_USUAL_TEXT, LONGEST_TEXT):
            rows = reading.joined.windows(reading.at, width)
            lengths, endless = _text_lengths(rows, optional)
            if not endless.any():
                break
        # What stands behind a text is covered; no two look alike, because each ends with its first quote.
        rows &= _leading_bytes(lengths, width)
        found = pa.Array.from_buffers(pa.binary(width), len(rows), [None, pa.py_buffer(rows)]).dictionary_encode()
        different = [text.rstrip(b"\0") for text in found.dictionary.to_pylist()]
        codes = values_of(found.indices).astype(np.int32)
        reading.columns[value.name] = Texts(codes, different)
        reading.doubt(endless)
        if optional:
            other = np.array([text != _NULL and not text.startswith(b'"') for text in different], np.bool_)
            reading.doubt(other[codes])
        reading.at += lengths

    return read


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
        last[~quoted] = len(_NULL) - 1
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
