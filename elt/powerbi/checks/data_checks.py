"""Compares the model with the warehouse: tables, columns, types, grains, keys and the values of relationships."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from elt.powerbi.model.semantic_model import Column, DataType, Relationship, SemanticModel, Source, Table
from elt.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


def warehouse_problems(model: SemanticModel, warehouse: Warehouse) -> list[str]:
    """Return the differences between a model and a warehouse, one line each; empty if they agree.

    Args:
        model: A model without ``model_problems``.
        warehouse: The source of its rows.
    """
    problems = [problem for table in model.tables for problem in _table(table, warehouse)]
    if problems:
        return problems
    problems = [problem for table in model.tables for problem in _repeated(table, warehouse)]
    return problems + [
        problem for relationship in model.relationships for problem in _orphans(model, relationship, warehouse)
    ]


def data_type(arrow: "pa.DataType") -> tuple[DataType, bool] | None:
    """Return the model's type for a type of the warehouse, and True for a date; None if no type fits."""
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
        in_warehouse = schema.field(column.name).type
        if data_type(in_warehouse) != (column.data_type, column.day):
            in_model = "a date" if column.day else column.data_type
            yield f"{where}.{column.name} is {in_warehouse} in the warehouse, but {in_model} in the model"


def _repeated(table: Table, warehouse: Warehouse) -> Iterator[str]:
    """Yield the grain and the key of a table, each if several of its rows share one."""
    if table.source is None:
        return
    keys: dict[tuple[str, ...], Column] = {(column.name,): column for column in table.columns if column.key}
    where = f"{warehouse.schema(table.source.schema)}.{table.source.table}"
    for names in dict.fromkeys((table.grain, *keys)):
        if not names:
            continue
        columns = ", ".join(keys[names].in_sql if names in keys else name for name in names)
        rows = _rows(table.source, warehouse) if names in keys else where
        groups = f"SELECT {columns} FROM {rows} GROUP BY {columns} HAVING count(*) > 1"  # noqa: S608
        for row in warehouse.query(f"{groups} ORDER BY {columns} LIMIT 1").to_pylist():
            values = ", ".join(str(value) for value in row.values())
            yield f"{where} has several rows of one {', '.join(names)}, such as {values}"


def _orphans(model: SemanticModel, relationship: Relationship, warehouse: Warehouse) -> Iterator[str]:
    referring = _values(model, relationship.from_table, relationship.from_column, warehouse)
    keys = _values(model, relationship.to_table, relationship.to_column, warehouse)
    missing = f"({referring}) AS a WHERE value IS NOT NULL AND value NOT IN (SELECT value FROM ({keys}) AS b)"  # noqa: S608
    if orphans := _count(warehouse, missing):
        yield f"relationship {relationship.name}: {orphans} values have no row in {relationship.to_table}"


def _values(model: SemanticModel, table_name: str, name: str, warehouse: Warehouse) -> str:
    table, column = model.table(table_name), model.column(table_name, name)
    if table is None or column is None or table.source is None:
        raise KeyError(f"{table_name}.{name}")
    return f"SELECT DISTINCT {column.in_sql} AS value FROM {_rows(table.source, warehouse)}"  # noqa: S608


def _rows(source: Source, warehouse: Warehouse) -> str:
    """Return the FROM clause for the rows that the model loads."""
    where = f"{warehouse.schema(source.schema)}.{source.table}"
    return f"{where} WHERE {source.only}" if source.only else where


def _count(warehouse: Warehouse, rows: str) -> int:
    return int(warehouse.query(f"SELECT count(*) AS n FROM {rows}")["n"][0].as_py())  # noqa: S608
