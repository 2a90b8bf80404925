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
import numpy.typing as npt
import pyarrow as pa
from msgspec import inspect

from elt.contracts import Column, ColumnKind, struct_columns
from hospital_sim.events import UUID_PATTERN, Event, encode

LONGEST_OBJECT = 4096
"""Longer objects are decoded one by one."""

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PADDING = 512
_WINDOW = 96
_DIGITS = 18
_QUOTE, _ZERO, _LOWER_A = b'"0a'
_HYPHENS = [8, 13, 18, 23]
_UUID, _TIMESTAMP, _DATE = 36, len("2024-01-01T00:00:00Z"), len("2024-01-01")
_SEPARATORS = {_UUID: "########-####-####-####-############", _TIMESTAMP: "####-##-##T##:##:##Z", _DATE: "####-##-##"}
_DAY_SECONDS = 86_400
_MICROSECONDS = 1_000_000

_MONTHS = np.arange("0000-01", "10000-01", dtype="datetime64[M]")
_FIRST_DAYS = _MONTHS.astype("datetime64[D]").astype(np.int64)
_MONTH_DAYS = np.diff(np.append(_FIRST_DAYS, np.datetime64("10000-01-01", "D").astype(np.int64)))


@dataclass(frozen=True)
class Proven:
    """The events that were read.

    Attributes:
        rows: For each object, whether it is in the table.
        table: The events, in the order of the objects; columns as the type and version has them.
    """

    rows: Flags
    table: pa.Table


class JoinedObjects:
    """The bytes of many objects, one after another.

    Args:
        contents: The bytes of each object.
    """

    def __init__(self, contents: Sequence[bytes]) -> None:
        lengths = np.fromiter(map(len, contents), np.int64, len(contents))
        self.data = b"".join(contents) + bytes(_PADDING)
        self.bytes = np.frombuffer(self.data, np.uint8)
        self.ends = np.cumsum(lengths)
        self.starts = self.ends - lengths

    def windows(self, at: Offsets, width: int) -> Bytes:
        """Return the ``width`` bytes from each offset on, one row for each."""
        last = len(self.bytes) - width
        every = np.lib.stride_tricks.as_strided(self.bytes, (last + 1, width), (1, 1), writeable=False)
        found: Bytes = every[np.minimum(at, last)]
        return found

    def pieces(self, at: Offsets, until: Offsets) -> pa.Array:
        """Return the bytes from one offset to another of each object; nothing beyond the object."""
        offsets = np.empty(2 * len(at), np.int32)
        offsets[0::2] = np.clip(at, self.starts, self.ends)
        offsets[1::2] = np.clip(until, offsets[0::2], self.ends)
        # Every second element lies between two values: the offsets of an Arrow array leave no gaps.
        spans = pa.Array.from_buffers(
            pa.binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(self.data)]
        )
        return spans.take(pa.array(np.arange(0, len(offsets), 2, dtype=np.int32)))


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
        self._tag = str(struct.__struct_config__.tag)
        types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
        self._schema_columns = struct_columns(struct)
        self._steps = list(_steps(self._tag, self._schema_columns, types))

    def read(self, joined: JoinedObjects) -> Proven:
        """Read the objects that have this form."""
        reading = _Reading(joined)
        for step in self._steps:
            step(reading)
        reading.doubt(reading.at != joined.ends)
        count = len(reading.proven)
        columns = {"event_type": pa.repeat(pa.scalar(self._tag, pa.string()), count), **reading.columns}
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
            block.fixed(column.name, _TIMESTAMP, _timestamps)
        elif column.kind is ColumnKind.DATE:
            block.fixed(column.name, _DATE, _dates)
        elif column.kind is ColumnKind.STRING and column.pattern == UUID_PATTERN:
            block.fixed(column.name, _UUID, _uuids)
        elif column.kind is ColumnKind.STRING:
            block.text(b'"')
            yield block.step()
            yield _Strings(column.name, types[column.name], nullable=False)
            block = _Block()
            block.text(b'"')
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
        self._text = bytearray()
        self._same = bytearray()
        self._fixed: list[tuple[str, int, int, Callable[[Bytes], tuple[pa.Array, Flags]]]] = []
        self._constants: dict[str, int] = {}

    def text(self, text: bytes) -> None:
        """Append bytes that are the same in every object."""
        self._text += text
        self._same += b"\xff" * len(text)

    def constant(self, name: str, value: int) -> None:
        """Append an integer that is the same in every object."""
        self.text(str(value).encode())
        self._constants[name] = value

    def fixed(self, name: str, width: int, read: Callable[[Bytes], tuple[pa.Array, Flags]]) -> None:
        """Append a quoted value of fixed width."""
        self.text(b'"')
        self._fixed.append((name, len(self._text), width, read))
        separators = _SEPARATORS[width]
        self._text += separators.encode()
        self._same += bytes(0 if character == "#" else 0xFF for character in separators)
        self.text(b'"')

    def step(self) -> Step:
        """Return the step that reads this block."""
        text, same = np.frombuffer(bytes(self._text), np.uint8), np.frombuffer(bytes(self._same), np.uint8)

        def read(reading: _Reading) -> None:
            rows = reading.joined.windows(reading.at, len(text))
            different = rows ^ text
            different &= same
            if different.any():
                reading.doubt(_any(different, 1))
            for name, value in self._constants.items():
                reading.columns[name] = pa.array(np.full(len(rows), value, np.int64))
            for name, start, width, convert in self._fixed:
                reading.columns[name], wrong = convert(rows[:, start : start + width])
                reading.doubt(wrong)
            reading.at += len(text)

        return read


