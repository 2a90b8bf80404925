"""What Redshift is told, in its SQL: tables whose distribution and order fit a star schema."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from elt.contracts import Column, ColumnKind
from elt.warehouse.tables import SOURCE_FILE, RawTable
from hospital_sim.events import UUID_PATTERN

# SQLSTATEs that mean: the text is wrong, whatever is in the tables.
WRONG_SQL = ("42", "0A", "25006", "3F")
_UUID_BYTES = 36
_TEXT_BYTES = 512
_KEY_BYTES = 1024
_LONGEST_TEXT = 65_535
_JOINED_BY = ("spell_id", "patient_id")
"""By which rows of two event tables meet: those of one value lie on one slice."""

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
        longest: Whether a text may be as long as Redshift holds one.
    """
    if column.kind is not ColumnKind.STRING:
        return _TYPES[column.kind]
    if longest:
        return f"VARCHAR({_LONGEST_TEXT})"
    if column.pattern == UUID_PATTERN:
        return f"VARCHAR({_UUID_BYTES})"
    return f"VARCHAR({_KEY_BYTES if column.name == SOURCE_FILE else _TEXT_BYTES})"


def create_table(schema: str, table: RawTable, *, longest: bool = False) -> str:
    """Return the statement that makes a table of the raw or the quality schema, unless it is there."""
    return f"CREATE TABLE IF NOT EXISTS {schema}.{table.name} ({_columns(table.columns, longest)}) {_layout(table)}"


def newer_table(schema: str, table: RawTable, found: Mapping[str, bool]) -> list[str]:
    """Return the statements that give a table, made of an older version of its contract, the columns of the newest.

    Redshift appends a column at the end only, and a column stays without nulls: so the table is made anew.

    Args:
        schema: Where the table is.
        table: The table.
        found: The columns that it has, and whether a value of each may be missing.

    Returns:
        The statements, for one transaction; none if the table is as it should be.
    """
    if all(column.name in found and (found[column.name] or not column.nullable) for column in table.columns):
        return []
    newer = replace(table, name=f"{table.name}_newer")
    names = ", ".join(quoted_name(column.name) for column in table.columns if column.name in found)
    return [
        f"DROP TABLE IF EXISTS {schema}.{newer.name}",
        create_table(schema, newer),
        f"INSERT INTO {schema}.{newer.name} ({names}) SELECT {names} FROM {schema}.{table.name}",  # noqa: S608
        # Views that hold on to it go with it; the next build makes those of the project.
        f"DROP TABLE {schema}.{table.name} CASCADE",
        f"ALTER TABLE {schema}.{newer.name} RENAME TO {table.name}",
    ]


def create_staging_table(name: str, columns: Iterable[Column]) -> str:
    """Return the statement that makes the temporary table which a file is copied into."""
    return f"CREATE TEMP TABLE {name} ({_columns(columns, longest=False)})"


def _columns(columns: Iterable[Column], longest: bool) -> str:
    return ", ".join(
        f"{quoted_name(column.name)} {column_type(column, longest=longest)}{'' if column.nullable else ' NOT NULL'}"
        for column in columns
    )


def _layout(table: RawTable) -> str:
    """Return where rows lie: large tables by what joins them, sorted by time; small ones whole everywhere."""
    if not table.partition_by:
        return "DISTSTYLE ALL"
    names = [column.name for column in table.columns]
    key = next((name for name in _JOINED_BY if name in names), None)
    order = [table.partition_by, *(name for name in table.order_by if name != table.partition_by)]
    distribution = f"DISTSTYLE KEY DISTKEY({key})" if key else "DISTSTYLE EVEN"
    return f"{distribution} COMPOUND SORTKEY({', '.join(order)})"


def quoted_name(name: str) -> str:
    """Return the name of a column as an identifier, whatever words Redshift reserves."""
    return f'"{name}"'


def one_line(text: str) -> str:
    """Say in one line what the server says."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]
