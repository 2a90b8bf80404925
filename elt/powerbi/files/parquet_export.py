"""Parquet files with the tables of an embedded warehouse, so that Power BI can read them without a server."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from elt.powerbi.model.semantic_model import SemanticModel
from elt.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


def parquet_files(model: SemanticModel, warehouse: Warehouse) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of a file for each table that the model loads; the same rows give the same bytes."""
    for (schema, table), columns in sorted(_loaded_columns(model).items()):
        names = ", ".join(sorted(columns))
        rows = warehouse.query(f"SELECT {names} FROM {warehouse.schema(schema)}.{table} ORDER BY {names}")  # noqa: S608
        yield f"{schema}.{table}.parquet", parquet_bytes(rows)


def parquet_bytes(rows: "pa.Table") -> bytes:
    """Return rows as a Parquet file for Power Query; the same rows give the same bytes."""
    import pyarrow.parquet as pq

    buffer = BytesIO()
    # One chunk, because an engine with several threads splits the same rows differently each time, and pages follow
    # the chunks. Snappy, because every version of Power Query reads it.
    pq.write_table(_plain(rows).combine_chunks(), buffer, compression="snappy")
    return buffer.getvalue()


def _loaded_columns(model: SemanticModel) -> dict[tuple[str, str], set[str]]:
    """Return the columns that the model loads, by schema and table."""
    loaded: dict[tuple[str, str], set[str]] = {}
    for table in model.tables:
        if table.source is None:
            continue
        columns = loaded.setdefault((table.source.schema, table.source.table), set())
        columns |= {column.name for column in table.columns if column.loaded}
        columns |= {table.source.only} - {""}
    return loaded


def _plain(rows: "pa.Table") -> "pa.Table":
    """Return rows in types that Power Query reads without a change.

    An instant with a zone would become local time there, so it is written as UTC without a zone.
    """
    import pyarrow as pa

    fields = [pa.field(field.name, _type(field.type)) for field in rows.schema]
    return rows.replace_schema_metadata(None).cast(pa.schema(fields))


def _type(kind: "pa.DataType") -> "pa.DataType":
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_date(kind):
        return pa.date32()
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_binary(kind) else kind
