"""Computes the data of a bed board from the events of a run: beds, stays and waits, in minutes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import TypeAlias

from hospital_sim.clock import DAY, second_of
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunStarted
from hospital_sim.results.board.beds_by_hour import BedUse, bed_plans, open_beds
from hospital_sim.results.board.words import ADMISSION_METHODS, AGE_BANDS, DELAY_REASONS, METHODS, REASONS, age_band
from hospital_sim.results.event_logs import Course, courses

Json: TypeAlias = "str | int | Sequence[Json] | dict[str, Json] | None"

Stay: TypeAlias = tuple[Admission, Discharge | None]

MINUTE = 60
OPEN_END = -1
"""The length of a stay or wait that had not ended by the end of the run."""

NO_REASON = -1
"""The reason of a patient who was not delayed, or not discharged by the end of the run."""


def board_frames(run: RunStarted, events: Iterable[Event]) -> dict[str, Json]:
    """Return the data of a bed board.

    Times are whole minutes from the first midnight of the board; earlier times are negative. Beginnings are sorted, and
    each is given as the minutes since the one before it.

    Args:
        run: The run.
        events: Its events, in any order.

    Returns:
        ``departments``, each with ``spaces``, its bed spaces, and ``beds``: pairs of a minute and the number of beds
        open from then on (a bed that is to close is not among them, even if its patient is still in it); ``stays``,
        with the place (an index into the departments), the bed, the beginning, the minutes until ready and until left,
        the department that was asked, the minutes waited, and indexes of the admission method and of the reason for a
        delay (-1 without one); ``requests``, with the department that was asked, the beginning and the minutes until
        admission; both with the age band. Lengths that had not ended are -1. ``words`` has the texts of the indexes.
    """
    events = list(events)
    first = second_of(run.emit_from)
    place = {entry.department_id: position for position, entry in enumerate(run.departments)}
    requests = sorted(
        courses(run, events), key=lambda course: (course.requested, place[course.department_id], course.case_id)
    )
    stays = sorted(
        ((course.admission, course.discharge) for course in requests if course.admission is not None),
        key=lambda stay: (stay[0].admission_date, stay[0].department_id, stay[0].bed_number),
    )
    beds = _beds(run, stays, events, first)
    promises = (*run.departments, *(promise for period in run.periods for promise in period.departments))
    spaces = {id_: max(promise.capacity for promise in promises if promise.department_id == id_) for id_ in place}
    return {
        "hospital": run.hospital_name,
        "start": run.emit_from.isoformat(),
        "minutes": ((run.end - run.emit_from).days + 1) * DAY // MINUTE,
        "departments": [
            {"name": entry.department_name, "spaces": spaces[entry.department_id], "beds": beds[entry.department_id]}
            for entry in run.departments
        ],
        "words": {
            "ages": AGE_BANDS,
            "methods": [ADMISSION_METHODS[code] for code in METHODS],
            "reasons": [DELAY_REASONS[code] for code in REASONS],
        },
        "stays": _stay_columns(stays, place, first),
        "requests": _request_columns(requests, place, first),
    }


def _stay_columns(stays: Sequence[Stay], place: Mapping[str, int], first: int) -> dict[str, Json]:
    admissions = [admission for admission, _ in stays]
    return {
        "place": [place[admission.department_id] for admission in admissions],
        "bed": [admission.bed_number for admission in admissions],
        "begin": _deltas([_minute(admission.admission_date, first) for admission in admissions]),
        "ready": [
            _length(admission.admission_date, discharge.discharge_ready_date if discharge else None, first)
            for admission, discharge in stays
        ],
        "left": [
            _length(admission.admission_date, discharge.discharge_date if discharge else None, first)
            for admission, discharge in stays
        ],
        "asked": [place[admission.requested_department_id] for admission in admissions],
        "waited": [_length(admission.request_date, admission.admission_date, first) for admission in admissions],
        "age": [age_band(admission.birth_date, admission.admission_date.date()) for admission in admissions],
        "method": [METHODS.index(admission.admission_method) for admission in admissions],
        "reason": [
            REASONS.index(discharge.delay_reason) if discharge and discharge.delay_reason else NO_REASON
            for _, discharge in stays
        ],
    }


def _request_columns(requests: Sequence[Course], place: Mapping[str, int], first: int) -> dict[str, Json]:
    return {
        "asked": [place[course.department_id] for course in requests],
        "begin": _deltas([_minute(course.requested, first) for course in requests]),
        "wait": [
            _length(course.requested, course.admission.admission_date if course.admission else None, first)
            for course in requests
        ],
        "age": [age_band(course.birth_date, course.requested.date()) for course in requests],
    }


def _beds(run: RunStarted, stays: Iterable[Stay], events: Iterable[Event], first: int) -> dict[str, list[list[int]]]:
    """Return each change in the open beds of each department: its minute, and the beds."""
    uses: defaultdict[str, list[BedUse]] = defaultdict(list)
    census: defaultdict[str, list[DepSnapshot]] = defaultdict(list)
    for admission, discharge in stays:
        end = inf if discharge is None else _second(discharge.discharge_date)
        uses[admission.department_id].append(BedUse(admission.bed_number, _second(admission.admission_date), end))
    for event in events:
        if isinstance(event, DepSnapshot):
            census[event.department_id].append(event)
    return {
        id_: [[(second - first) // MINUTE, beds] for second, beds in open_beds(plan, run, uses[id_], census[id_])]
        for id_, plan in bed_plans(run).items()
    }


def _length(begin: datetime, end: datetime | None, first: int) -> int:
    """Return the minutes of a stay or wait; ``OPEN_END`` if it has no end yet."""
    return OPEN_END if end is None else _minute(end, first) - _minute(begin, first)


def _minute(moment: datetime, first: int) -> int:
    return (_second(moment) - first) // MINUTE


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


def _deltas(minutes: Sequence[int]) -> list[int]:
    return [*minutes[:1], *(later - earlier for earlier, later in pairwise(minutes))]
