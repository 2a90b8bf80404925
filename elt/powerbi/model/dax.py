"""DAX: the formula of a measure as Power BI calculates it."""

from elt.powerbi.model.formulas import (
    DATE_COLUMN,
    DATE_TABLE,
    AtEnd,
    Condition,
    Difference,
    Formula,
    Leaf,
    LookUp,
    Named,
    Ratio,
    Rolling,
)
from elt.powerbi.quoting import dax_column, dax_field, dax_table, dax_text

_CALENDAR = dax_column(DATE_TABLE, DATE_COLUMN)


def dax(formula: Formula) -> str:
    """Return a formula in DAX."""
    match formula:
        case Leaf():
            return _aggregate(formula)
        case Named(measure):
            return dax_field(measure)
        case Ratio(top, bottom):
            return f"VAR whole = {dax(bottom)}\nRETURN IF(NOT(ISBLANK(whole)), DIVIDE({dax(top)} + 0, whole, 0))"
        case Difference(first, second):
            return f"{dax(first)} - {dax(second)}"
        case AtEnd(inner, table):
            return f"CALCULATE({dax(inner)}, TREATAS({{{_last_day(table)}}}, {_CALENDAR}))"
        case Rolling(inner, table, days):
            end = _last_day(table)
            window = f"DATESBETWEEN({_CALENDAR}, {end} - {days - 1}, {end})"
            return f"IF(NOT(ISBLANK({end})), CALCULATE({dax(inner)}, {window}))"
        case LookUp(key, table, key_column, column):
            return f"LOOKUPVALUE({dax_column(table, column)}, {dax_column(table, key_column)}, {dax(key)})"


def _aggregate(leaf: Leaf) -> str:
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
    # KEEPFILTERS, because a reader's own filter on the column must narrow the condition, not replace it.
    filters = [f"KEEPFILTERS({_comparison(leaf.table, condition)})" for condition in leaf.where]
    filters += [
        f"USERELATIONSHIP({dax_column(leaf.table, role.column)}, {dax_column(role.to_table, role.to_column)})"
        for role in leaf.roles
    ]
    aggregate = aggregates[leaf.kind]
    return f"CALCULATE({', '.join((aggregate, *filters))})" if filters else aggregate


def _comparison(table: str, condition: Condition) -> str:
    value = condition.value
    if isinstance(value, bool):
        literal = "TRUE()" if value else "FALSE()"
    else:
        literal = dax_text(value) if isinstance(value, str) else repr(value)
    return f"{dax_column(table, condition.column)} {condition.operator} {literal}"


def _last_day(table: str) -> str:
    return f"MAX({dax_column(table, DATE_COLUMN)})"
