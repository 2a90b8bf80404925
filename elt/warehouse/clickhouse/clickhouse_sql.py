"""ClickHouse's SQL: types, statements and errors, the same for the embedded engine and a server."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from elt.contracts import Column, ColumnKind
from elt.warehouse.errors import StatementError
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.events import UUID_PATTERN

# Codes of errors in the text of a statement, whatever the tables hold.
_WRONG_SQL = {36, 42, 43, 46, 47, 48, 53, 60, 62, 81, 164, 179, 184, 206, 207, 215, 352, 386}
_LONGEST_MESSAGE = 400


@dataclass(frozen=True)
class ColumnTypes:
    """The engine's type for each kind of column. Strings other than UUIDs repeat, so each value is stored once.

    Attributes:
        timestamp: Type of an instant.
        date: Type of a day from 1900 to 2299.
        integer: Type of a whole number.
        real: Type of a measure.
        boolean: Type of a truth value.
        label: Type of a string that repeats; the type of the string goes between the braces.
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
    """Return names and types of columns, as an argument of a table function."""
    return ", ".join(f"{column.name} {types.of(column)}" for column in columns)


def create_table(schema: str, table: RawTable, types: ColumnTypes) -> str:
    """Return the statement that creates a table of the raw or the quality schema."""
    columns = ", ".join(
        f"{column.name} {types.of(column)}" + (f" COMMENT {quoted(column.description)}" if column.description else "")
        for column in table.columns
    )
    partition = f"PARTITION BY toYYYYMM({table.partition_by}) " if table.partition_by else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {schema}.{table.name} ({columns}) "
        f"ENGINE = MergeTree {partition}ORDER BY ({', '.join(table.order_by)})"
    )


def newer_columns(schema: str, table: RawTable, existing: Mapping[str, str], types: ColumnTypes) -> Iterator[str]:
    """Yield the statements that add the newest columns to a table made with an older version of its contract.

    Args:
        schema: Its schema.
        table: The table, as it should be.
        existing: Type of each column that it has.
        types: Types of its columns.
    """
    before = ""
    for column in table.columns:
        described = f"{column.name} {types.of(column)}"
        if column.name not in existing:
            comment = f" COMMENT {quoted(column.description)}" if column.description else ""
            yield f"ALTER TABLE {schema}.{table.name} ADD COLUMN {described}{comment} {before or 'FIRST'}"
        elif column.nullable and "Nullable(" not in existing[column.name]:
            yield f"ALTER TABLE {schema}.{table.name} MODIFY COLUMN {described}"
        before = f"AFTER {column.name}"


def insert_from(source: str, schema: str, table: RawTable, key: str) -> str:
    """Return the statement that adds the rows of one staged file, which the engine reads from a table function."""
    names = ", ".join(column.name for column in staged_columns(table))
    return (
        f"INSERT INTO {schema}.{table.name} ({names}, {SOURCE_FILE}) "  # noqa: S608
        f"SELECT {names}, {quoted(key)} FROM {source}"
    )


def quoted(text: str) -> str:
    """Return a text as a string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def refusal(text: str, code: int, sql: str = "") -> StatementError:
    """Return the error for a message of the engine, shortened to one line.

    Args:
        text: The engine's message, of many lines.
        code: The engine's code for it.
        sql: The statement that was refused.
    """
    return StatementError(_one_line(text, sql), wrong_sql=code in _WRONG_SQL)


def _one_line(text: str, sql: str) -> str:
    position = re.search(r"Syntax error: failed at position (\d+)", text)
    if position and sql and int(position[1]) > len(sql.encode()):
        return "Syntax error: the statement ends too early"
    text = re.sub(r"^.*?DB::\w*Exception: ", "", text, flags=re.DOTALL)
    text = re.split(r"\. Expected one of|\(version |\. Stack trace:", text)[0]
    text = re.sub(r"\s*\n\s*FORMAT \w+", "", text)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
