"""Conversion of rows between Arrow and redshift_connector, which takes and returns Python values."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from elt.contracts import Column, ColumnKind

if TYPE_CHECKING:
    import pyarrow as pa

_BOUND = 30_000
"""Maximum number of values in one statement; the protocol allows 32,767."""
_BOOLEAN, _INTEGERS, _NUMBERS, _DATE, _INSTANTS = {16}, {20, 21, 23, 26}, {700, 701, 1700}, {1082}, {1114, 1184}


def batches(rows: "pa.Table", columns: Sequence[Column]) -> Iterator[tuple[int, list[object]]]:
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


def _values(values: "pa.ChunkedArray", column: Column) -> list[object]:
    plain: list[object] = values.to_pylist()
    if column.kind is ColumnKind.TIMESTAMP:
        return [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in plain]
    if column.kind is ColumnKind.FLOAT:
        return [None if value is None else float(value) for value in plain]  # type: ignore[arg-type]
    return plain


def arrow_table(rows: Sequence[Sequence[object]], described: Sequence[tuple[str, int]]) -> "pa.Table":
    """Return a result as an Arrow table, with decimals as floats.

    Args:
        rows: The rows.
        described: Name and the driver's type code of each column.
    """
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) if rows else [() for _ in described]
    arrays = [_array(values, kind) for values, (_, kind) in zip(columns, described, strict=True)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in described])


def _array(values: Sequence[object], kind: int) -> "pa.Array":
    import pyarrow as pa

    if kind in _NUMBERS:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())  # type: ignore[arg-type]
    if kind in _INSTANTS:
        # The driver returns naive values; the session's zone is UTC.
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    if kind in _INTEGERS:
        return pa.array(values, pa.int64())
    if kind in _BOOLEAN:
        return pa.array(values, pa.bool_())
    return pa.array(values, pa.date32() if kind in _DATE else pa.string())
