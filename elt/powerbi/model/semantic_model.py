"""What a semantic model is made of: tables with columns, relationships, measures, and where the rows come from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from elt.powerbi.model.formulas import Formula


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
        name: Its name, that of the warehouse.
        data_type: What its values are.
        description: What it means.
        day: Whether it is a date without a time.
        hidden: Whether readers need not see it.
        key: Whether it is the key by which others refer to the table.
        sort_by: The column by whose values it is sorted; empty for its own.
        dax: Definition of a column that the model calculates; empty for one that is loaded.
        sql: The same column in SQL of the warehouse; empty if the warehouse has a column of that name.
    """

    name: str
    data_type: DataType
    description: str = ""
    day: bool = False
    hidden: bool = False
    key: bool = False
    sort_by: str = ""
    dax: str = ""
    sql: str = ""

    @property
    def in_sql(self) -> str:
        """What stands for it in a query of the warehouse."""
        return self.sql or self.name

    @property
    def loaded(self) -> bool:
        """Whether its values come from the warehouse as they are."""
        return not self.dax and not self.sql


@dataclass(frozen=True)
class Source:
    """Where the rows of a table come from.

    Attributes:
        schema: One of the warehouse's schemas, such as ``marts``.
        table: The table in it.
        only: The boolean column that is true in the rows wanted; empty for all rows.
        greatest: Columns of which the greatest value is taken for each value of the key; empty for all rows.
    """

    schema: str
    table: str
    only: str = ""
    greatest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of the model.

    Attributes:
        name: Its name, that of the warehouse.
        source: Where its rows come from; None for a table without rows.
        columns: Its columns, in order.
        description: What one row is.
        hidden: Whether readers need not see it.
        is_date_table: Whether it is the calendar.
    """

    name: str
    source: Source | None
    columns: tuple[Column, ...]
    description: str = ""
    hidden: bool = False
    is_date_table: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of a name; None if there is none."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Relationship:
    """Rows of one table that belong to a row of another.

    Attributes:
        from_table: The table whose rows refer.
        from_column: The column by which they do.
        to_table: The table that is referred to; each value is there once.
        to_column: Its key.
        active: Whether filters follow it without being told.
        one_to_one: Whether each row is referred to once; filters then follow it both ways.
    """

    from_table: str
    from_column: str
    to_table: str
    to_column: str
    active: bool = True
    one_to_one: bool = False

    @property
    def name(self) -> str:
        """How it is called in errors, and what its identifier derives from."""
        return f"{self.from_table}.{self.from_column} -> {self.to_table}.{self.to_column}"


@dataclass(frozen=True)
class Measure:
    """A figure, calculated of whatever rows a reader has chosen.

    Attributes:
        name: What readers call it; no two measures share one.
        table: The table that it is listed in.
        formula: Its definition.
        description: What it means.
        format: How it is written, as a format string.
        folder: The display folder.
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
        relationships: How they refer to each other, sorted.
        measures: Its figures, in the order in which they are listed.
    """

    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...]
    measures: tuple[Measure, ...] = field(default=())

    def table(self, name: str) -> Table | None:
        """Return the table of a name; None if there is none."""
        return next((table for table in self.tables if table.name == name), None)

    def column(self, table: str, column: str) -> Column | None:
        """Return a column; None if there is no such one."""
        found = self.table(table)
        return found.column(column) if found else None

    def measure(self, name: str) -> Measure | None:
        """Return the measure of a name; None if there is none."""
        return next((measure for measure in self.measures if measure.name == name), None)

    def measures_of(self, table: str) -> Iterator[Measure]:
        """Yield the measures that are listed in a table."""
        return (measure for measure in self.measures if measure.table == table)
