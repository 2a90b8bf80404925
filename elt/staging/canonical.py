"""Reads many objects at once where each has exactly the bytes that encoding an event gives.

The encoder writes the fields of a type in one order with nothing between them, so an object is a row of *blocks* of
fixed width (names of fields, identifiers, timestamps) with values of varying width between them. Each block is compared
for all objects in one step. An object is *proven* only if its blocks and values, read from its first byte, end with its
last byte: so no row is ever made of the bytes of two objects. Whatever is not proven is left to decoding one by one; a
row read here is the row that decoding gives.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import inspect

from elt.contracts import Column, ColumnKind, struct_columns
from elt.joined import PADDING, Bytes, JoinedObjects
from elt.staging.arrays import numbers, strings
from elt.staging.fixed_values import (
    BOUNDS,
    DATE_WIDTH,
    TIMESTAMP_WIDTH,
    UUID_WIDTH,
    ZERO,
    Flags,
    read_dates,
    read_timestamps,
    read_uuids,
)
from elt.staging.windows import WINDOWS
from hospital_sim.events import UUID_PATTERN, Event, encode

LONGEST_OBJECT = 4096
"""Longer objects are decoded one by one."""

_DIGITS = 18


@dataclass(frozen=True)
class Proven:
    """The events that were read.

    Attributes:
        rows: For each object, whether it is in the table.
        table: The events, in the order of the objects; columns as the type and version has them.
    """

    rows: Flags
    table: pa.Table


class _Reading:
    """Where reading stands in each object, which objects are proven so far, and the columns read."""

    def __init__(self, joined: JoinedObjects) -> None:
        self.joined = joined
        self.at = joined.starts.copy()
        self.proven = np.ones(len(joined.starts), np.bool_)
        self.columns: dict[str, pa.Array] = {}

    def doubt(self, wrong: Flags) -> None:
        """Take objects out of what is proven."""
        if wrong.any():
            self.proven &= ~wrong


Step = Callable[[_Reading], None]


class CanonicalForm:
    """The bytes that encoding the events of one type and version gives.

    Args:
        struct: The class of the events.

    Raises:
        TypeError: If a field has a type that this way of reading does not know.
    """

    def __init__(self, struct: type[Event]) -> None:
        tag = str(struct.__struct_config__.tag)
        self._tag = strings([tag])[0]
        types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
        self._schema_columns = struct_columns(struct)
        self._steps = list(_steps(tag, self._schema_columns, types))

    def read(self, joined: JoinedObjects) -> Proven:
        """Read the objects that have this form."""
        reading = _Reading(joined)
        for step in self._steps:
            step(reading)
        reading.doubt(reading.at != joined.ends)
        count = len(reading.proven)
        columns = {"event_type": pa.repeat(self._tag, count), **reading.columns}
        table = pa.table(columns)
        return Proven(reading.proven, table if reading.proven.all() else table.filter(pa.array(reading.proven)))


@cache
def canonical_form(struct: type[Event]) -> CanonicalForm | None:
    """Return the form of a class; None if a field has a type that must be decoded one by one."""
    try:
        return CanonicalForm(struct)
    except TypeError:
        return None


def _steps(tag: str, columns: Sequence[Column], types: dict[str, object]) -> Iterator[Step]:
    block = _Block()
    block.text(b'{"event_type":' + msgspec.json.encode(tag))
    for column in columns:
        block.text(f',"{column.name}":'.encode())
        if column.kind is ColumnKind.INTEGER:
            constant, lowest = _integer(types[column.name])
            if constant is not None:
                block.constant(column.name, constant)
                continue
            yield block.step()
            yield _Integers(column.name, lowest)
            block = _Block()
        elif column.nullable:
            if column.kind is not ColumnKind.STRING:
                raise TypeError(column.name)
            yield block.step()
            yield _Strings(column.name, types[column.name], nullable=True)
            block = _Block()
        elif column.kind is ColumnKind.TIMESTAMP:
            block.fixed(column.name, TIMESTAMP_WIDTH, read_timestamps)
        elif column.kind is ColumnKind.DATE:
            block.fixed(column.name, DATE_WIDTH, read_dates)
        elif column.kind is ColumnKind.STRING and column.pattern == UUID_PATTERN:
            block.fixed(column.name, UUID_WIDTH, read_uuids)
        elif column.kind is ColumnKind.STRING:
            block.text(b'"')
            yield block.step()
            yield _Strings(column.name, types[column.name], nullable=False)
            block = _Block()
        else:
            raise TypeError(column.name)
    block.text(b"}")
    yield block.step()


def _integer(described: object) -> tuple[int | None, int]:
    """Return the one value that an integer field has, if it has one, and the lowest that it may have."""
    found = inspect.type_info(described)
    while isinstance(found, inspect.Metadata):
        found = found.type
    if isinstance(found, inspect.LiteralType) and len(found.values) == 1 and isinstance(found.values[0], int):
        return found.values[0], 0
    # A value of 18 digits keeps the upper bound of 64 bits.
    if isinstance(found, inspect.IntType):
        upper_bound_matters = found.lt is not None or (found.le is not None and found.le < 10**_DIGITS)
        if found.ge is not None and found.multiple_of is None and not upper_bound_matters:
            return None, max(0, found.ge)
    raise TypeError(str(found))


class _Block:
    """Bytes of fixed width: what is always the same, and values of fixed width between."""

    def __init__(self) -> None:
        self._lowest = bytearray()
        self._highest = bytearray()
        self._fixed: list[tuple[str, int, int, Callable[[Bytes], tuple[pa.Array, Flags]]]] = []
        self._constants: dict[str, int] = {}

    def text(self, text: bytes) -> None:
        """Append bytes that are the same in every object."""
        self._lowest += text
        self._highest += text

    def constant(self, name: str, value: int) -> None:
        """Append an integer that is the same in every object."""
        self.text(str(value).encode())
        self._constants[name] = value

    def fixed(self, name: str, width: int, read: Callable[[Bytes], tuple[pa.Array, Flags]]) -> None:
        """Append a quoted value of fixed width."""
        self.text(b'"')
        self._fixed.append((name, len(self._lowest), width, read))
        lowest, highest = BOUNDS[width]
        self._lowest += lowest
        self._highest += highest
        self.text(b'"')

    def step(self) -> Step:
        """Return the step that reads this block."""
        lowest = np.frombuffer(bytes(self._lowest), np.uint8)
        span = np.frombuffer(bytes(self._highest), np.uint8) - lowest
        if len(lowest) > PADDING:
            raise TypeError(f"{len(lowest)} bytes are taken of any object, and no more lie behind the last")

        def read(reading: _Reading) -> None:
            rows, outside = WINDOWS.within(reading.joined, reading.at, lowest, span)
            reading.doubt(outside)
            for name, value in self._constants.items():
                reading.columns[name] = numbers(np.full(len(rows), value, np.int64))
            for name, start, width, convert in self._fixed:
                reading.columns[name], wrong = convert(rows[:, start : start + width])
                reading.doubt(wrong)
            reading.at += len(lowest)

        return read


class _Integers:
    """Reads integers of up to 18 digits, as they are written: no sign, no zero in front."""

    def __init__(self, name: str, lowest: int) -> None:
        self._name = name
        self._lowest = lowest

    def __call__(self, reading: _Reading) -> None:
        digits = reading.joined.windows(reading.at, _DIGITS + 1) - np.uint8(ZERO)
        widths = (digits > 9).argmax(axis=1)
        reading.doubt((widths == 0) | ((digits[:, 0] == 0) & (widths > 1)))
        values = np.zeros(len(digits), np.int64)
        for place in range(int(widths.max(initial=0))):
            values = np.where(place < widths, values * 10 + digits[:, place], values)
        reading.doubt(values < self._lowest)
        reading.columns[self._name] = numbers(values)
        reading.at += widths


class _Strings:
    """Reads strings of varying width that have few values; each value is decoded once."""

    def __init__(self, name: str, described: object, *, nullable: bool) -> None:
        self._name = name
        self._nullable = nullable
        self._decoder = msgspec.json.Decoder(described)

    def __call__(self, reading: _Reading) -> None:
        found = WINDOWS.texts(reading.joined, reading.at, optional=self._nullable)
        decoded = [self._decode(written) for written in found.different]
        values = strings([value for value, _ in decoded])
        reading.columns[self._name] = values.take(numbers(found.codes))
        wrong = np.array([not right for _, right in decoded], np.bool_)
        if wrong.any():
            reading.doubt(wrong[found.codes])
        reading.doubt(found.endless)
        reading.at += found.lengths

    def _decode(self, written: bytes) -> tuple[str | None, bool]:
        """Return the value, and whether encoding it gives the bytes that were read."""
        text = written if self._nullable else b'"' + written
        try:
            value: str | None = self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None, False
        return value, encode(value) == text
