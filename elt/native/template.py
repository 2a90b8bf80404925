"""Templates of canonical objects: the bytes that the encoder writes for the events of one type and version.

The encoder writes the fields of a type in one order without spaces, so two events differ in their values alone. A
template is a list of literals and of values between them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import msgspec
from msgspec import inspect

from elt.contracts import Column, ColumnKind, struct_columns
from hospital_sim.events import UUID_PATTERN, Event

MOST_DIGITS = 18
"""Most digits of an integer; any integer of so many fits into 64 bits."""

LONGEST_TEXT = 96
"""Most bytes of a text, with its closing quote."""


class Kind(Enum):
    """Kinds of values, each written in one way; numbered as in ``elt/native/rows.c``."""

    UUID = 1
    TIMESTAMP = 2
    DATE = 3
    INTEGER = 4
    TEXT = 5
    OPTIONAL_TEXT = 6


@dataclass(frozen=True)
class Value:
    """A value between two literals.

    Attributes:
        name: Name of its column.
        kind: Kind of the value. A text ends with its closing quote, and its opening quote belongs to the literal before
            it; an optional text has both quotes, or is null.
        described: Type of its field in the class of the events.
        lowest: Lowest value of an integer.
    """

    name: str
    kind: Kind
    described: object
    lowest: int = 0


@dataclass(frozen=True)
class Template:
    """The canonical bytes of the events of one type and version.

    Attributes:
        tag: The event type.
        parts: Literals, and values between them.
        constants: Integers that always have the same value, by name; they are part of the literals.
    """

    tag: str
    parts: tuple[bytes | Value, ...]
    constants: dict[str, int]

    def values(self) -> Iterator[Value]:
        """Yield the values."""
        return (part for part in self.parts if isinstance(part, Value))


def template_of(struct: type[Event]) -> Template:
    """Return the template of the events of a class.

    Raises:
        TypeError: If the values of a field are of none of the kinds.
    """
    tag = str(struct.__struct_config__.tag)
    types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    constants: dict[str, int] = {}
    parts = _merge_literals(_parts(tag, struct_columns(struct), types, constants))
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
    """Return the value of a column, or the number that it always is."""
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
    info = inspect.type_info(described)
    while isinstance(info, inspect.Metadata):
        info = info.type
    if isinstance(info, inspect.LiteralType) and len(info.values) == 1 and isinstance(info.values[0], int):
        return info.values[0]
    if isinstance(info, inspect.IntType):
        upper_bound_matters = info.lt is not None or (info.le is not None and info.le < 10**MOST_DIGITS)
        if info.ge is not None and info.multiple_of is None and not upper_bound_matters:
            return Value(name, Kind.INTEGER, described, max(0, info.ge))
    raise TypeError(f"{name}: {info}")


def _merge_literals(parts: Iterator[bytes | Value]) -> Iterator[bytes | Value]:
    """Yield parts with neighbouring literals merged into one."""
    literal = b""
    for part in parts:
        if isinstance(part, bytes):
            literal += part
            continue
        yield literal
        yield part
        literal = b""
    yield literal
