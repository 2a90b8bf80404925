"""The model held against the warehouse: its tables and columns are there, with these types, and its keys meet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from elt.powerbi.model.semantic_model import Column, DataType, Relationship, SemanticModel, Source, Table
from elt.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


def warehouse_problems(model: SemanticModel, warehouse: Warehouse) -> list[str]:
    """Return where a model and a warehouse differ, one line each; nothing if they agree.

    Args:
        model: A model that is right in itself.
        warehouse: The warehouse that its rows come from.
    """
    problems = [problem for table in model.tables for problem in _table(table, warehouse)]
    if problems:
        return problems
    problems = [problem for table in model.tables for problem in _key(table, warehouse)]
    return problems + [problem for found in model.relationships for problem in _orphans(model, found, warehouse)]


def data_type(arrow: "pa.DataType") -> tuple[DataType, bool] | None:
    """Return the type of a column of the warehouse, and whether it is a date; None if the model has none for it."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(arrow):
        return data_type(arrow.value_type)
    if types.is_string(arrow) or types.is_large_string(arrow) or types.is_binary(arrow):
        return DataType.STRING, False
    if types.is_boolean(arrow):
        return DataType.BOOLEAN, False
    if types.is_integer(arrow):
        return DataType.INTEGER, False
    if types.is_floating(arrow) or types.is_decimal(arrow):
        return DataType.NUMBER, False
    if types.is_date(arrow):
        return DataType.DATE_TIME, True
    return (DataType.DATE_TIME, False) if types.is_timestamp(arrow) else None


def _table(table: Table, warehouse: Warehouse) -> Iterator[str]:
    source = table.source
    if source is None:
        return
    where = f"{warehouse.schema(source.schema)}.{source.table}"
    if not warehouse.has_table(source.schema, source.table):
        yield f"the warehouse has no {where}"
        return
    schema = warehouse.query(f"SELECT * FROM {where} LIMIT 0").schema  # noqa: S608
    for column in table.columns:
        if not column.loaded:
            continue
        if column.name not in schema.names:
            yield f"{where} has no column {column.name}"
            continue
        found = data_type(schema.field(column.name).type)
        if found != (column.data_type, column.day):
            kind = schema.field(column.name).type
            yield f"{where}.{column.name} is {kind} in the warehouse, but {_words(column)} in the model"


def _words(column: Column) -> str:
    return "a date" if column.day else str(column.data_type)


def _key(table: Table, warehouse: Warehouse) -> Iterator[str]:
    for column in table.columns:
        if column.key and table.source is not None:
            rows = f"SELECT {column.in_sql} AS value FROM {_rows(table.source, warehouse, column)}"  # noqa: S608
            asked = (
                f"SELECT count(*) AS n FROM (SELECT value FROM ({rows}) AS a GROUP BY value HAVING count(*) > 1) AS b"  # noqa: S608
            )
            if repeated := _number(warehouse, asked):
                yield f"{table.name}.{column.name} is a key, but {repeated} of its values are there more than once"


def _orphans(model: SemanticModel, relationship: Relationship, warehouse: Warehouse) -> Iterator[str]:
    referring = _values(model, relationship.from_table, relationship.from_column, warehouse)
    keys = _values(model, relationship.to_table, relationship.to_column, warehouse)
    asked = (
        f"SELECT count(*) AS n FROM ({referring}) AS a "  # noqa: S608
        f"WHERE value IS NOT NULL AND value NOT IN (SELECT value FROM ({keys}) AS b)"
    )
    if orphans := _number(warehouse, asked):
        yield f"relationship {relationship.name}: {orphans} values have no row in {relationship.to_table}"


def _values(model: SemanticModel, table: str, name: str, warehouse: Warehouse) -> str:
    found, column = model.table(table), model.column(table, name)
    if found is None or column is None or found.source is None:
        raise KeyError(f"{table}.{name}")
    return f"SELECT DISTINCT {column.in_sql} AS value FROM {_rows(found.source, warehouse, column)}"  # noqa: S608


def _rows(source: Source, warehouse: Warehouse, column: Column) -> str:
    """Return the rows of a table as the model loads them, for a statement that reads one column of them."""
    where = f"{warehouse.schema(source.schema)}.{source.table}"
    if source.greatest:
        return f"(SELECT DISTINCT {column.in_sql} FROM {where}) AS loaded"  # noqa: S608
    return f"{where} WHERE {source.only}" if source.only else where


def _number(warehouse: Warehouse, sql: str) -> int:
    return int(warehouse.query(sql)["n"][0].as_py())
