"""Event logs for process mining: a table for pm4py, and an XES file, with the same cases and events.

A case is a spell. Its events are ``request``, ``admission``, ``ready for discharge`` and ``discharge``, each with the
transition ``complete``; the group is the department, the resource is the bed.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from hospital_sim.events import RunStarted
from hospital_sim.results.event_logs.courses import Course
from hospital_sim.results.event_logs.xes import open_xes, write_log
from hospital_sim.tables import Cell, CellType, Table

Attributes = dict[str, Cell]

CASE_COLUMNS = ("concept:name", "patient_id", "sex", "birth_date", "requested_department_id", "admission_method")
EVENT_COLUMNS = (
    "concept:name",
    "time:timestamp",
    "lifecycle:transition",
    "org:group",
    "org:resource",
    "discharge_destination",
    "delay_reason",
)


def pm4py_log(run: RunStarted, courses: Iterable[Course]) -> Table:
    """Return a log for pm4py: a row for each event, case by case, each in the order of time.

    Args:
        run: The run.
        courses: The course of each request.

    Returns:
        A table whose columns are pm4py's (``case:concept:name``, ``concept:name``, ``time:timestamp``, those of the
        lifecycle and organizational extensions), and ``case:`` columns of the patient and the request. Pass its
        ``to_pandas()`` to pm4py. A cell is None if the event does not have the attribute.
    """
    types: dict[str, CellType] = {f"case:{name}": str for name in CASE_COLUMNS}
    types |= {name: datetime if name == "time:timestamp" else str for name in EVENT_COLUMNS}
    rows = (
        [*(case[name] for name in CASE_COLUMNS), *(event.get(name) for name in EVENT_COLUMNS)]
        for course in courses
        for case in [case_attributes(course)]
        for event in event_attributes(course)
    )
    return Table(f"{run.hospital_name}: event log for pm4py", types, rows)


def write_xes(run: RunStarted, courses: Iterable[Course], path: str | os.PathLike[str]) -> None:
    """Write a log as XES, one trace at a time; compressed if the path ends with ``.gz``.

    Args:
        run: The run.
        courses: The course of each request.
        path: The file; an existing file is replaced.

    Raises:
        OSError: If the file cannot be written.
    """
    with open_xes(path) as file:
        traces = ((case_attributes(course), event_attributes(course)) for course in courses)
        write_log(file, {"concept:name": run.hospital_name, "run_id": run.run_id}, traces)


def case_attributes(course: Course) -> Attributes:
    """Return the attributes of a case."""
    return {
        "concept:name": course.case_id,
        "patient_id": course.patient_id,
        "sex": course.sex,
        "birth_date": course.birth_date.isoformat(),
        "requested_department_id": course.department_id,
        "admission_method": course.admission.admission_method if course.admission else None,
    }


def event_attributes(course: Course) -> Iterator[Attributes]:
    """Yield the attributes of each event of a case, in the order of time."""
    yield _event("request", course.requested, course.department_id, None)
    if course.admission is None:
        return
    department = course.admission.department_id
    bed = f"{department}_{course.admission.bed_number}"
    yield _event("admission", course.admission.admission_date, department, bed)
    if course.discharge is not None:
        yield _event("ready for discharge", course.discharge.discharge_ready_date, department, bed)
        yield _event("discharge", course.discharge.discharge_date, department, bed) | {
            "discharge_destination": course.discharge.discharge_destination,
            "delay_reason": course.discharge.delay_reason,
        }


def _event(activity: str, time: Cell, group: str, resource: str | None) -> Attributes:
    return {
        "concept:name": activity,
        "time:timestamp": time,
        "lifecycle:transition": "complete",
        "org:group": group,
        "org:resource": resource,
    }
