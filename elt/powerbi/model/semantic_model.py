"""The semantic model as values: tables with columns, the sources of their rows, relationships and measures."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from elt.powerbi.model.formulas import Formula

# Format strings of numbers and dates.
PERCENT = "0.0%"
COUNT = "#,0"
HOURS = "#,0.0"
DAYS = HOURS
SIGNED_PERCENT = "+0.0%;-0.0%;0.0%"
SIGNED_COUNT = "+#,0;-#,0;0"
DAY = "d MMMM yyyy"
TEXT = ""


class DataType(StrEnum):
    """Types of columns, by their names in TMDL."""

    STRING = "string"
    INTEGER = "int64"
    NUMBER = "double"
    BOOLEAN = "boolean"
    DATE_TIME = "dateTime"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Name, as in the warehouse.
        data_type: Type of its values.
        description: Its meaning.
        day: True if it is a date without a time.
        hidden: True if readers do not see it.
        key: True if it is the key by which others refer to the table.
        sort_by: The column that orders its values; empty for itself.
        sql: The column as an SQL expression; empty if the warehouse has a column of that name.
        refers_to: Table and column of its dbt ``relationships`` test; None without one.
    """

    name: str
    data_type: DataType
    description: str = ""
    day: bool = False
    hidden: bool = False
    key: bool = False
    sort_by: str = ""
    sql: str = ""
    refers_to: tuple[str, str] | None = None

    @property
    def in_sql(self) -> str:
        """The column as an SQL expression of the warehouse."""
        return self.sql or self.name

    @property
    def loaded(self) -> bool:
        """True if its values come from the warehouse unchanged."""
        return not self.sql


@dataclass(frozen=True)
class Source:
    """The rows of the warehouse that a table loads.

    Attributes:
        schema: One of the warehouse's schemas, such as ``marts``.
        table: A table of that schema.
        only: A boolean column; only rows where it is true are loaded. Empty for all rows.
    """

    schema: str
    table: str
    only: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the model.

    Attributes:
        name: Name, as in the warehouse.
        source: The source of its rows; None for a table without rows.
        columns: Its columns, in order.
        description: The meaning of one row.
        hidden: True if readers do not see it.
        is_date_table: True for the calendar.
        grain: Columns of the warehouse's table that are unique together; empty if that is not known.
    """

    name: str
    source: Source | None
    columns: tuple[Column, ...]
    description: str = ""
    hidden: bool = False
    is_date_table: bool = False
    grain: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column with this name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Relationship:
    """A reference from many rows of one table to one row of another.

    Attributes:
        from_table: The referring table.
        from_column: The referring column.
        to_table: The table that it refers to.
        to_column: The key of that table.
        active: True if filters follow it by default.
    """

    from_table: str
    from_column: str
    to_table: str
    to_column: str
    active: bool = True

    @property
    def name(self) -> str:
        """Its name in errors; its identifier derives from it."""
        return f"{self.from_table}.{self.from_column} -> {self.to_table}.{self.to_column}"


@dataclass(frozen=True)
class Measure:
    """A figure, calculated from the rows that a reader has chosen.

    Attributes:
        name: Unique name that readers see.
        table: The table that lists it.
        formula: Its definition.
        description: Its meaning.
        format: Format string of its value.
        folder: Its display folder.
    """

    name: str
    table: str
    formula: Formula
    description: str
    format: str
    folder: str


@dataclass(frozen=True)
class SemanticModel:
    """The whole model.

    Attributes:
        tables: Its tables, sorted by name.
        relationships: The references between them, sorted by name.
        measures: Its measures, in display order.
    """

    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...]
    measures: tuple[Measure, ...] = ()

    def table(self, name: str) -> Table | None:
        """Return the table with this name, or None."""
        return next((table for table in self.tables if table.name == name), None)

    def column(self, table: str, column: str) -> Column | None:
        """Return the column with this name in this table, or None."""
        parent = self.table(table)
        return parent.column(column) if parent else None

    def measure(self, name: str) -> Measure | None:
        """Return the measure with this name, or None."""
        return next((measure for measure in self.measures if measure.name == name), None)

    def measures_of(self, table: str) -> Iterator[Measure]:
        """Yield the measures that a table lists."""
        return (measure for measure in self.measures if measure.table == table)
