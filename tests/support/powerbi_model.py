"""A small semantic model with names that need every kind of quoting, and a reader of TMDL."""

import re

from elt.powerbi.model.formulas import AtEnd, Condition, Leaf, Ratio
from elt.powerbi.model.semantic_model import Column, DataType, Measure, Relationship, SemanticModel, Source, Table

WARD = """St Bride's "A & E" [front], 100% = #(lf) ward"""
BEDS = 'Bride\'s "beds" [open]] = 1'


def awkward_model(table: str = WARD, column: str = BEDS) -> SemanticModel:
    """Return a model with one table of figures, its calendar, and measures of both."""
    calendar = Table(
        "dim_date",
        Source("curated", "dim_date"),
        (Column("date", DataType.DATE_TIME, "The day.", day=True, key=True),),
        is_date_table=True,
    )
    figures = Table(
        table,
        Source("marts", table),
        (
            Column("date", DataType.DATE_TIME, day=True, hidden=True),
            Column(column, DataType.INTEGER, "Beds.\nOpen, that is."),
            Column("kind", DataType.STRING, sort_by=column),
        ),
        "One row a day.",
    )
    beds = Leaf("sum", table, column)
    closed = Leaf("count", table, where=(Condition("kind", "=", 'Bride\'s "closed"\nward'),))
    return SemanticModel(
        (calendar, figures),
        (Relationship(table, "date", "dim_date", "date"),),
        (
            Measure(f"Share of {column}", table, Ratio(closed, beds), "A share.", "0.0%", "Bride's [beds]"),
            Measure("At the end", table, AtEnd(beds, table), "Beds at the end.", "#,0", "Beds"),
        ),
    )


_DECLARED = re.compile(r"^\t*(table|column|measure|expression|partition|sortByColumn:) ('(?:[^']|'')*'|[^\s='.]+)")


def declared(text: str) -> list[tuple[str, str]]:
    """Return the kind and the name of each declaration in a TMDL text, as Power BI reads them."""
    declarations = [match for line in text.splitlines() if (match := _DECLARED.match(line))]
    return [(match[1].rstrip(":"), _unquoted(match[2])) for match in declarations]


def _unquoted(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name
