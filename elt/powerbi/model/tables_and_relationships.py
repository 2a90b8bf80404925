"""The tables of the model and the relationships between them, derived from the descriptions of the warehouse.

Readers choose by three tables: ``hospital`` and ``department`` (one row each, as they are now) and ``dim_date``. A fact
refers to the version of the department that was valid then, and through it to the department. A mart of departments
refers to the department by a key made of hospital and department, because a relationship has one column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from elt.powerbi.model.descriptions import DescribedTable
from elt.powerbi.model.formulas import DATE_COLUMN, DATE_TABLE
from elt.powerbi.model.semantic_model import Column, DataType, Relationship, Source, Table

KEY_FIGURES = "Key figures"
DEPARTMENT = "department"
HOSPITAL = "hospital"
DEPARTMENT_VERSIONS = "dim_department"
HOSPITAL_ID = "hospital_id"
DEPARTMENT_ID = "department_id"
DEPARTMENT_LABEL = "department_label"
HOSPITALS = "dim_hospital"
"""The model names it ``hospital``, and facts refer to it through their departments."""
_SORTED_BY = {"month_name": "month_number", "weekday_name": "weekday"}
_IDENTIFIERS = ("_id", "_key")

_KEY_DESCRIPTION = "Hospital and department in one key."
_KEY_SQL = f"{HOSPITAL_ID} || '/' || {DEPARTMENT_ID}"


def model_tables(described: Iterable[DescribedTable]) -> tuple[Table, ...]:
    """Return the tables of the model, sorted by name."""
    by_name = {table.name: table for table in described}
    tables = [_table(table) for table in by_name.values() if table.name != HOSPITALS]
    tables += [_departments(by_name[DEPARTMENT_VERSIONS]), _hospitals(by_name[HOSPITALS]), _key_figures()]
    return tuple(sorted(tables, key=lambda table: table.name))


def model_relationships(described: Iterable[DescribedTable]) -> tuple[Relationship, ...]:
    """Return the relationships between the tables of the model, sorted by name."""
    relationships = [
        Relationship(DEPARTMENT, HOSPITAL_ID, HOSPITAL, HOSPITAL_ID),
        Relationship(DEPARTMENT_VERSIONS, DEPARTMENT, DEPARTMENT, DEPARTMENT),
        *(relationship for table in described for relationship in _relationships(table)),
    ]
    return tuple(sorted(relationships, key=lambda relationship: relationship.name))


def _table(table: DescribedTable) -> Table:
    columns = [_column(table, column) for column in table.columns]
    if _names_department(table) or table.name == DEPARTMENT_VERSIONS:
        columns.append(_department_key(key=False))
    return Table(
        table.name,
        Source(table.schema, table.name),
        tuple(columns),
        table.description,
        hidden=_is_of_periods(table),
        is_date_table=table.name == DATE_TABLE,
        grain=table.grain,
    )


def _column(table: DescribedTable, column: Column) -> Column:
    is_calendar = table.name == DATE_TABLE and column.name == DATE_COLUMN
    return replace(
        column,
        hidden=_is_hidden(table, column),
        key=is_calendar or column.name == _key_name(table),
        sort_by=_SORTED_BY.get(column.name, "") if table.name == DATE_TABLE else "",
    )


def _key_name(table: DescribedTable) -> str:
    """Return the name of a dimension's key column; empty for other tables, because no table refers to them."""
    return table.name.replace("dim_", "", 1) + "_key" if table.name.startswith("dim_") else ""


def _is_hidden(table: DescribedTable, column: Column) -> bool:
    """Return whether a column serves only relationships, or repeats a column that readers choose by elsewhere."""
    is_result = table.schema == "quality"
    return not is_result and (
        column.name.endswith(_IDENTIFIERS)
        or (column.refers_to is not None and column.refers_to[0] == DATE_TABLE)
        or (table.schema == "marts" and column.name == DATE_COLUMN)
    )


def _is_of_periods(table: DescribedTable) -> bool:
    """Return whether a mart has figures of fixed periods; measures calculate them from the admissions instead."""
    return table.has("wait_hours_p50") or table.has("period_type")


def _names_department(table: DescribedTable) -> bool:
    """Return whether each row names a department, without a key to a version of it."""
    names = table.has(HOSPITAL_ID, DEPARTMENT_ID)
    return names and not table.has("department_key") and not table.has("scope")


def _has_department(table: DescribedTable) -> bool:
    """Return whether each row belongs to one department that it names."""
    return _names_department(table) and DEPARTMENT_ID in table.grain


def _department_key(*, key: bool) -> Column:
    return Column(DEPARTMENT, DataType.STRING, _KEY_DESCRIPTION, hidden=True, key=key, sql=_KEY_SQL)


def _departments(versions: DescribedTable) -> Table:
    of_versions = ("department_key", "valid_from", "valid_to")
    columns = [_department_key(key=True)]
    columns += [_column(versions, column) for column in versions.columns if column.name not in of_versions]
    return Table(
        DEPARTMENT,
        Source(versions.schema, versions.name, only="is_current"),
        tuple(replace(column, hidden=column.hidden or column.name == "is_current") for column in columns),
        "Departments as they are now: one row each.",
    )


def _hospitals(hospitals: DescribedTable) -> Table:
    columns = (replace(_column(hospitals, column), key=column.name == HOSPITAL_ID) for column in hospitals.columns)
    return Table(HOSPITAL, Source(hospitals.schema, hospitals.name), tuple(columns), hospitals.description)


def _key_figures() -> Table:
    """Return the table that lists the measures: no rows, and one hidden column because a table needs a column."""
    columns = (Column("figure", DataType.STRING, hidden=True),)
    return Table(KEY_FIGURES, None, columns, "Every figure, by what it is about.")


def _relationships(table: DescribedTable) -> Iterator[Relationship]:
    yield from _to_versions_and_patients(table)
    yield from _to_dates(table)
    if _has_department(table):
        yield Relationship(table.name, DEPARTMENT, DEPARTMENT, DEPARTMENT)
    elif table.schema == "marts" and table.has(HOSPITAL_ID):
        yield Relationship(table.name, HOSPITAL_ID, HOSPITAL, HOSPITAL_ID)


def _to_versions_and_patients(table: DescribedTable) -> Iterator[Relationship]:
    """Yield a fact's references to dimensions; if several refer to one dimension, the first is active."""
    seen: set[str] = set()
    for column in table.columns:
        target, key = column.refers_to or ("", "")
        if not target.startswith("dim_") or target in (DATE_TABLE, HOSPITALS):
            continue
        yield Relationship(table.name, column.name, target, key, active=target not in seen)
        seen.add(target)


def _to_dates(table: DescribedTable) -> Iterator[Relationship]:
    """Yield the references to dates.

    A fact's active date is the last one that a dbt test compares with the calendar: the day of the recorded event. Its
    other dates are inactive, for measures that name them. A mart refers to dates if each of its rows is one day.
    """
    if table.name.startswith("fact_"):
        tested = [column.name for column in table.columns if column.refers_to == (DATE_TABLE, DATE_COLUMN)]
        for name in [column.name for column in table.columns if column.name in tested or column.name.endswith("_on")]:
            yield Relationship(table.name, name, DATE_TABLE, DATE_COLUMN, active=name == tested[-1])
    elif table.schema == "marts" and DATE_COLUMN in table.grain:
        yield Relationship(table.name, DATE_COLUMN, DATE_TABLE, DATE_COLUMN)