def _uuids(rows: Bytes) -> tuple[pa.Array, Flags]:
    text = np.ascontiguousarray(rows)
    known = (text - _ZERO) < 10
    known |= (text - _LOWER_A) < 6
    known[:, _HYPHENS] = True  # compared with the block already
    wrong = np.zeros(len(text), np.bool_) if known.all() else _any(~known, 1)
    return fixed_strings(text), wrong


def fixed_strings(text: Bytes) -> pa.Array:
    """Return rows of ASCII characters as an Arrow array of strings."""
    count, width = text.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def _timestamps(rows: Bytes) -> tuple[pa.Array, Flags]:
    digits = np.ascontiguousarray(rows.T) - np.uint8(_ZERO)
    days, wrong = _days(digits)
    hours, minutes, seconds = _number(digits[11:13]), _number(digits[14:16]), _number(digits[17:19])
    for part, limit in ((hours, 24), (minutes, 60), (seconds, 60)):
        wrong |= part >= limit
    wrong |= _any(digits[[11, 12, 14, 15, 17, 18]] > 9, 0)
    at = days * _DAY_SECONDS + (hours.astype(np.int64) * 3600 + minutes * 60 + seconds)
    at *= _MICROSECONDS
    return pa.array(at).view(pa.timestamp("us", tz="UTC")), wrong


def _dates(rows: Bytes) -> tuple[pa.Array, Flags]:
    days, wrong = _days(np.ascontiguousarray(rows.T) - np.uint8(_ZERO))
    return pa.array(days.astype(np.int32)).view(pa.date32()), wrong


def _days(digits: Bytes) -> tuple[Offsets, Flags]:
    """Return days since 1970 from the digits of ``YYYY-MM-DD``, one row for each digit, and which are no dates."""
    wrong = _any(digits[[0, 1, 2, 3, 5, 6, 8, 9]] > 9, 0)
    year = _number(digits[0:2]) * 100 + _number(digits[2:4])
    month, day = _number(digits[5:7]), _number(digits[8:10])
    wrong |= (month < 1) | (month > 12) | (year < 1)
    index = np.where(wrong, 0, year * 12 + month - 1)
    wrong |= (day < 1) | (day > _MONTH_DAYS[index])
    return _FIRST_DAYS[index] + (day - 1), wrong


def _number(digits: Bytes) -> npt.NDArray[np.int32]:
    """Return the number of two digits."""
    found: npt.NDArray[np.int32] = digits[0].astype(np.int32) * 10 + digits[1]
    return found


def _any(flags: npt.NDArray[np.generic], axis: int) -> Flags:
    found: Flags = np.any(flags, axis=axis)
    return found


class _Integers:
    """Reads integers of up to 18 digits, as they are written: no sign, no zero in front."""

    def __init__(self, name: str, lowest: int) -> None:
        self._name = name
        self._lowest = lowest

    def __call__(self, reading: _Reading) -> None:
        digits = reading.joined.windows(reading.at, _DIGITS + 1) - np.uint8(_ZERO)
        widths = (digits > 9).argmax(axis=1)
        reading.doubt((widths == 0) | ((digits[:, 0] == 0) & (widths > 1)))
        values = np.zeros(len(digits), np.int64)
        for place in range(int(widths.max(initial=0))):
            values = np.where(place < widths, values * 10 + digits[:, place], values)
        reading.doubt(values < self._lowest)
        reading.columns[self._name] = pa.array(values)
        reading.at += widths


class _Strings:
    """Reads strings of varying width that have few values; each value is decoded once."""

    def __init__(self, name: str, described: object, *, nullable: bool) -> None:
        self._name = name
        self._nullable = nullable
        self._decoder = msgspec.json.Decoder(described)

    def __call__(self, reading: _Reading) -> None:
        window = reading.joined.windows(reading.at, _WINDOW)
        if self._nullable:
            # The quotes belong to the value here, because null has none.
            quoted = window[:, 0] == _QUOTE
            widths = np.where(quoted, (window[:, 1:] == _QUOTE).argmax(axis=1) + 2, len(b"null"))
        else:
            widths = (window == _QUOTE).argmax(axis=1)
        found = reading.joined.pieces(reading.at, reading.at + widths).dictionary_encode()
        decoded = [self._decode(value) for value in found.dictionary.to_pylist()]
        values = pa.array([value for value, _ in decoded], pa.string())
        reading.columns[self._name] = values.take(found.indices)
        wrong = np.array([not right for _, right in decoded], np.bool_)
        if wrong.any():
            reading.doubt(wrong[found.indices.to_numpy()])
        reading.at += widths

    def _decode(self, written: bytes) -> tuple[str | None, bool]:
        """Return the value, and whether encoding it gives the bytes that were read."""
        text = written if self._nullable else b'"' + written + b'"'
        try:
            value: str | None = self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None, False
        return value, encode(value) == text
