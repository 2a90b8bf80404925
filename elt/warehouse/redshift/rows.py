"""Rows between Arrow and the driver of Redshift, which takes and gives Python values."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from elt.contracts import Column, ColumnKind

if TYPE_CHECKING:
    import pyarrow as pa

_BOUND = 30_000
"""Values sent with one statement: the protocol has room for 32,767."""
_BOOLEAN, _INTEGERS, _NUMBERS, _DATE, _INSTANTS = {16}, {20, 21, 23, 26}, {700, 701, 1700}, {1082}, {1114, 1184}


def batches(rows: "pa.Table", columns: Sequence[Column]) -> Iterator[tuple[int, list[object]]]:
    """Yield rows in parts that one INSERT can take: how many, and their values, one row after the other.

    Args:
        rows: The rows.
        columns: Which of their columns, in order.
    """
    size = _BOUND // len(columns)
    for start in range(0, rows.num_rows, size):
        part = rows.slice(start, size)
        values = [_values(part[column.name], column) for column in columns]
        yield part.num_rows, [value for row in zip(*values, strict=True) for value in row]


def _values(values: "pa.ChunkedArray", column: Column) -> list[object]:
    found: list[object] = values.to_pylist()
    if column.kind is ColumnKind.TIMESTAMP:
        return [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in found]
    if column.kind is ColumnKind.FLOAT:
        return [None if value is None else float(value) for value in found]  # type: ignore[arg-type]
    return found


def arrow_table(rows: Sequence[Sequence[object]], described: Sequence[tuple[str, int]]) -> "pa.Table":
    """Return a result as an Arrow table; numbers that Redshift keeps as decimals are floats.

    Args:
        rows: The rows.
        described: Name and type of each column, as the driver tells them.
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
        # The driver gives naive values; the session's zone is UTC.
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    if kind in _INTEGERS:
        return pa.array(values, pa.int64())
    if kind in _BOOLEAN:
        return pa.array(values, pa.bool_())
    return pa.array(values, pa.date32() if kind in _DATE else pa.string())
