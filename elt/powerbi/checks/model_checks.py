"""Checks a model by itself: names, types, relationships, sorting and aggregates."""

from collections import Counter
from collections.abc import Iterable, Iterator

from elt.powerbi.model.formulas import DATE_COLUMN, leaves
from elt.powerbi.model.semantic_model import DataType, Relationship, SemanticModel, Table
from elt.powerbi.quoting import ModelNameError, checked_name

_NUMBERS = {DataType.INTEGER, DataType.NUMBER}
_NEEDS_NUMBERS = {"sum", "mean", "percentile"}


def model_problems(model: SemanticModel) -> list[str]:
    """Return the faults of a model, one line each; empty if it has none."""
    return [
        *_names(model),
        *_tables(model),
        *(problem for relationship in model.relationships for problem in _relationship(model, relationship)),
        *_paths(model.relationships),
        *_leaves(model),
    ]


def _names(model: SemanticModel) -> Iterator[str]:
    yield from _checked_names("table", [table.name for table in model.tables])
    for table in model.tables:
        measures = [measure.name for measure in model.measures_of(table.name)]
        yield from _checked_names(f"column of {table.name}", [column.name for column in table.columns] + measures)
    yield from _checked_names("measure", [measure.name for measure in model.measures])
    for measure in model.measures:
        if model.table(measure.table) is None:
            yield f"measure {measure.name!r}: there is no table {measure.table!r} to list it in"


def _checked_names(what: str, names: list[str]) -> Iterator[str]:
    for name in names:
        try:
            checked_name(name, what)
        except ModelNameError as error:
            yield str(error)
    # Names in Power BI are not case-sensitive.
    for name, count in sorted(Counter(name.lower() for name in names).items()):
        if count > 1:
            yield f"{what} {name!r}: {count} of the same name"


def _tables(model: SemanticModel) -> Iterator[str]:
    for table in model.tables:
        for column in table.columns:
            if column.sort_by and table.column(column.sort_by) is None:
                yield f"{table.name}.{column.name}: is sorted by {column.sort_by!r}, which is not in the table"
        if len([column for column in table.columns if column.key]) > 1:
            yield f"{table.name}: has more than one key"
    yield from _calendar([table for table in model.tables if table.is_date_table])


def _calendar(tables: list[Table]) -> Iterator[str]:
    if len(tables) != 1:
        yield f"{len(tables)} tables are marked as the calendar; one must be"
    for table in tables:
        day = table.column(DATE_COLUMN)
        if day is None or not day.key or day.data_type is not DataType.DATE_TIME:
            yield f"{table.name}: the calendar needs {DATE_COLUMN!r} as its key, a date"


def _relationship(model: SemanticModel, relationship: Relationship) -> Iterator[str]:
    ends = []
    for table, name in (
        (relationship.from_table, relationship.from_column),
        (relationship.to_table, relationship.to_column),
    ):
        column = model.column(table, name)
        if column is None:
            yield f"relationship {relationship.name}: there is no column {table}.{name}"
        else:
            ends.append(column)
    if len(ends) < 2:
        return
    first, second = ends
    if (first.data_type, first.day) != (second.data_type, second.day):
        yield f"relationship {relationship.name}: joins {first.data_type} with {second.data_type}; they must be equal"
    if not second.key:
        yield f"relationship {relationship.name}: {relationship.to_column} is not the key of {relationship.to_table}"


def _paths(relationships: Iterable[Relationship]) -> Iterator[str]:
    """Yield the pairs of tables that filters connect by more than one path, because Power BI refuses such a model."""
    filters: dict[str, set[str]] = {}
    active = [relationship for relationship in relationships if relationship.active]
    for relationship in active:
        filters.setdefault(relationship.to_table, set()).add(relationship.from_table)
    for (one, other), count in Counter((link.from_table, link.to_table) for link in active).items():
        if count > 1:
            yield f"{count} active relationships from {one} to {other}; only one can be"
    for start in sorted(filters):
        for end, count in sorted(_paths_from(start, filters).items()):
            if count > 1:
                yield f"filters of {start} reach {end} in {count} ways; make all but one of the relationships inactive"


def _paths_from(start: str, filters: dict[str, set[str]]) -> Counter[str]:
    """Return the number of paths from a table to each table that its filters reach."""
    counts: Counter[str] = Counter()
    paths: list[tuple[str, ...]] = [(start,)]
    while paths:
        path = paths.pop()
        for following in sorted(filters.get(path[-1], set()) - set(path)):
            counts[following] += 1
            paths.append((*path, following))
    return counts


def _leaves(model: SemanticModel) -> Iterator[str]:
    """Yield the aggregates of texts, and the roles without a relationship."""
    links = {(link.from_table, link.from_column, link.to_table, link.to_column) for link in model.relationships}
    for measure in model.measures:
        for leaf in leaves(measure.formula):
            column = model.column(leaf.table, leaf.column)
            if leaf.kind in _NEEDS_NUMBERS and column is not None and column.data_type not in _NUMBERS:
                what = f"{leaf.kind} of {leaf.table}.{leaf.column}, which is {column.data_type}, not a number"
                yield f"measure {measure.name!r}: {what}"
            for role in leaf.roles:
                if (leaf.table, role.column, role.to_table, role.to_column) not in links:
                    path = f"{leaf.table}.{role.column} -> {role.to_table}.{role.to_column}"
                    yield f"measure {measure.name!r}: there is no relationship {path}"
