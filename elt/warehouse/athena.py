"""Statements for Amazon Athena, so that it queries a lake in place: external tables, and views with typed columns.

Partitions are *projected*: Athena computes their names from a range, so no crawler is needed. Tables are written in the
dialect of Hive, views in that of Trino.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from elt.contracts import Column, ColumnKind, columns
from elt.lake.layout import month_name, staged_prefix
from hospital_sim.events import EVENT_TYPES
from hospital_sim.events.keys import RAW, partition_prefix

PARTITION = "event_date"
"""Partition column of every table: a day in raw tables, a month in staged ones."""

_PLACEHOLDER = f"${{{PARTITION}}}"
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
"""Kinds that the table reads as text, because Athena's JSON reader accepts timestamps only as ``2024-01-01 00:00:00``,
not as ``2024-01-01T00:00:00Z``, as events have them."""


def statements(database: str, lake: str, first: date, last: date) -> Iterator[str]:
    """Yield the statements that create the tables and views of a lake, in the order to run them.

    Args:
        database: Name of the database of the tables.
        lake: URL of the lake on S3, without a final slash.
        first: First day with a partition; staged tables have one for each month.
        last: Last day with a partition, inclusive.

    Yields:
        Statements without a semicolon, because Athena runs one at a time. They can be run again.
    """
    yield f"CREATE DATABASE IF NOT EXISTS {_name(database)}"
    for kind in EVENT_TYPES:
        yield from _raw_table(database, lake, kind, first, last)
        yield _raw_view(database, kind)
        yield from _staged_table(database, lake, kind, first, last)


def _raw_table(database: str, lake: str, kind: str, first: date, last: date) -> Iterator[str]:
    as_written = [
        (column, "string" if column.kind in _WRITTEN_AS_TEXT else _TYPES[column.kind]) for column in columns(kind)
    ]
    template = f"{RAW}/{partition_prefix(kind, first).replace(first.isoformat(), _PLACEHOLDER)}"
    projection = _projection("yyyy-MM-dd", "DAYS", first.isoformat(), last.isoformat())
    yield from _table(
        f"{_name(database)}.{_name(f'raw_{kind}_json')}", as_written, _JSON, f"{lake}/{template}", projection
    )


def _staged_table(database: str, lake: str, kind: str, first: date, last: date) -> Iterator[str]:
    typed = [(column, _TYPES[column.kind]) for column in columns(kind)]
    template = staged_prefix(kind, first).replace(month_name(first), _PLACEHOLDER)
    projection = _projection("yyyy-MM", "MONTHS", month_name(first), month_name(last))
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
    typed_columns: Iterable[tuple[Column, str]],
    stored: str,
    template: str,
    projection: dict[str, str],
) -> Iterator[str]:
    # DROP of an external table deletes no objects.
    yield f"DROP TABLE IF EXISTS {name}"
    column_list = ",\n  ".join(
        f"{_name(column.name)} {type_name} COMMENT {_text(column.description)}" for column, type_name in typed_columns
    )
    location = template.partition(f"{PARTITION}=")[0]
    properties = {"projection.enabled": "true", **projection, "storage.location.template": template}
    listed = ",\n  ".join(f"{_text(key)} = {_text(value)}" for key, value in properties.items())
    yield (
        f"CREATE EXTERNAL TABLE {name} (\n  {column_list}\n)\n"
        f"PARTITIONED BY ({_name(PARTITION)} string)\n"
        f"{stored}\n"
        f"LOCATION {_text(location)}\n"
        f"TBLPROPERTIES (\n  {listed}\n)"
    )


def _projection(pattern: str, unit: str, first: str, last: str) -> dict[str, str]:
    values = {"type": "date", "format": pattern, "range": f"{first},{last}", "interval": "1", "interval.unit": unit}
    return {f"projection.{PARTITION}.{key}": value for key, value in values.items()}


def _name(name: str) -> str:
    return f"`{name}`"


def _text(text: str) -> str:
    # Replaces apostrophes, because Hive and Trino escape them differently.
    plain = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    return f"'{plain}'"
