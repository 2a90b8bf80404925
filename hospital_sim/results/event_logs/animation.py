"""The event log that vidigi animates and analyses: one row for each arrival, queue, use of a bed, and departure.

Columns and the words in ``event_type`` are vidigi's. A department has a queue and beds of its own, so the names in
``event`` carry it: ``<department>_wait``, ``<department>_bed`` and ``<department>_bed_left``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import IntEnum
from typing import NamedTuple

from hospital_sim.events import Admission, RunStarted
from hospital_sim.results.event_logs.courses import Course
from hospital_sim.tables import Cell, Table

SECONDS_IN_MINUTE = 60
COLUMNS = (
    "entity_id",
    "event_type",
    "event",
    "time",
    "pathway",
    "resource_id",
    "unique_resource_id",
    "run_number",
    "timestamp",
)


class _Rank(IntEnum):
    """The order of rows of one second: that of the simulation."""

    LEAVES = 0
    ADMITTED_FROM_LIST = 1
    ASKS = 2


class _Row(NamedTuple):
    moment: datetime
    rank: _Rank
    case_id: str
    event_type: str
    event: str
    pathway: str
    bed: Admission | None = None


def vidigi_log(run: RunStarted, found: Iterable[Course]) -> Table:
    """Return a log for vidigi, in the order of time.

    Args:
        run: The run.
        found: What became of each request.

    Returns:
        A table with vidigi's columns. ``time`` is in minutes from the beginning of the first day of the run: below 0
        for what happened before it to those who were waiting or in a bed then, so that vidigi shows them from the first
        frame, clips their use of the bed, and leaves waits that began before out of its durations. ``pathway`` is the
        department that was asked, ``resource_id`` the number of the bed in its department, ``unique_resource_id`` the
        bed in the hospital, ``run_number`` 1, and ``timestamp`` the time, UTC. Patients who still wait or are in a bed
        at the end have no departure; a window of analysis ends at ``limit_duration``, the minutes of the run.
    """
    rows = [row for course in found for row in _rows(course)]
    # Sorting is stable: the rows of one patient and second stay in their order.
    rows.sort(key=lambda row: (row.moment, row.rank))
    zero = datetime.combine(run.emit_from, datetime.min.time(), UTC)
    columns: list[list[Cell]] = [
        [row.case_id for row in rows],
        [row.event_type for row in rows],
        [row.event for row in rows],
        [(row.moment - zero).total_seconds() / SECONDS_IN_MINUTE for row in rows],
        [row.pathway for row in rows],
        [row.bed.bed_number if row.bed else None for row in rows],
        [f"{row.bed.department_id}_{row.bed.bed_number}" if row.bed else None for row in rows],
        [1] * len(rows),
        [row.moment for row in rows],
    ]
    title = f"{run.hospital_name}: event log for vidigi, minutes from {run.emit_from}"
    return Table(title, dict(zip(COLUMNS, columns, strict=True)))


def _rows(course: Course) -> Iterator[_Row]:
    case, pathway, asked, admission = course.case_id, course.department_id, course.requested, course.admission
    yield _Row(asked, _Rank.ASKS, case, "arrival_departure", "arrival", pathway)
    yield _Row(asked, _Rank.ASKS, case, "queue", f"{pathway}_wait", pathway)
    if admission is None:
        return
    place, given = admission.department_id, admission.admission_date
    rank = _Rank.ASKS if given == asked else _Rank.ADMITTED_FROM_LIST
    yield _Row(given, rank, case, "resource_use", f"{place}_bed", pathway, admission)
    if course.discharge is not None:
        left = course.discharge.discharge_date
        yield _Row(left, _Rank.LEAVES, case, "resource_use_end", f"{place}_bed_left", pathway, admission)
        yield _Row(left, _Rank.LEAVES, case, "arrival_departure", "depart", pathway)
