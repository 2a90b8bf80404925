"""ClickHouse's SQL: types, statements and errors, the same for the embedded engine and a server."""

import re
from collections.abc import Iterable, Iterator, Mapping

from elt.contracts import Column, ColumnKind
from elt.warehouse.errors import StatementError
from elt.warehouse.tables import SOURCE_FILE, RawTable, staged_columns
from hospital_sim.events import UUID_PATTERN

# Codes of errors in the text of a statement, whatever the tables hold.
_WRONG_SQL = {36, 42, 43, 46, 47, 48, 53, 60, 62, 81, 164, 179, 184, 206, 207, 215, 352, 386}
_LONGEST_MESSAGE = 400


_TYPES = {
    ColumnKind.TIMESTAMP: "DateTime64(6, 'UTC')",
    ColumnKind.DATE: "Date32",
    ColumnKind.INTEGER: "Int64",
    ColumnKind.FLOAT: "Float64",
    ColumnKind.BOOLEAN: "Bool",
    ColumnKind.STRING: "String",
}
"""Type of each kind of column. A ``Date32`` is a day from 1900 to 2299."""


def column_type(column: Column) -> str:
    """Return the type of a column. Strings other than UUIDs repeat, so each value is stored once."""
    name = f"Nullable({_TYPES[column.kind]})" if column.nullable else _TYPES[column.kind]
    repeats = column.kind is ColumnKind.STRING and column.pattern != UUID_PATTERN
    return f"LowCardinality({name})" if repeats else name


def structure(columns: Iterable[Column]) -> str:
    """Return names and types of columns, as an argument of a table function."""
    return ", ".join(f"{column.name} {column_type(column)}" for column in columns)


def create_table(schema: str, table: RawTable) -> str:
    """Return the statement that creates a table of the raw or the quality schema."""
    columns = ", ".join(_column(column) for column in table.columns)
    partition = f"PARTITION BY toYYYYMM({table.partition_by}) " if table.partition_by else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {schema}.{table.name} ({columns}) "
        f"ENGINE = MergeTree {partition}ORDER BY ({', '.join(table.order_by)})"
    )


def newer_columns(schema: str, table: RawTable, existing: Mapping[str, str]) -> Iterator[str]:
    """Yield the statements that add the newest columns to a table made with an older version of its contract.

    Args:
        schema: Its schema.
        table: The table, as it should be.
        existing: Type of each column that it has.
    """
    before = ""
    for column in table.columns:
        if column.name not in existing:
            yield f"ALTER TABLE {schema}.{table.name} ADD COLUMN {_column(column)} {before or 'FIRST'}"
        elif column.nullable and "Nullable(" not in existing[column.name]:
            yield f"ALTER TABLE {schema}.{table.name} MODIFY COLUMN {column.name} {column_type(column)}"
        before = f"AFTER {column.name}"


def insert_from(source: str, schema: str, table: RawTable, key: str) -> str:
    """Return the statement that adds the rows of one staged file, which the engine reads from a table function."""
    names = ", ".join(column.name for column in staged_columns(table))
    return (
        f"INSERT INTO {schema}.{table.name} ({names}, {SOURCE_FILE}) "  # noqa: S608
        f"SELECT {names}, {quoted(key)} FROM {source}"
    )


def _column(column: Column) -> str:
    comment = f" COMMENT {quoted(column.description)}" if column.description else ""
    return f"{column.name} {column_type(column)}{comment}"


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
