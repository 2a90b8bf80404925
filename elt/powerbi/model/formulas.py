"""Definitions of figures as values, and how DAX writes them.

A formula says what is counted, of which rows; DAX is one way to write it. So a test can calculate the same formula in
the warehouse's own SQL and compare it with the marts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from elt.powerbi.quoting import dax_column, dax_table, dax_text

DATE_TABLE = "dim_date"
DATE_COLUMN = "date"


@dataclass(frozen=True)
class Condition:
    """Rows are kept whose column has such a value.

    Attributes:
        column: A column of the same table.
        operator: ``=`` or ``>``.
        value: What it is compared with.
    """

    column: str
    operator: str
    value: str | float | bool


@dataclass(frozen=True)
class Role:
    """Another relationship than the active one: another department or another date of the same rows.

    Attributes:
        column: The column of the leaf's table that refers.
        to_table: The table that it refers to.
        to_column: Its key.
    """

    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True)
class Leaf:
    """One aggregate of one table.

    Attributes:
        kind: ``count``, ``sum``, ``mean``, ``min``, ``max``, ``percentile``, or ``only``: the value if just one.
        table: The table.
        column: What is aggregated; empty for a count of rows.
        where: Which rows.
        roles: The relationships by which departments and dates choose rows, where not the active ones.
        share: Of a percentile, the share of the rows below it, 0 to 1.
    """

    kind: str
    table: str
    column: str = ""
    where: tuple[Condition, ...] = ()
    roles: tuple[Role, ...] = ()
    share: float = 0.0


@dataclass(frozen=True)
class Ratio:
    """One number as a fraction of another: 0 if the other is 0, and nothing without rows."""

    top: "Formula"
    bottom: "Formula"


@dataclass(frozen=True)
class Difference:
    """One number less another."""

    first: "Formula"
    second: "Formula"


@dataclass(frozen=True)
class AtEnd:
    """A formula on the last of the days that a table has.

    Attributes:
        inner: The formula.
        table: The table whose last day it is.
    """

    inner: "Formula"
    table: str


@dataclass(frozen=True)
class Rolling:
    """A formula over the days that end with the last one that a table has, whatever the days chosen.

    Attributes:
        inner: The formula.
        table: The table whose last day it is.
        days: How many days.
    """

    inner: "Formula"
    table: str
    days: int


Formula = Leaf | Ratio | Difference | AtEnd | Rolling


def dax(formula: Formula) -> str:
    """Return a formula in DAX."""
    match formula:
        case Leaf():
            return _leaf(formula)
        case Ratio(top, bottom):
            return f"VAR whole = {dax(bottom)}\nRETURN IF(NOT ISBLANK(whole), DIVIDE({dax(top)} + 0, whole, 0))"
        case Difference(first, second):
            return f"({dax(first)}) - ({dax(second)})"
        case AtEnd(inner, table):
            return f"CALCULATE({dax(inner)}, TREATAS({{{_last_day(table)}}}, {_calendar()}))"
        case Rolling(inner, table, days):
            end = _last_day(table)
            window = f"DATESBETWEEN({_calendar()}, {end} - {days - 1}, {end})"
            return f"IF(NOT ISBLANK({end}), CALCULATE({dax(inner)}, {window}))"


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield the aggregates that a formula is made of."""
    match formula:
        case Leaf():
            yield formula
        case Ratio(first, second) | Difference(first, second):
            yield from leaves(first)
            yield from leaves(second)
        case AtEnd(inner, _) | Rolling(inner, _, _):
            yield from leaves(inner)


def _leaf(leaf: Leaf) -> str:
    table = dax_table(leaf.table)
    column = dax_column(leaf.table, leaf.column)
    aggregates = {
        "count": f"COUNTROWS({table})",
        "sum": f"SUM({column})",
        "mean": f"AVERAGE({column})",
        "min": f"MIN({column})",
        "max": f"MAX({column})",
        "only": f"SELECTEDVALUE({column})",
        "percentile": f"PERCENTILEX.INC({table}, {column}, {leaf.share})",
    }
    kept = [f"{dax_column(leaf.table, kept.column)} {kept.operator} {_value(kept.value)}" for kept in leaf.where]
    roles = [
        f"USERELATIONSHIP({dax_column(leaf.table, role.column)}, {dax_column(role.to_table, role.to_column)})"
        for role in leaf.roles
    ]
    aggregate = aggregates[leaf.kind]
    # KEEPFILTERS: a reader's own choice of the same column narrows the figure, it does not replace what is counted.
    filters = [*(f"KEEPFILTERS({condition})" for condition in kept), *roles]
    return f"CALCULATE({', '.join((aggregate, *filters))})" if filters else aggregate


def _value(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "TRUE()" if value else "FALSE()"
    return dax_text(value) if isinstance(value, str) else repr(value)


def _last_day(table: str) -> str:
    return f"MAX({dax_column(table, DATE_COLUMN)})"


def _calendar() -> str:
    return dax_column(DATE_TABLE, DATE_COLUMN)
