"""The event log for vidigi, which animates it: one row for each arrival, queue, use of a bed, and departure.

Columns and the values of ``event_type`` are vidigi's. Each department has its own queue and beds, so the values of
``event`` contain its name: ``<department>_wait``, ``<department>_bed`` and ``<department>_bed_left``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from enum import IntEnum
from typing import NamedTuple

from hospital_sim.events import Admission, RunStarted
from hospital_sim.results.event_logs.courses import Course
from hospital_sim.tables import CellType, Table

SECONDS_IN_MINUTE = 60
COLUMNS: dict[str, CellType] = {
    "entity_id": str,
    "event_type": str,
    "event": str,
    "time": float,
    "pathway": str,
    "resource_id": int | None,
    "unique_resource_id": str,
    "run_number": int,
    "timestamp": datetime,
}


class _Rank(IntEnum):
    """The order of rows in one second, as in the simulation."""

    DISCHARGE = 0
    ADMISSION_FROM_LIST = 1
    REQUEST = 2


class _Row(NamedTuple):
    moment: datetime
    rank: _Rank
    case_id: str
    event_type: str
    event: str
    pathway: str
    bed: Admission | None = None


def vidigi_log(run: RunStarted, courses: Iterable[Course]) -> Table:
    """Return a log for vidigi, in the order of time.

    Args:
        run: The run.
        courses: The course of each request.

    Returns:
        A table with vidigi's columns. ``time`` is in minutes from the beginning of the first day of the run. It is
        negative for earlier events of patients who were waiting or in a bed then, so vidigi shows them from the first
        frame, clips their use of the bed, and leaves waits that began before out of its durations. ``pathway`` is the
        department that was asked, ``resource_id`` the number of the bed in its department, ``unique_resource_id`` the
        bed in the hospital, ``run_number`` 1, and ``timestamp`` the time, UTC. Patients who are waiting or in a bed at
        the end have no departure; a window of analysis ends at ``limit_duration``, the minutes of the run.
    """
    rows = [row for course in courses for row in _rows(course)]
    # Sorting is stable, so the rows of one patient and second keep their order.
    rows.sort(key=lambda row: (row.moment, row.rank))
    zero = datetime.combine(run.emit_from, datetime.min.time(), UTC)
    cells = (
        (
            row.case_id,
            row.event_type,
            row.event,
            (row.moment - zero).total_seconds() / SECONDS_IN_MINUTE,
            row.pathway,
            row.bed.bed_number if row.bed else None,
            f"{row.bed.department_id}_{row.bed.bed_number}" if row.bed else None,
            1,
            row.moment,
        )
        for row in rows
    )
    return Table(f"{run.hospital_name}: event log for vidigi, minutes from {run.emit_from}", COLUMNS, cells)


def _rows(course: Course) -> Iterator[_Row]:
    case, pathway, requested, admission = course.case_id, course.department_id, course.requested, course.admission
    yield _Row(requested, _Rank.REQUEST, case, "arrival_departure", "arrival", pathway)
    yield _Row(requested, _Rank.REQUEST, case, "queue", f"{pathway}_wait", pathway)
    if admission is None:
        return
    department, admitted = admission.department_id, admission.admission_date
    rank = _Rank.REQUEST if admitted == requested else _Rank.ADMISSION_FROM_LIST
    yield _Row(admitted, rank, case, "resource_use", f"{department}_bed", pathway, admission)
    if course.discharge is not None:
        discharged = course.discharge.discharge_date
        yield _Row(discharged, _Rank.DISCHARGE, case, "resource_use_end", f"{department}_bed_left", pathway, admission)
        yield _Row(discharged, _Rank.DISCHARGE, case, "arrival_departure", "depart", pathway)
