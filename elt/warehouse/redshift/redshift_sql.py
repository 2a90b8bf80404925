"""Redshift's SQL: types and statements for tables that are distributed and sorted for a star schema."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from elt.contracts import Column, ColumnKind
from elt.warehouse.tables import SOURCE_FILE, RawTable
from hospital_sim.events import UUID_PATTERN

# Beginnings of SQLSTATEs of errors in the text of a statement, whatever the tables hold.
WRONG_SQL = ("42", "0A", "25006", "3F")
_CONFLICT = re.compile(
    r"^\s*10(?:18|23)\s*$|conflict with concurrent transaction|could not serialize access|deadlock detected",
    re.IGNORECASE | re.MULTILINE,
)
_UUID_BYTES = 36
_TEXT_BYTES = 512
_KEY_BYTES = 1024
_LONGEST_TEXT = 65_535
_JOINED_BY = ("spell_id", "patient_id")
"""Columns that join event tables: rows of one value are stored on one slice."""

_TYPES = {
    ColumnKind.TIMESTAMP: "TIMESTAMP",
    ColumnKind.DATE: "DATE",
    ColumnKind.INTEGER: "BIGINT",
    ColumnKind.FLOAT: "DOUBLE PRECISION",
    ColumnKind.BOOLEAN: "BOOLEAN",
}


def column_type(column: Column, *, longest: bool = False) -> str:
    """Return Redshift's type of a column; timestamps are UTC without a zone.

    Args:
        column: The column.
        longest: True to give a text the maximum length of Redshift.
    """
    if column.kind is not ColumnKind.STRING:
        return _TYPES[column.kind]
    if longest:
        return f"VARCHAR({_LONGEST_TEXT})"
    if column.pattern == UUID_PATTERN:
        return f"VARCHAR({_UUID_BYTES})"
    return f"VARCHAR({_KEY_BYTES if column.name == SOURCE_FILE else _TEXT_BYTES})"


def create_table(schema: str, table: RawTable, *, longest: bool = False) -> str:
    """Return the statement that creates a table of the raw or the quality schema if it does not exist."""
    return f"CREATE TABLE IF NOT EXISTS {schema}.{table.name} ({_columns(table.columns, longest)}) {_layout(table)}"


def newer_table(schema: str, table: RawTable, existing: Mapping[str, bool]) -> list[str]:
    """Return the statements that replace a table made with an older version of its contract by one with all columns.

    ALTER TABLE is not enough, because Redshift appends columns at the end only and cannot make one nullable.

    Args:
        schema: Its schema.
        table: The table, as it should be.
        existing: True or False for each column that it has: whether it is nullable.

    Returns:
        The statements, for one transaction; empty if the table is as it should be.
    """
    if all(column.name in existing and (existing[column.name] or not column.nullable) for column in table.columns):
        return []
    newer = replace(table, name=f"{table.name}_newer")
    names = ", ".join(quoted_name(column.name) for column in table.columns if column.name in existing)
    return [
        f"DROP TABLE IF EXISTS {schema}.{newer.name}",
        create_table(schema, newer),
        f"INSERT INTO {schema}.{newer.name} ({names}) SELECT {names} FROM {schema}.{table.name}",  # noqa: S608
        # CASCADE drops views that depend on it; the next build creates those of the project again.
        f"DROP TABLE {schema}.{table.name} CASCADE",
        f"ALTER TABLE {schema}.{newer.name} RENAME TO {table.name}",
    ]


def create_staging_table(name: str, columns: Iterable[Column]) -> str:
    """Return the statement that creates the temporary table into which a file is copied."""
    return f"CREATE TEMP TABLE {name} ({_columns(columns, longest=False)})"


def _columns(columns: Iterable[Column], longest: bool) -> str:
    return ", ".join(
        f"{quoted_name(column.name)} {column_type(column, longest=longest)}{'' if column.nullable else ' NOT NULL'}"
        for column in columns
    )


def _layout(table: RawTable) -> str:
    """Return distribution and order: a large table by its join column and sorted by time, a small one on every node."""
    if not table.partition_by:
        return "DISTSTYLE ALL"
    names = [column.name for column in table.columns]
    key = next((name for name in _JOINED_BY if name in names), None)
    order = [table.partition_by, *(name for name in table.order_by if name != table.partition_by)]
    distribution = f"DISTSTYLE KEY DISTKEY({key})" if key else "DISTSTYLE EVEN"
    return f"{distribution} COMPOUND SORTKEY({', '.join(order)})"


def quoted_name(name: str) -> str:
    """Return the name of a column in quotes, because Redshift reserves some of them."""
    return f'"{name}"'


def is_conflict(message: str) -> bool:
    """Tell whether a message of Redshift, or of dbt with it, says that two transactions hindered each other.

    Of some errors the message is a number: 1023 violates serializable isolation, 1018 reads a table that another
    transaction has replaced since.
    """
    return bool(_CONFLICT.search(message))


def one_line(text: str) -> str:
    """Return a message of the server on one line."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]
