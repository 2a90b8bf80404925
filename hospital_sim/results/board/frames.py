"""Computes the data of a bed board from the events of a run: beds, stays and waits, in minutes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from hospital_sim.clock import DAY, second_of
from hospital_sim.events import DepSnapshot, Event, RunStarted
from hospital_sim.results.event_logs import courses

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
    stays = sorted(
        ((course.admission, course.discharge) for course in requests if course.admission is not None),
        key=lambda stay: (stay[0].admission_date, stay[0].department_id, stay[0].bed_number),
    )
    return {
        "hospital": run.hospital_name,
        "start": run.emit_from.isoformat(),
        "minutes": ((run.end - run.emit_from).days + 1) * DAY // MINUTE,
        "departments": [
            {"name": name, **_beds([entry for entry in snapshots if entry.department_id == department], first)}
            for department, name in names.items()
        ],
        "stays": {
            "place": [place[admission.department_id] for admission, _ in stays],
            "bed": [admission.bed_number for admission, _ in stays],
            "begin": _deltas([_minute(admission.admission_date, first) for admission, _ in stays]),
            "ready": [
                _length(admission.admission_date, discharge.discharge_ready_date if discharge else None, first)
                for admission, discharge in stays
            ],
            "left": [
                _length(admission.admission_date, discharge.discharge_date if discharge else None, first)
                for admission, discharge in stays
            ],
        },
        "requests": {
            "asked": [place[course.department_id] for course in requests],
            "begin": _deltas([_minute(course.requested, first) for course in requests]),
            "wait": [
                _length(course.requested, course.admission.admission_date if course.admission else None, first)
                for course in requests
            ],
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


def _length(begin: datetime, end: datetime | None, first: int) -> int:
    """Return the minutes of a stay or wait; ``OPEN_END`` if it has no end yet."""
    return OPEN_END if end is None else _minute(end, first) - _minute(begin, first)


def _minute(moment: datetime, first: int) -> int:
    return (int(moment.timestamp()) - first) // MINUTE


def _deltas(minutes: Sequence[int]) -> list[int]:
    return [*minutes[:1], *(later - earlier for earlier, later in pairwise(minutes))]
