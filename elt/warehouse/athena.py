"""What Amazon Athena is told, so that it reads a lake where it lies: external tables, and views that give them types.

Partitions are *projected*: Athena computes their names from a range, so no crawler has to find them. Statements that
create are in Hive's words, those that select, and so views, in Trino's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from elt.contracts import Column, ColumnKind, columns
from elt.lake.layout import month_name, staged_prefix
from hospital_sim.events import EVENT_TYPES
from hospital_sim.events.keys import RAW, partition_prefix

PARTITION = "event_date"
"""The partition column of every table: a day of raw events, a month of staged ones."""

_MARK = f"${{{PARTITION}}}"
_JSON = (
    "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\n"
    "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' "
    "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'"
)
_PARQUET = "STORED AS PARQUET"
_TYPES = {
    ColumnKind.STRING: "string",
    ColumnKind.TIMESTAMP: "timestamp",
    ColumnKind.DATE: "date",
    ColumnKind.INTEGER: "bigint",
    ColumnKind.FLOAT: "double",
    ColumnKind.BOOLEAN: "boolean",
}
_WRITTEN_AS_TEXT = (ColumnKind.TIMESTAMP, ColumnKind.DATE)
"""What JSON has no type for. Athena's readers of JSON take a timestamp as ``2024-01-01 00:00:00`` alone, not as the
``2024-01-01T00:00:00Z`` of the events."""


@dataclass(frozen=True)
class ProjectedDays:
    """The days of which the tables have partitions.

    Attributes:
        first: The first of them.
        last: The last of them, inclusive.
    """

    first: date
    last: date


def statements(database: str, lake: str, days: ProjectedDays) -> Iterator[str]:
    """Yield the statements that make the tables and views of a lake, in the order in which they can be run.

    Args:
        database: Name of the database of the tables.
        lake: URL of the lake on S3, without a final slash.
        days: The days of which the tables have partitions; staged ones have those of their months.

    Yields:
        One statement each, without a semicolon: Athena runs one at a time. Run again, they describe the lake anew.
    """
    yield f"CREATE DATABASE IF NOT EXISTS {_name(database)}"
    for kind in EVENT_TYPES:
        yield from _raw_table(database, lake, kind, days)
        yield _raw_view(database, kind)
        yield from _staged_table(database, lake, kind, days)


def _raw_table(database: str, lake: str, kind: str, days: ProjectedDays) -> Iterator[str]:
    as_written = [(column, "string" if column.kind in _WRITTEN_AS_TEXT else _type(column)) for column in columns(kind)]
    template = f"{RAW}/{partition_prefix(kind, days.first).replace(days.first.isoformat(), _MARK)}"
    projection = _projection("yyyy-MM-dd", "DAYS", days.first.isoformat(), days.last.isoformat())
    yield from _table(
        f"{_name(database)}.{_name(f'raw_{kind}_json')}", as_written, _JSON, f"{lake}/{template}", projection
    )


def _staged_table(database: str, lake: str, kind: str, days: ProjectedDays) -> Iterator[str]:
    typed = [(column, _type(column)) for column in columns(kind)]
    template = staged_prefix(kind, days.first).replace(month_name(days.first), _MARK)
    projection = _projection("yyyy-MM", "MONTHS", month_name(days.first), month_name(days.last))
    yield from _table(f"{_name(database)}.{_name(f'staged_{kind}')}", typed, _PARQUET, f"{lake}/{template}", projection)


def _raw_view(database: str, kind: str) -> str:
    selected = ",\n  ".join((*map(_typed, columns(kind)), f'"{PARTITION}"'))
    return (
        f'CREATE OR REPLACE VIEW "{database}"."raw_{kind}" AS\n'
        f"SELECT\n  {selected}\n"
        f'FROM "{database}"."raw_{kind}_json"'
    )


def _typed(column: Column) -> str:
    name = f'"{column.name}"'
    if column.kind is ColumnKind.TIMESTAMP:
        return f"CAST(from_iso8601_timestamp({name}) AT TIME ZONE 'UTC' AS timestamp) AS {name}"
    return f"CAST({name} AS date) AS {name}" if column.kind is ColumnKind.DATE else name


def _table(
    name: str,
    typed: Iterable[tuple[Column, str]],
    stored: str,
    template: str,
    projection: dict[str, str],
) -> Iterator[str]:
    # A table that lies in a lake is only a description of it: dropping one leaves every object where it is.
    yield f"DROP TABLE IF EXISTS {name}"
    described = ",\n  ".join(
        f"{_name(column.name)} {type_name} COMMENT {_text(column.description)}" for column, type_name in typed
    )
    location = template.partition(f"{PARTITION}=")[0]
    properties = {"projection.enabled": "true", **projection, "storage.location.template": template}
    listed = ",\n  ".join(f"{_text(key)} = {_text(value)}" for key, value in properties.items())
    yield (
        f"CREATE EXTERNAL TABLE {name} (\n  {described}\n)\n"
        f"PARTITIONED BY ({_name(PARTITION)} string)\n"
        f"{stored}\n"
        f"LOCATION {_text(location)}\n"
        f"TBLPROPERTIES (\n  {listed}\n)"
    )


def _projection(pattern: str, unit: str, first: str, last: str) -> dict[str, str]:
    values = {"type": "date", "format": pattern, "range": f"{first},{last}", "interval": "1", "interval.unit": unit}
    return {f"projection.{PARTITION}.{key}": value for key, value in values.items()}


def _type(column: Column) -> str:
    return _TYPES[column.kind]


def _name(name: str) -> str:
    return f"`{name}`"


def _text(text: str) -> str:
    # Hive escapes an apostrophe in one way, Trino in another: none is left.
    plain = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    return f"'{plain}'"
