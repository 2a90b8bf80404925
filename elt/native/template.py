"""The form of the bytes that encoding the events of one type and version gives: text, and values of a kind between.

The encoder writes the fields of a type in one order with nothing between them. What differs from event to event are the
values alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import msgspec
from msgspec import inspect

from elt.contracts import Column, ColumnKind, struct_columns
from hospital_sim.events import UUID_PATTERN, Event

MOST_DIGITS = 18
"""An integer of so many digits keeps the upper bound of 64 bits."""

LONGEST_TEXT = 96
"""The most bytes of a text, its closing quote included."""


class Kind(Enum):
    """The kinds of values, each written in one way, by the numbers that ``elt/native/rows.c`` has for them."""

    UUID = 1
    TIMESTAMP = 2
    DATE = 3
    INTEGER = 4
    TEXT = 5
    OPTIONAL_TEXT = 6


@dataclass(frozen=True)
class Value:
    """A value between two pieces of text.

    Attributes:
        name: Name of its column.
        kind: How it is written. A text ends with its closing quote; its opening quote stands in the piece before, but
            an optional one has its own, or is null.
        described: Its type, as the class of the events has it.
        lowest: The lowest that an integer may be.
    """

    name: str
    kind: Kind
    described: object
    lowest: int = 0


@dataclass(frozen=True)
class Template:
    """The form of the events of one type and version.

    Attributes:
        tag: The event type.
        parts: Pieces of text, and values.
        constants: Integers that have one value, which stands in the text, by their names.
    """

    tag: str
    parts: tuple[bytes | Value, ...]
    constants: dict[str, int]

    def values(self) -> Iterator[Value]:
        """Yield the values."""
        return (part for part in self.parts if isinstance(part, Value))


def template_of(struct: type[Event]) -> Template:
    """Return the form of the events of a class.

    Raises:
        TypeError: If a field has a type of which the values are not written in one of these ways.
    """
    tag = str(struct.__struct_config__.tag)
    types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    constants: dict[str, int] = {}
    parts = _joined(_parts(tag, struct_columns(struct), types, constants))
    return Template(tag, tuple(parts), constants)


def _parts(
    tag: str, columns: Sequence[Column], types: dict[str, object], constants: dict[str, int]
) -> Iterator[bytes | Value]:
    yield b'{"event_type":' + msgspec.json.encode(tag)
    for column in columns:
        yield f',"{column.name}":'.encode()
        value = _value(column, types[column.name])
        if isinstance(value, int):
            constants[column.name] = value
            yield str(value).encode()
        elif value.kind in (Kind.INTEGER, Kind.OPTIONAL_TEXT):
            yield value
        elif value.kind is Kind.TEXT:
            yield from (b'"', value)
        else:
            yield from (b'"', value, b'"')
    yield b"}"


def _value(column: Column, described: object) -> Value | int:
    """Return the value of a column; the number if it is always the same."""
    if column.kind is ColumnKind.INTEGER:
        return _integer(column.name, described)
    if column.kind is ColumnKind.STRING and column.nullable:
        return Value(column.name, Kind.OPTIONAL_TEXT, described)
    if column.kind is ColumnKind.STRING and column.pattern != UUID_PATTERN:
        return Value(column.name, Kind.TEXT, described)
    kinds = {ColumnKind.STRING: Kind.UUID, ColumnKind.TIMESTAMP: Kind.TIMESTAMP, ColumnKind.DATE: Kind.DATE}
    if column.nullable or column.kind not in kinds:
        raise TypeError(column.name)
    return Value(column.name, kinds[column.kind], described)


def _integer(name: str, described: object) -> Value | int:
    found = inspect.type_info(described)
    while isinstance(found, inspect.Metadata):
        found = found.type
    if isinstance(found, inspect.LiteralType) and len(found.values) == 1 and isinstance(found.values[0], int):
        return found.values[0]
    if isinstance(found, inspect.IntType):
        upper_bound_matters = found.lt is not None or (found.le is not None and found.le < 10**MOST_DIGITS)
        if found.ge is not None and found.multiple_of is None and not upper_bound_matters:
            return Value(name, Kind.INTEGER, described, max(0, found.ge))
    raise TypeError(f"{name}: {found}")


def _joined(parts: Iterator[bytes | Value]) -> Iterator[bytes | Value]:
    """Yield parts with neighbouring pieces of text as one."""
    text = b""
    for part in parts:
        if isinstance(part, bytes):
            text += part
            continue
        yield text
        yield part
        text = b""
    yield text
