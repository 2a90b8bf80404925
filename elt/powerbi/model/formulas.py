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
class Ratio:
    """One number as a fraction of another: 0 if the other is 0, blank without rows."""

    top: "Formula"
    bottom: "Formula"


@dataclass(frozen=True)
class Difference:
    """One number less another."""

    first: "Formula"
    second: "Formula"


@dataclass(frozen=True)
class AtEnd:
    """A formula on the last chosen day of a table.

    Attributes:
        inner: The formula.
        table: The table with the days.
    """

    inner: "Formula"
    table: str


@dataclass(frozen=True)
class Rolling:
    """A formula over the days up to the last chosen day of a table, even days that are not chosen.

    Attributes:
        inner: The formula.
        table: The table with the days.
        days: Number of days.
    """

    inner: "Formula"
    table: str
    days: int


Formula = Leaf | Ratio | Difference | AtEnd | Rolling


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield every aggregate inside a formula."""
    match formula:
        case Leaf():
            yield formula
        case Ratio(first, second) | Difference(first, second):
            yield from leaves(first)
            yield from leaves(second)
        case AtEnd(inner, _) | Rolling(inner, _, _):
            yield from leaves(inner)
