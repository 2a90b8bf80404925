"""The tables of an embedded warehouse as Parquet files, so that Power BI needs no server to read them."""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from elt.powerbi.model.semantic_model import SemanticModel, Source
from elt.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa


def parquet_files(model: SemanticModel, warehouse: Warehouse) -> Iterator[tuple[str, bytes]]:
    """Yield each table that the model loads, under its schema and name; the same rows give the same bytes."""
    for source, columns in sorted(_wanted(model).items(), key=lambda wanted: (wanted[0].schema, wanted[0].table)):
        names = ", ".join(sorted(columns))
        where = f"{warehouse.schema(source.schema)}.{source.table}"
        rows = warehouse.query(f"SELECT {names} FROM {where} ORDER BY {names}")  # noqa: S608
        yield f"{source.schema}.{source.table}.parquet", parquet_bytes(rows)


def parquet_bytes(rows: "pa.Table") -> bytes:
    """Return rows as a Parquet file that Power Query reads as they are meant; the same rows give the same bytes."""
    import pyarrow.parquet as pq

    written = BytesIO()
    # In one piece: an engine with several threads cuts the same rows elsewhere each time, and pages follow cuts.
    # Snappy: every reader of Power Query knows it.
    pq.write_table(_plain(rows).combine_chunks(), written, compression="snappy")
    return written.getvalue()


def _wanted(model: SemanticModel) -> dict[Source, set[str]]:
    wanted: dict[Source, set[str]] = {}
    for table in model.tables:
        if table.source is None:
            continue
        columns = wanted.setdefault(Source(table.source.schema, table.source.table), set())
        columns |= {column.name for column in table.columns if column.loaded}
        columns |= {table.source.only} - {""}
    return wanted


def _plain(rows: "pa.Table") -> "pa.Table":
    """Return rows in the types that Power Query reads as they are meant.

    An instant with a zone would become local time there; it is written as UTC without one.
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
