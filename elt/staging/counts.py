"""Counts of one output: its staged, late and quarantined objects, and digests of their bytes."""

from collections import Counter
from datetime import date
from itertools import groupby
from operator import attrgetter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.lake import layout
from elt.lake.digests import RawDigest
from elt.lake.manifests import ClosedMonths, OutputCounts
from elt.native.arrays import values_of
from elt.staging.reading.decode import Decoded

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000
"""Microseconds."""


class OutputCounter:
    """Counts the objects of one output.

    Args:
        month: First day of the month of the output.
    """

    def __init__(self, month: date) -> None:
        self._month = month
        self._staged: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
        self._quarantined: dict[str, Counter[date]] = {}
        self._raw: dict[date, RawDigest] = {}

    def add(self, decoded: Decoded) -> None:
        """Count the objects of a batch, all of this output, which come in the order of their identifiers."""
        objects, lengths = decoded.batch.objects, decoded.batch.objects.lengths()
        start = 0
        for day, names in groupby(decoded.batch.names, attrgetter("day")):
            end = start + sum(map(len, names))
            self._raw.setdefault(day, RawDigest()).add(objects.view(start, end), lengths[start:end])
            start = end
        for rejected in decoded.rejected:
            self._quarantined.setdefault(rejected.reason.value, Counter())[rejected.object.day] += 1
        self.add_rows(decoded.table)

    def add_rows(self, table: pa.Table) -> None:
        """Count staged events; ``add`` does so for those of a batch."""
        hospitals, hospital = _codes(table["hospital_id"])
        departments, department = _codes(table["department_id"])
        shape = len(hospitals), len(departments), layout.days_in(self._month)
        days = values_of(table["event_time"]) // _DAY - (self._month - _EPOCH).days
        codes = (hospital * shape[1] + department) * shape[2] + days
        counts = np.bincount(codes, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)
        for row, column in np.argwhere(counts.any(axis=2)).tolist():
            place = hospitals[row], departments[column]
            self._staged[place] = self._staged.get(place, 0) + counts[row, column]

    def counts(self, closed: ClosedMonths) -> OutputCounts:
        """Return the counts, in an order that depends on the objects alone.

        Args:
            closed: Months that earlier staging runs closed.
        """
        staged: dict[str, dict[str, list[int]]] = {}
        for (hospital, department), days in sorted(self._staged.items()):
            staged.setdefault(hospital, {})[department] = days.tolist()
        by_hospital = {hospital: sum(map(sum, departments.values())) for hospital, departments in staged.items()}
        return OutputCounts(
            rows=sum(by_hospital.values()),
            late={hospital: rows for hospital, rows in by_hospital.items() if closed.closes(hospital, self._month)},
            staged=staged,
            quarantined={reason: dict(sorted(days.items())) for reason, days in sorted(self._quarantined.items())},
            raw_sha256={day: raw.hexdigest() for day, raw in sorted(self._raw.items())},
        )


def _codes(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the different values of a column, and for each row the place of its value among them."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), values_of(encoded.indices).astype(np.int64)
