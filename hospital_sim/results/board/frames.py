"""Computes the data of a bed board from the events of a run: beds, stays and waits, in minutes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from hospital_sim.clock import DAY, second_of
from hospital_sim.events import Admission, DepSnapshot, Event, RunStarted
from hospital_sim.results.event_logs import Course, courses

Json: TypeAlias = "str | int | Sequence[Json] | dict[str, Json] | None"

MINUTE = 60
OPEN_END = -1
"""The length of a stay or wait that had not ended by the end of the run."""


def board_frames(run: RunStarted, events: Iterable[Event]) -> dict[str, Json]:
    """Return the data of a bed board.

    Times are whole minutes from the first midnight of the board; earlier times are negative. Beginnings are sorted, and
    each is given as the minutes since the one before it.

    Args:
        run: The run.
        events: Its events, in any order.

    Returns:
        ``departments``, each with ``beds``: pairs of a minute and the number of beds open from then on; ``stays``, with
        the place (an index into the departments), the bed, the beginning, and the minutes until ready and until left;
        and ``requests``, with the department that was asked, the beginning and the minutes until admission. Lengths
        that had not ended are -1.
    """
    events = list(events)
    first = second_of(run.emit_from)
    snapshots = [event for event in events if isinstance(event, DepSnapshot)]
    names = {entry.department_id: entry.department_name for entry in run.departments}
    place = {name: position for position, name in enumerate(names)}
    requests = sorted(
        courses(run, events), key=lambda course: (course.requested, place[course.department_id], course.case_id)
    )
    stays = sorted((course for course in requests if course.admission is not None), key=_by_admission)
    return {
        "hospital": run.hospital_name,
        "start": run.emit_from.isoformat(),
        "minutes": ((run.end - run.emit_from).days + 1) * DAY // MINUTE,
        "departments": [
            {"name": name, **_beds([entry for entry in snapshots if entry.department_id == department], first)}
            for department, name in names.items()
        ],
        "stays": {
            "place": [place[_admission(course).department_id] for course in stays],
            "bed": [_admission(course).bed_number for course in stays],
            "begin": _deltas([_minute(_admission(course).admission_date, first) for course in stays]),
            "ready": [_until_ready(course, first) for course in stays],
            "left": [_until_left(course, first) for course in stays],
        },
        "requests": {
            "asked": [place[course.department_id] for course in requests],
            "begin": _deltas([_minute(course.requested, first) for course in requests]),
            "wait": [_until_admitted(course, first) for course in requests],
        },
    }


def _beds(snapshots: list[DepSnapshot], first: int) -> dict[str, Json]:
    """Return the bed spaces of a department, and each change in its open beds with its minute."""
    counts = sorted((_minute(snapshot.event_time, first), snapshot.beds) for snapshot in snapshots)
    changes = counts[:1] + [later for earlier, later in pairwise(counts) if later[1] != earlier[1]]
    return {
        "spaces": max((snapshot.capacity for snapshot in snapshots), default=0),
        "beds": [list(change) for change in changes],
    }


def _by_admission(course: Course) -> tuple[datetime, str, int]:
    admission = _admission(course)
    return admission.admission_date, admission.department_id, admission.bed_number


def _admission(course: Course) -> Admission:
    if course.admission is None:
        raise ValueError(f"{course.case_id}: is not admitted")
    return course.admission


def _until_admitted(course: Course, first: int) -> int:
    if course.admission is None:
        return OPEN_END
    return _minute(course.admission.admission_date, first) - _minute(course.requested, first)


def _until_ready(course: Course, first: int) -> int:
    if course.discharge is None:
        return OPEN_END
    return _minute(course.discharge.discharge_ready_date, first) - _minute(_admission(course).admission_date, first)


def _until_left(course: Course, first: int) -> int:
    if course.discharge is None:
        return OPEN_END
    return _minute(course.discharge.discharge_date, first) - _minute(_admission(course).admission_date, first)


def _minute(moment: datetime, first: int) -> int:
    return (int(moment.timestamp()) - first) // MINUTE


def _deltas(minutes: Sequence[int]) -> list[int]:
    return [*minutes[:1], *(later - earlier for earlier, later in pairwise(minutes))]
