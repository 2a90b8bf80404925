"""Sorts staged events by time, in bounded memory whatever the size of a day.

Events are sorted by ``event_time``, then ``event_id``. A day that is too large for memory is sorted part by part; the
sorted parts are written to a temporary file and merged from there.
"""

import itertools
import os
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.native.arrays import fixed_texts, numbers, values_of
from elt.native.buffers import Offsets
from elt.native.temporary import explain_no_space, temporary_file

HELD_ROWS = 65_536
"""Most events of a divided day in memory."""

_SPILLED_ROWS = 2048
_MERGED_ROWS = 16_384


class _Keys(NamedTuple):
    """The values that events are sorted by."""

    times: npt.NDArray[np.int64]
    event_ids: npt.NDArray[np.bytes_]


def by_time(table: pa.Table) -> pa.Table:
    """Return events sorted by time, those of one second by their identifiers."""
    order = _order(_keys(table))
    return table if (order[1:] > order[:-1]).all() else table.take(numbers(order))


def _keys(table: pa.Table) -> _Keys:
    times = values_of(table["event_time"]).astype(np.int64, copy=False)
    return _Keys(times, fixed_texts(table["event_id"]))


def _order(keys: _Keys) -> Offsets:
    """Return the places of events in the order in which they are sorted."""
    order = np.argsort(keys.times, kind="stable")
    times, event_ids = keys.times[order], keys.event_ids[order]
    # Single objects come in the order of their identifiers, and lines of one bundle too, so few need more.
    if ((times[1:] == times[:-1]) & (event_ids[1:] < event_ids[:-1])).any():
        return np.lexsort((keys.event_ids, keys.times))
    return order


class _Spilled(NamedTuple):
    """Place of some rows of a sorted part in the temporary file."""

    offset: int
    size: int


class DaySorter:
    """Sorts the events of one day, which come in parts."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._keys: list[_Keys] = []
        self._spilled: list[list[_Spilled]] = []
        self._file: IO[bytes] | None = None
        self._schema: pa.Schema | None = None

    def add(self, table: pa.Table) -> None:
        """Add the events of one part.

        Raises:
            EltError: If there is no room for temporary files.
        """
        self._schema = table.schema
        self._held.append(by_time(table))
        self._keys.append(_keys(self._held[-1]))
        self._held_rows += table.num_rows
        if self._held_rows > HELD_ROWS:
            self._spill()

    def sorted(self) -> Iterator[pa.Table]:
        """Yield all events that were added, sorted; the sorter is empty afterwards."""
        if self._spilled:
            self._spill()
            yield from self._merged()
        elif self._held:
            yield by_time(pa.concat_tables(self._held))
        self._clear()

    def _spill(self) -> None:
        with explain_no_space("a day too large for memory is sorted here"):
            if self._file is None:
                self._file = temporary_file()
            for table in self._held:
                self._spilled.append([self._write(self._file, batch) for batch in _batches(table)])
            self._file.flush()
        self._held, self._held_rows = [], 0

    def _write(self, file: IO[bytes], batch: pa.RecordBatch) -> _Spilled:
        data = batch.serialize()
        offset = file.seek(0, os.SEEK_END)
        file.write(data)
        return _Spilled(offset, data.size)

    def _merged(self) -> Iterator[pa.Table]:
        starts = np.cumsum([0, *(len(keys.times) for keys in self._keys)])
        order = _order(_Keys(*map(np.concatenate, zip(*self._keys, strict=True))))
        for start in range(0, len(order), _MERGED_ROWS):
            selected = order[start : start + _MERGED_ROWS]
            # A part is sorted, so its selected rows follow one another.
            ascending = np.sort(selected)
            bounds = np.searchsorted(ascending, starts)
            runs = [
                self._rows(part, int(ascending[low] - starts[part]), int(ascending[high - 1] - starts[part]) + 1)
                for part, (low, high) in enumerate(itertools.pairwise(bounds))
                if low < high
            ]
            yield pa.concat_tables(runs).take(numbers(np.searchsorted(ascending, selected)))

    def _rows(self, part: int, start: int, end: int) -> pa.Table:
        first, last = start // _SPILLED_ROWS, (end - 1) // _SPILLED_ROWS
        batches = [self._read(place) for place in self._spilled[part][first : last + 1]]
        return pa.Table.from_batches(batches).slice(start - first * _SPILLED_ROWS, end - start)

    def _read(self, place: _Spilled) -> pa.RecordBatch:
        if self._file is None:
            raise ValueError("nothing was spilled")
        self._file.seek(place.offset)
        return pa.ipc.read_record_batch(pa.py_buffer(self._file.read(place.size)), self._schema)


def _batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    whole = table.combine_chunks()
    for start in range(0, whole.num_rows, _SPILLED_ROWS):
        yield from whole.slice(start, _SPILLED_ROWS).to_batches()
