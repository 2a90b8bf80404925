"""The columns of each event type, derived from ``hospital_sim.events`` and never written by hand.

Whatever needs a column list (Parquet, warehouse tables, dbt sources, the data dictionary) takes it from here,
so a field that is added to an event appears everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import inspect

from hospital_sim.events import EVENT_TYPES, SCHEMA_VERSION

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "CONTRACT_VERSION",
    "EVENT_TYPES",
    "Column",
    "ColumnKind",
    "arrow_schema",
    "columns",
    "columns_schema",
    "struct_columns",
]

CONTRACT_VERSION = SCHEMA_VERSION
"""Version of the contract, written into the metadata of every staged file."""

EVENT_TYPE = "event_type"
_TAG_DESCRIPTION = "Which of the event types it is."


class ColumnKind(StrEnum):
    """What a value is, from which each store takes its own type."""

    STRING = "string"
    TIMESTAMP = "timestamp"
    DATE = "date"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class Column:
    """One column of staged events.

    Attributes:
        name: Name of the field.
        kind: What its values are. Timestamps are UTC in microseconds, integers are signed 64-bit.
        nullable: Whether a value may be missing.
        description: What it means, in one sentence.
        values: The values it may have, sorted, where it is a choice of strings; else empty.
        pattern: The regular expression its values match, where it has one.
    """

    name: str
    kind: ColumnKind
    nullable: bool
    description: str
    values: tuple[str, ...] = ()
    pattern: str | None = None


@cache
def columns(event_type: str) -> tuple[Column, ...]:
    """Return the columns of an event type: the event's fields in the order of its JSON.

    Args:
        event_type: A key of ``EVENT_TYPES``.

    Returns:
        ``event_id``, ``event_type``, ``schema_version``, ``event_time``, ``hospital_id``, ``department_id``,
        then the fields that only this type has, in the order of its class.

    Raises:
        KeyError: If there is no such event type.
    """
    identifier, *rest = struct_columns(EVENT_TYPES[event_type])
    tag = Column(EVENT_TYPE, ColumnKind.STRING, nullable=False, description=_TAG_DESCRIPTION, values=(event_type,))
    return (identifier, tag, *rest)


@cache
def struct_columns(struct: type[msgspec.Struct]) -> tuple[Column, ...]:
    """Return one column for each scalar field of a msgspec struct; fields that hold others are left out.

    Args:
        struct: The class, such as an event or a department's promise in a run record.

    Returns:
        The columns, in the order of the class.
    """
    described = inspect.type_info(struct)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{struct!r} is not a msgspec struct")
    found = (_column(field.name, field.type) for field in described.fields)
    return tuple(column for column in found if column is not None)


@cache
def arrow_schema(event_type: str) -> "pa.Schema":
    """Return the Arrow schema of an event type: the schema of its staged Parquet files.

    Args:
        event_type: A key of ``EVENT_TYPES``.

    Returns:
        The schema, with the descriptions in the metadata of the fields.

    Raises:
        KeyError: If there is no such event type.
    """
    return columns_schema(columns(event_type))


def columns_schema(wanted: Iterable[Column]) -> "pa.Schema":
    """Return the Arrow schema of columns; their descriptions stand in the metadata of the fields."""
    import pyarrow as pa

    types = {
        ColumnKind.STRING: pa.string(),
        ColumnKind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
        ColumnKind.DATE: pa.date32(),
        ColumnKind.INTEGER: pa.int64(),
        ColumnKind.FLOAT: pa.float64(),
        ColumnKind.BOOLEAN: pa.bool_(),
    }
    return pa.schema(
        pa.field(column.name, types[column.kind], column.nullable, {"description": column.description})
        for column in wanted
    )


def _column(name: str, described: inspect.Type) -> Column | None:
    described, description = _without_metadata(described)
    nullable = False
    if isinstance(described, inspect.UnionType):
        choices = [choice for choice in described.types if not isinstance(choice, inspect.NoneType)]
        if len(choices) != 1:
            raise TypeError(f"field {name!r} is a union, which no column can hold")
        nullable = True
        described, inner = _without_metadata(choices[0])
        description = description or inner
    kind = _kind(described)
    if kind is None:
        return None
    return Column(name, kind, nullable, description, _values(described), getattr(described, "pattern", None))


def _without_metadata(described: inspect.Type) -> tuple[inspect.Type, str]:
    if isinstance(described, inspect.Metadata):
        return described.type, str((described.extra_json_schema or {}).get("description", ""))
    return described, ""


def _kind(described: inspect.Type) -> ColumnKind | None:
    match described:
        case inspect.StrType():
            return ColumnKind.STRING
        case inspect.IntType():
            return ColumnKind.INTEGER
        case inspect.FloatType():
            return ColumnKind.FLOAT
        case inspect.DateTimeType():
            return ColumnKind.TIMESTAMP
        case inspect.DateType():
            return ColumnKind.DATE
        case inspect.LiteralType(values=values):
            return ColumnKind.INTEGER if all(isinstance(value, int) for value in values) else ColumnKind.STRING
    return None


def _values(described: inspect.Type) -> tuple[str, ...]:
    if isinstance(described, inspect.LiteralType):
        return tuple(sorted(value for value in described.values if isinstance(value, str)))
    return ()
