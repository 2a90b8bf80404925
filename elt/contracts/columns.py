"""Columns of each event type, derived from ``hospital_sim.events``.

Parquet, warehouse tables, dbt sources and the data dictionary take their columns from here, so a field that is added to
an event appears in all of them. The newest version of a type has all columns: a version only appends columns to the one
before, and they are null for events of older versions.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

import msgspec
from msgspec import inspect

from hospital_sim.events import EVENT_VERSIONS, Event

if TYPE_CHECKING:
    import pyarrow as pa

EVENT_TYPE = "event_type"
SCHEMA_VERSION_FIELD = "schema_version"
_TAG_DESCRIPTION = "Which of the event types it is."


class ColumnKind(StrEnum):
    """Kind of a value, from which each engine derives its type."""

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
        kind: Kind of its values. Timestamps are UTC in microseconds, integers are signed 64-bit.
        description: Its meaning, in one sentence.
        nullable: True if a value may be missing.
        values: The allowed values, sorted, if it is a choice of strings; else empty.
        pattern: Regular expression of its values; None if there is none.
    """

    name: str
    kind: ColumnKind
    description: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    pattern: str | None = None


def columns(event_type: str, version: int | None = None) -> tuple[Column, ...]:
    """Return the columns of an event type: its fields in the order of its JSON, then those of later versions.

    Args:
        event_type: A key of ``EVENT_TYPES``.
        version: Version of the fields; None for the newest.

    Returns:
        ``event_id``, ``event_type``, ``schema_version``, ``event_time``, ``hospital_id``, ``department_id``,
        then the fields that only this type has, in the order of its class. Fields that an older version does not have
        are nullable.

    Raises:
        KeyError: If there is no such event type, or no such version of it.
        TypeError: If a version does not only append fields to the one before.
    """
    structs = EVENT_VERSIONS[event_type]
    if version is not None:
        by_version = {struct_version(struct): place for place, struct in enumerate(structs, start=1)}
        structs = structs[: by_version[version]]
    return _versioned_columns(event_type, structs)


@cache
def _versioned_columns(event_type: str, structs: tuple[type[Event], ...]) -> tuple[Column, ...]:
    identifier, *rest = struct_columns(structs[-1])
    tag = Column(EVENT_TYPE, ColumnKind.STRING, _TAG_DESCRIPTION, values=(event_type,))
    newest = (identifier, tag, *rest)
    if len(structs) == 1:
        return newest
    before = _versioned_columns(event_type, structs[:-1])
    if [(column.name, column.kind) for column in newest[: len(before)]] != [(old.name, old.kind) for old in before]:
        raise TypeError(f"{structs[-1].__name__}: a version of {event_type} may only append fields to the one before")
    nullable = [
        replace(column, nullable=old.nullable or column.nullable) for old, column in zip(before, newest, strict=False)
    ]
    return (*nullable, *(replace(column, nullable=True) for column in newest[len(before) :]))


@cache
def struct_version(struct: type[Event]) -> int:
    """Return the version of the fields that a class of events has."""
    for field in msgspec.structs.fields(struct):
        if field.name == SCHEMA_VERSION_FIELD:
            described, _ = _without_metadata(inspect.type_info(field.type))
            match described:
                case inspect.LiteralType(values=(int(version),)) | inspect.LiteralType(values=[int(version)]):
                    return version
    raise TypeError(f"{struct!r} does not say its one {SCHEMA_VERSION_FIELD}")


def contract_version(event_type: str) -> int:
    """Return the newest version of an event type."""
    return struct_version(EVENT_VERSIONS[event_type][-1])


@cache
def struct_columns(struct: type[msgspec.Struct]) -> tuple[Column, ...]:
    """Return one column for each scalar field of a msgspec struct; nested fields are left out.

    Args:
        struct: The class, such as an event or a department's expectations in a run record.

    Returns:
        The columns, in the order of the class.
    """
    described = inspect.type_info(struct)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{struct!r} is not a msgspec struct")
    scalars = (_column(field.name, field.type) for field in described.fields)
    return tuple(column for column in scalars if column is not None)


def arrow_schema(event_type: str, version: int | None = None) -> "pa.Schema":
    """Return the Arrow schema of an event type: the schema of its staged Parquet files.

    Args:
        event_type: A key of ``EVENT_TYPES``.
        version: Version of the fields; None for the newest.

    Returns:
        The schema, with the descriptions in the metadata of the fields.

    Raises:
        KeyError: If there is no such event type, or no such version of it.
    """
    return columns_schema(columns(event_type, version))


@cache
def columns_schema(table_columns: tuple[Column, ...]) -> "pa.Schema":
    """Return the Arrow schema of columns, with their descriptions in the metadata of the fields."""
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
        for column in table_columns
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
    return Column(name, kind, description, nullable, _values(described), getattr(described, "pattern", None))


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
