"""Conversion of rows between Arrow and redshift_connector, which takes and returns Python values."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from elt.contracts import Column, ColumnKind

_BOUND = 30_000
"""Maximum number of values in one statement; the protocol allows 32,767."""
_ARROW_TYPES = {
    16: pa.bool_(),
    **dict.fromkeys((20, 21, 23, 26), pa.int64()),
    **dict.fromkeys((700, 701, 1700), pa.float64()),
    1082: pa.date32(),
    # The driver returns naive values; the session's zone is UTC.
    **dict.fromkeys((1114, 1184), pa.timestamp("us", tz="UTC")),
}
"""Arrow type for each type code of the driver; all others are text."""


def batches(rows: pa.Table, columns: Sequence[Column]) -> Iterator[tuple[int, list[object]]]:
    """Yield batches that fit into one INSERT: the number of rows, and their values row by row.

    Args:
        rows: The rows.
        columns: Columns to insert, in order.
    """
    size = _BOUND // len(columns)
    for start in range(0, rows.num_rows, size):
        batch = rows.slice(start, size)
        values = [_values(batch[column.name], column) for column in columns]
        yield batch.num_rows, [value for row in zip(*values, strict=True) for value in row]


def _values(values: pa.ChunkedArray, column: Column) -> list[object]:
    plain: list[object] = values.to_pylist()
    if column.kind is ColumnKind.TIMESTAMP:
        return [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in plain]
    if column.kind is ColumnKind.FLOAT:
        return _floats(plain)
    return plain


def arrow_table(rows: Sequence[Sequence[object]], described: Sequence[tuple[str, int]]) -> pa.Table:
    """Return a result as an Arrow table, with decimals as floats.

    Args:
        rows: The rows.
        described: Name and the driver's type code of each column.
    """
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in described]
    arrays = [_array(values, kind) for values, (_, kind) in zip(columns, described, strict=True)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in described])


def _array(values: Sequence[object], kind: int) -> pa.Array:
    arrow_type = _ARROW_TYPES.get(kind, pa.string())
    return pa.array(_floats(values) if pa.types.is_floating(arrow_type) else values, arrow_type)


def _floats(values: Sequence[object]) -> list[object]:
    return [None if value is None else float(value) for value in values]  # type: ignore[arg-type]
