"""Counts what becomes of the raw objects of one output."""

from collections import Counter
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.lake import layout
from elt.lake.digests import RawDigest
from elt.lake.manifests import ClosedMonths, OutputCounts
from elt.lake.quarantine import Reason
from elt.native.arrays import values_of

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000
"""Microseconds."""


class StagedEvents:
    """The hospital, the department and the day of staged events, to be counted.

    Args:
        table: The events.
    """

    def __init__(self, table: pa.Table) -> None:
        self.hospitals, hospital = _codes(table["hospital_id"])
        self.departments, department = _codes(table["department_id"])
        self._pairs = hospital * len(self.departments) + department
        self._days = values_of(table["event_time"]) // _DAY

    def counts(self, rows: slice, month: date) -> npt.NDArray[np.int64]:
        """Return the number of events of some rows by hospital, department and day of their month."""
        shape = len(self.hospitals), len(self.departments), layout.days_in(month)
        codes = self._pairs[rows] * shape[2] + self._days[rows] - (month - _EPOCH).days
        return np.bincount(codes, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)


def _codes(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    found = column.combine_chunks().dictionary_encode()
    return found.dictionary.to_pylist(), values_of(found.indices).astype(np.int64)


class Tally:
    """Counts what becomes of the objects of one output.

    Args:
        month: First day of the month of the output.
    """

    def __init__(self, month: date) -> None:
        self._month = month
        self._staged: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
        self._quarantined: dict[str, Counter[date]] = {}
        self._raw: dict[date, RawDigest] = {}

    def read(self, day: date, joined: memoryview, lengths: npt.NDArray[np.int64]) -> None:
        """Count raw objects of a day, in the order of their identifiers: their bytes, and the length of each."""
        self._raw.setdefault(day, RawDigest()).add(joined, lengths)

    def staged(self, events: StagedEvents, rows: slice) -> None:
        """Count events that are staged: some rows of a table."""
        counts = events.counts(rows, self._month)
        for hospital, department in np.argwhere(counts.any(axis=2)).tolist():
            place = events.hospitals[hospital], events.departments[department]
            self._staged[place] = self._staged.get(place, 0) + counts[hospital, department]

    def quarantined(self, reason: Reason, day: date) -> None:
        """Count one object that is quarantined."""
        self._quarantined.setdefault(reason.value, Counter())[day] += 1

    def counts(self, closed: ClosedMonths) -> OutputCounts:
        """Return the counts, in an order that depends on the objects alone."""
        staged: dict[str, dict[str, list[int]]] = {}
        for (hospital, department), days in sorted(self._staged.items()):
            staged.setdefault(hospital, {})[department] = days.tolist()
        by_hospital = {hospital: sum(map(sum, departments.values())) for hospital, departments in staged.items()}
        return OutputCounts(
            rows=sum(by_hospital.values()),
            late={hospital: rows for hospital, rows in by_hospital.items() if closed.closes(hospital, self._month)},
            staged=staged,
            quarantined={reason: dict(sorted(days.items())) for reason, days in sorted(self._quarantined.items())},
            raw_sha256={day: found.hexdigest() for day, found in sorted(self._raw.items())},
        )
