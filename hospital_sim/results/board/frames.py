"""What a bed board shows, from the events of a run: who is in which bed and who waits, minute by minute."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from hospital_sim.clock import DAY, second_of
from hospital_sim.events import Admission, DepSnapshot, Event, RunStarted
from hospital_sim.results.event_logs import Course, courses

Json: TypeAlias = "str | int | Sequence[Json] | dict[str, Json] | None"

MINUTE = 60
GOES_ON = -1
"""In place of a length: the end is not known."""


def board_frames(run: RunStarted, events: Iterable[Event]) -> dict[str, Json]:
    """Return what a board shows, as plain data.

    Times are whole minutes from the first midnight that is shown; those of what began before are negative. Beginnings
    are in order, each as the minutes since the one before it.

    Args:
        run: The run.
        events: Its events, in any order.

    Returns:
        ``departments``, each with ``beds``: pairs of a minute and the beds that are open from then on; ``stays``, with
        the place (an index into the departments), the bed, the beginning, the minutes until ready and until left, and
        ``requests``, with the department that was asked, the beginning and the minutes until admission. A length that
        is not known is -1.
    """
    events = list(events)
    first = second_of(run.emit_from)
    snapshots = [event for event in events if isinstance(event, DepSnapshot)]
    names = {entry.department_id: entry.department_name for entry in run.departments}
    place = {name: position for position, name in enumerate(names)}
    found = sorted(
        courses(run, events), key=lambda course: (course.requested, place[course.department_id], course.case_id)
    )
    stays = sorted((course for course in found if course.admission is not None), key=_admitted)
    return {
        "hospital": run.hospital_name,
        "start": run.emit_from.isoformat(),
        "minutes": ((run.end - run.emit_from).days + 1) * DAY // MINUTE,
        "departments": [
            {"name": name, **_beds([each for each in snapshots if each.department_id == department], first)}
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
            "asked": [place[course.department_id] for course in found],
            "begin": _deltas([_minute(course.requested, first) for course in found]),
            "wait": [_until_admitted(course, first) for course in found],
        },
    }


def _beds(snapshots: list[DepSnapshot], first: int) -> dict[str, Json]:
    """Return the bed spaces of a department, and the beds that are open from each minute at which that changes."""
    counts = sorted((_minute(each.event_time, first), each.beds) for each in snapshots)
    changes = counts[:1] + [later for earlier, later in pairwise(counts) if later[1] != earlier[1]]
    return {
        "spaces": max((each.capacity for each in snapshots), default=0),
        "beds": [list(change) for change in changes],
    }


def _admitted(course: Course) -> tuple[datetime, str, int]:
    admission = _admission(course)
    return admission.admission_date, admission.department_id, admission.bed_number


def _admission(course: Course) -> Admission:
    if course.admission is None:
        raise ValueError(f"{course.case_id}: is not admitted")
    return course.admission


def _until_admitted(course: Course, first: int) -> int:
    if course.admission is None:
        return GOES_ON
    return _minute(course.admission.admission_date, first) - _minute(course.requested, first)


def _until_ready(course: Course, first: int) -> int:
    if course.discharge is None:
        return GOES_ON
    return _minute(course.discharge.discharge_ready_date, first) - _minute(_admission(course).admission_date, first)


def _until_left(course: Course, first: int) -> int:
    if course.discharge is None:
        return GOES_ON
    return _minute(course.discharge.discharge_date, first) - _minute(_admission(course).admission_date, first)


def _minute(moment: datetime, first: int) -> int:
    return (int(moment.timestamp()) - first) // MINUTE


def _deltas(minutes: Sequence[int]) -> list[int]:
    return [*minutes[:1], *(later - earlier for earlier, later in pairwise(minutes))]
