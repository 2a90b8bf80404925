"""Conversion of columns between Arrow and clickhouse-driver, which takes and returns Python values."""

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from elt.contracts import Column, ColumnKind
from hospital_sim.events import UUID_PATTERN

_WRAPPED = re.compile(r"(?:LowCardinality|Nullable)\((.*)\)$")
_ARROW_TYPES = {
    **{f"{sign}{bits}": pa.int64() for sign in ("Int", "UInt") for bits in (8, 16, 32, 64, 128, 256)},
    "UInt64": pa.uint64(),
    "String": pa.string(),
    "Date": pa.date32(),
    "Date32": pa.date32(),
    "Float32": pa.float64(),
    "Float64": pa.float64(),
    "Bool": pa.bool_(),
}
"""Arrow type of the columns of a result; Arrow chooses that of the others."""


def wire_columns(rows: pa.Table, columns: Sequence[Column]) -> list[Sequence[object]]:
    """Return columns in the form that the driver inserts fastest: instants as numbers.

    Args:
        rows: The rows.
        columns: Columns to return, in order.
    """
    return [_values(rows[column.name], column) for column in columns]


def _values(values: pa.ChunkedArray, column: Column) -> list[object]:
    if column.kind is ColumnKind.TIMESTAMP:
        values = values.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    elif column.kind is ColumnKind.DATE:
        values = values.cast(pa.date32())
    elif column.kind is ColumnKind.STRING:
        values = values.cast(pa.string())
        if column.pattern != UUID_PATTERN and not values.null_count:
            return _repeating(values)
    if column.kind is ColumnKind.FLOAT or column.kind is ColumnKind.BOOLEAN or values.null_count:
        return list(values.to_pylist())
    # NumPy is several times as fast as to_pylist.
    return list(values.to_numpy().tolist())


def _repeating(values: pa.ChunkedArray) -> list[object]:
    """Return strings of few distinct values; each value is one Python object."""
    encoded = values.combine_chunks().dictionary_encode()
    strings = np.array(encoded.dictionary.to_pylist(), dtype=object)
    return list(strings[encoded.indices.to_numpy()].tolist())


def arrow_table(columns: Sequence[Sequence[Any]], described: Sequence[tuple[str, str]], zone: str) -> pa.Table:
    """Return a result as an Arrow table.

    Args:
        columns: Values of each column; empty if there are no rows.
        described: Name and ClickHouse type of each column.
        zone: Time zone of instants whose column names none.
    """
    filled = columns or [() for _ in described]
    arrays = [_array(values, type_name, zone) for values, (_, type_name) in zip(filled, described, strict=True)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in described])


def _array(values: Sequence[Any], name: str, zone: str) -> pa.Array:
    while wrapped := _WRAPPED.match(name):
        name = wrapped[1]
    if name.startswith("DateTime"):
        if "'" not in name:  # The driver returns naive values, in the server's zone.
            values = [value.replace(tzinfo=ZoneInfo(zone)) if value else None for value in values]
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    if name == "Bool":
        # In a column that is nearly always false the driver returns 0 for false.
        values = [None if value is None else bool(value) for value in values]
    return pa.array(values, _ARROW_TYPES.get(name))
