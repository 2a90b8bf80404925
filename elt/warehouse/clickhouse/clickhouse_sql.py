"""What ClickHouse is told, in its SQL, whether it runs in this process or on a server."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from elt.contracts import Column, ColumnKind
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.events import UUID_PATTERN

# Codes of the engine that mean: the text is wrong, whatever is in the tables.
WRONG_SQL = {36, 42, 43, 46, 47, 48, 53, 60, 62, 81, 164, 179, 184, 206, 207, 215, 352, 386}
_LONGEST_MESSAGE = 400


@dataclass(frozen=True)
class ColumnTypes:
    """The engine's type of each kind of column. What repeats is stored once: all strings but identifiers of one thing.

    Attributes:
        timestamp: Of an instant.
        date: Of a day from 1900 to 2299.
        integer: Of a whole number.
        real: Of a measure.
        boolean: Of a truth.
        label: Of a string that repeats, around the type of the string.
    """

    timestamp: str = "DateTime64(6, 'UTC')"
    date: str = "Date32"
    integer: str = "Int64"
    real: str = "Float64"
    boolean: str = "Bool"
    label: str = "LowCardinality({})"

    def of(self, column: Column) -> str:
        """Return the type of a column."""
        if column.kind is ColumnKind.STRING:
            name = "Nullable(String)" if column.nullable else "String"
            return name if column.pattern == UUID_PATTERN else self.label.format(name)
        name = {
            ColumnKind.TIMESTAMP: self.timestamp,
            ColumnKind.DATE: self.date,
            ColumnKind.INTEGER: self.integer,
            ColumnKind.FLOAT: self.real,
            ColumnKind.BOOLEAN: self.boolean,
        }[column.kind]
        return f"Nullable({name})" if column.nullable else name


def structure(columns: Iterable[Column], types: ColumnTypes) -> str:
    """Return names and types, as a table function wants them."""
    return ", ".join(f"{column.name} {types.of(column)}" for column in columns)


def create_table(schema: str, table: RawTable, types: ColumnTypes, *, if_not_exists: bool = True) -> str:
    """Return the statement that makes a table of the raw or the quality schema."""
    columns = ", ".join(
        f"{column.name} {types.of(column)}" + (f" COMMENT {quoted(column.description)}" if column.description else "")
        for column in table.columns
    )
    partition = f"PARTITION BY toYYYYMM({table.partition_by}) " if table.partition_by else ""
    exists = "IF NOT EXISTS " if if_not_exists else ""
    return (
        f"CREATE TABLE {exists}{schema}.{table.name} ({columns}) "
        f"ENGINE = MergeTree {partition}ORDER BY ({', '.join(table.order_by)})"
    )


def columns_of(schema: str, table: RawTable) -> str:
    """Return the query for the names and the types of the columns that a table has, in order."""
    return (
        "SELECT name, type FROM system.columns "  # noqa: S608
        f"WHERE database = {quoted(schema)} AND table = {quoted(table.name)}"
    )


def newer_columns(schema: str, table: RawTable, found: Mapping[str, str], types: ColumnTypes) -> Iterator[str]:
    """Yield the statements that give a table, made of an older version of its contract, the columns of the newest.

    Args:
        schema: Where the table is.
        table: The table.
        found: The type of each column that it has.
        types: The types of its columns.
    """
    before = ""
    for column in table.columns:
        described = f"{column.name} {types.of(column)}"
        if column.name not in found:
            comment = f" COMMENT {quoted(column.description)}" if column.description else ""
            yield f"ALTER TABLE {schema}.{table.name} ADD COLUMN {described}{comment} {before or 'FIRST'}"
        elif column.nullable and "Nullable(" not in found[column.name]:
            yield f"ALTER TABLE {schema}.{table.name} MODIFY COLUMN {described}"
        before = f"AFTER {column.name}"


def insert_from(source: str, schema: str, table: RawTable, key: str) -> str:
    """Return the statement that adds the rows of one staged file, read by the engine itself."""
    names = ", ".join(column.name for column in staged_columns(table))
    return (
        f"INSERT INTO {schema}.{table.name} ({names}, {SOURCE_FILE}) "  # noqa: S608
        f"SELECT {names}, {quoted(key)} FROM {source}"
    )


def quoted(text: str) -> str:
    """Return a text as a literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def plain_message(text: str, sql: str = "") -> str:
    """Say in one line what the engine says in many."""
    position = re.search(r"Syntax error: failed at position (\d+)", text)
    if position and sql and int(position[1]) > len(sql.encode()):
        return "Syntax error: the statement ends too early"
    text = re.sub(r"^.*?DB::\w*Exception: ", "", text, flags=re.DOTALL)
    text = re.split(r"\. Expected one of|\(version |\. Stack trace:", text)[0]
    text = re.sub(r"\s*\n\s*FORMAT \w+", "", text)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
