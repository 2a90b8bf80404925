"""The formulas of measures, as values: which rows a measure takes, and what it calculates from them.

``dax`` writes a formula for Power BI. Tests calculate the same formula in SQL and compare it with the marts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

DATE_TABLE = "dim_date"
DATE_COLUMN = "date"


@dataclass(frozen=True)
class Condition:
    """Keeps the rows in which a column compares with a value.

    Attributes:
        column: A column of the same table.
        operator: ``=`` or ``>``.
        value: The value on the right of the operator.
    """

    column: str
    operator: str
    value: str | float | bool


@dataclass(frozen=True)
class Role:
    """Uses an inactive relationship, to choose rows by another department or another date.

    Attributes:
        column: The referring column of the leaf's table.
        to_table: The table that it refers to.
        to_column: The key of that table.
    """

    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True)
class Leaf:
    """One aggregate of one table.

    Attributes:
        kind: ``count``, ``sum``, ``mean``, ``min``, ``max``, ``percentile``, or ``only``: the value if all rows agree.
        table: The table.
        column: The aggregated column; empty for a count of rows.
        where: Conditions that every row must meet.
        roles: Relationships to use instead of the active ones.
        share: For a percentile, the share of the rows below it, 0 to 1.
    """

    kind: str
    table: str
    column: str = ""
    where: tuple[Condition, ...] = ()
    roles: tuple[Role, ...] = ()
    share: float = 0.0


@dataclass(frozen=True)
class Named:
    """The value of another measure.

    Attributes:
        measure: Its name.
    """

    measure: str


Part = Leaf | Named
"""What other formulas are made of, so that each measure is short and builds on measures that have a name."""


@dataclass(frozen=True)
class Ratio:
    """One number as a fraction of another: 0 if the other is 0, blank without rows."""

    top: Part
    bottom: Part


@dataclass(frozen=True)
class Difference:
    """One number less another."""

    first: Part
    second: Part


@dataclass(frozen=True)
class AtEnd:
    """A number on the last chosen day of a table.

    Attributes:
        inner: The number.
        table: The table with the days.
    """

    inner: Part
    table: str


@dataclass(frozen=True)
class Rolling:
    """A number over the days up to the last chosen day of a table, even days that are not chosen.

    Attributes:
        inner: The number.
        table: The table with the days.
        days: Number of days.
    """

    inner: Part
    table: str
    days: int


@dataclass(frozen=True)
class LookUp:
    """The value of a column in the row with a key, whatever rows are chosen; blank if no row has the key.

    Attributes:
        key: The key.
        table: The table to look in.
        key_column: Its key.
        column: The column with the value.
    """

    key: AtEnd
    table: str
    key_column: str
    column: str


Formula = Leaf | Named | Ratio | Difference | AtEnd | Rolling | LookUp


def parts(formula: Formula) -> tuple[Part, ...]:
    """Return the aggregates and the measures that a formula is made of."""
    match formula:
        case Leaf() | Named():
            return (formula,)
        case Ratio(first, second) | Difference(first, second):
            return (first, second)
        case AtEnd(inner, _) | Rolling(inner, _, _):
            return (inner,)
        case LookUp(key):
            return parts(key)


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield the aggregates of a formula, without those of the measures that it names."""
    return (part for part in parts(formula) if isinstance(part, Leaf))
