"""A naive hospital: the rules of the engine written down a second time, one second after another.

No SimPy, no priorities, no queue or bed of the engine: lists, loops, and the phases of a second in order. It takes what
was drawn (the requests of each department) and says what has to become of it, and in what order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from heapq import heappop, heappush
from itertools import count

from hospital_sim.clock import DAY, HOUR, date_of, second_of
from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.config.parts import BedChange
from hospital_sim.draws.requests import Request

Row = tuple[object, ...]
"""Something that happened: its second, its kind, its department, and the rest."""


@dataclass
class NaivePatient:
    """What becomes of one request; ``turn`` numbers the admissions of a hospital."""

    asked: str
    request: Request
    admission: Row = ()
    turn: int = 0
    ready: int = 0
    leaves: int = 0


@dataclass
class NaiveBed:
    """A bed space: open or not, with a patient, being cleaned, or free."""

    number: int
    is_open: bool
    patient: NaivePatient | None = None
    clean_at: int | None = None

    @property
    def is_free(self) -> bool:
        return self.is_open and self.patient is None and self.clean_at is None


class NaiveDepartment:
    """A department: its bed spaces, its queue, and whether its escalation beds are open."""

    def __init__(self, config: DepartmentConfig, requests: Sequence[Request], first_second: int) -> None:
        self.config = config
        self.to_come = [NaivePatient(config.id, request) for request in requests]
        self.queue: list[NaivePatient] = []
        self.escalated = False
        spaces = config.capacity or config.beds + sum(max(change.beds, 0) for change in config.bed_change) + (
            config.escalation.beds if config.escalation else 0
        )
        self.beds = [NaiveBed(number, False) for number in range(1, spaces + 1)]
        self.open_first(planned(config, first_second - 1))

    @property
    def patients(self) -> list[NaivePatient]:
        """The patients in a bed, in the order of admission."""
        return sorted((bed.patient for bed in self.beds if bed.patient), key=lambda patient: patient.turn)

    @property
    def occupied(self) -> int:
        return len(self.patients)

    @property
    def census(self) -> Row:
        """Name, beds (a closing one counts until its patient leaves), occupied beds, patients waiting."""
        beds = sum(bed.is_open or bed.patient is not None for bed in self.beds)
        return self.config.id, beds, self.occupied, len(self.queue)

    @property
    def free_bed(self) -> NaiveBed | None:
        """The free bed with the lowest number."""
        return next((bed for bed in self.beds if bed.is_free), None)

    def open_first(self, beds: int) -> None:
        """Open this many beds, from number 1 on, and close all others."""
        for bed in self.beds:
            bed.is_open = bed.number <= beds

    def change_beds(self, second: int) -> None:
        """Open and close beds as planned at the beginning of a day, and under pressure on a full hour."""
        rule = self.config.escalation
        if second % (DAY if rule is None else HOUR):
            return
        plan = planned(self.config, second)
        extra = 0
        if rule is not None:
            if not self.escalated and self.occupied > rule.open_above * plan:
                self.escalated = True
            elif self.escalated and self.occupied < rule.close_below * plan:
                self.escalated = False
            extra = rule.beds if self.escalated else 0
        self.open_first(plan + extra)

    def admit(self, patient: NaivePatient, bed: NaiveBed, place: "NaiveDepartment", second: int) -> Row:
        """Put a patient of this department in a bed of a place."""
        request = patient.request
        bed.patient = patient
        patient.ready = self.end_of(second, request.length)
        patient.leaves = self.end_of(patient.ready, request.delay) if request.delay else patient.ready
        patient.turn = next(_turns)
        patient.admission = (second, "admission", place.config.id, patient.asked, request.second, bed.number)
        return patient.admission

    def end_of(self, second: int, seconds: int) -> int:
        """Return the second in which so much time is used up that begins with a second."""
        weekdays, hours = self.config.discharge_weekday_multipliers, self.config.discharge_hour_multipliers
        if weekdays is None and hours is None:
            return second + seconds
        return use_up(weekdays or (1.0,) * 7, hours or (1.0,) * 24, second, seconds)


_turns = count()


@dataclass
class NaiveRun:
    """What happened, in order, and diversions by department and day."""

    rows: list[Row] = field(default_factory=list)
    diverted: Counter[Row] = field(default_factory=Counter)


def run_naively(
    config: HospitalConfig, requests: Sequence[Sequence[Request]], start: date, last_day: date, *, every: bool = False
) -> NaiveRun:
    """Live through the days of a hospital, warm-up first.

    Args:
        config: The hospital.
        requests: The requests of each department, in order, at least those of the days.
        start: First day after the warm-up; before it only the admissions of patients in a bed at its beginning count.
        last_day: Last day, inclusive.
        every: Whether to look at every second, and not only at those at which something can happen.
    """
    begin, end = second_of(start), second_of(last_day) + DAY
    second = begin - config.warmup_days * DAY
    departments = [
        NaiveDepartment(entry, [request for request in each if request.second < end], second)
        for entry, each in zip(config.department, requests, strict=True)
    ]
    run = NaiveRun()
    agenda = sorted(set(_known_seconds(departments, second, end)))
    while second < end:
        if second == begin:
            run = NaiveRun(list(_opening_admissions(departments)))
        for later in _live(departments, second, run):
            heappush(agenda, later)
        while agenda and agenda[0] <= second:
            heappop(agenda)
        second = second + 1 if every else min([end, *agenda[:1]])
    return run


def _opening_admissions(departments: Sequence[NaiveDepartment]) -> Iterator[Row]:
    """Yield the admissions of patients in a bed, those of one second by department of the bed."""
    in_bed = [
        (patient.admission[0], position, patient.turn, patient.admission)
        for position, department in enumerate(departments)
        for patient in department.patients
    ]
    yield from (admission for *_, admission in sorted(in_bed))


def _known_seconds(departments: Sequence[NaiveDepartment], first: int, end: int) -> Iterable[int]:
    """Yield the seconds at which something can happen that are known before anything does."""
    yield from range(first, end, HOUR)
    yield from range(first + DAY - 1, end, DAY)
    for department in departments:
        for patient in department.to_come:
            yield patient.request.second
            if department.config.overflow is not None:
                yield patient.request.second + _patience(department, patient)


def _patience(department: NaiveDepartment, patient: NaivePatient) -> int:
    """Return the seconds after which a patient may go elsewhere from the head of a queue: 1 at least."""
    assert department.config.overflow is not None
    hours = department.config.overflow.after_hours
    if isinstance(hours, tuple):
        hours = hours[0] + (hours[1] - hours[0]) * patient.request.overflow
    return max(round(hours * HOUR), 1)


def _live(departments: Sequence[NaiveDepartment], second: int, run: NaiveRun) -> list[int]:
    """Live through one second, and return the later ones that it makes matter."""
    by_id = {department.config.id: department for department in departments}
    later = []
    if second % DAY == 0:
        run.rows += [(second, "SOD", *department.census) for department in departments]
    for department in departments:
        department.change_beds(second)
        for bed in department.beds:
            if bed.clean_at == second:
                bed.clean_at = None
    for department in departments:
        for patient in department.patients:
            if patient.leaves == second:
                run.rows.append((second, "discharge", *patient.admission, patient.ready))
                bed = next(bed for bed in department.beds if bed.patient is patient)
                bed.patient = None
                is_outlier = patient.asked != department.config.id
                cleaning = patient.request.outlier_turnarounds if is_outlier else {}
                seconds = cleaning.get(department.config.id, 0) if is_outlier else patient.request.turnaround
                if seconds:
                    bed.clean_at = second + seconds
                    later.append(bed.clean_at)
    for department in departments:
        while department.queue and (free := department.free_bed):
            run.rows.append(department.admit(department.queue.pop(0), free, department, second))
    for department in departments:
        while department.queue and (admission := _send_away(department, by_id, second)):
            run.rows.append(admission)
    for department in departments:
        while department.to_come and department.to_come[0].request.second == second:
            _ask(department, department.to_come.pop(0), second, run)
    if second % DAY == DAY - 1:
        for department in departments:
            run.rows.append((second, "EOD", *department.census))
            run.rows += [(second, "wait", patient.asked, patient.request.second) for patient in department.queue]
    in_bed = [patient for department in departments for patient in department.patients]
    return later + [patient.leaves for patient in in_bed if patient.admission[0] == second]


def _send_away(department: NaiveDepartment, by_id: dict[str, NaiveDepartment], second: int) -> Row | None:
    """Send the head of the queue to another department, if it has waited long enough and one takes it."""
    rule, head = department.config.overflow, department.queue[0]
    if rule is None or second - head.request.second < _patience(department, head):
        return None
    for name in rule.to:
        place = by_id[name]
        if not place.queue and (free := place.free_bed):
            return department.admit(department.queue.pop(0), free, place, second)
    return None


def _ask(department: NaiveDepartment, patient: NaivePatient, second: int, run: NaiveRun) -> None:
    """Take a free bed if nobody waits; else wait, or be turned away."""
    free = department.free_bed
    if free and not department.queue:
        run.rows.append(department.admit(patient, free, department, second))
    elif patient.request.when_full == "divert":
        run.diverted[department.config.id, date_of(second)] += 1
    else:
        department.queue.append(patient)


def planned(config: DepartmentConfig, second: int) -> int:
    """Return the beds that are planned to be open at a second."""
    return config.beds + sum(change.beds for change in config.bed_change if _applies(change, date_of(second)))


def _applies(change: BedChange, day: date) -> bool:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    if change.weekdays is not None and names[day.weekday()] not in change.weekdays:
        return False
    first, last = change.first, change.last
    after_first = first is None or _parts(day, first) >= tuple(map(int, first.split("-")))
    before_last = last is None or _parts(day, last) <= tuple(map(int, last.split("-")))
    yearly = first is not None and last is not None and len(first) == len(last) == len("MM-DD")
    if yearly and first is not None and last is not None and first > last:
        return after_first or before_last
    return after_first and before_last


def _parts(day: date, like: str) -> tuple[int, ...]:
    """Return month and day of a date, and the year in front where a text such as ``2025-01-31`` has one."""
    return (day.month, day.day) if like.count("-") == 1 else (day.year, day.month, day.day)


def use_up(weekdays: Sequence[float], hours: Sequence[float], second: int, seconds: int) -> int:
    """Walk through the week, hour by hour, at the pace of each, until a time is used up.

    It is used up in the last second that begins before or when none is left; never in the one it begins with, and never
    where time stands still.
    """
    paces, mean = _paces(tuple(weekdays), tuple(hours))

    def pace(at: int) -> Fraction:
        moment = datetime.fromtimestamp(at, UTC)
        return paces[moment.weekday() * 24 + moment.hour]

    remaining = max(seconds * mean - pace(second), Fraction(0))
    now = second + 1
    while pace(now) * (HOUR - now % HOUR) <= remaining:
        remaining -= pace(now) * (HOUR - now % HOUR)
        now += HOUR - now % HOUR
    return now + remaining // pace(now)


@cache
def _paces(weekdays: tuple[float, ...], hours: tuple[float, ...]) -> tuple[list[Fraction], Fraction]:
    """Return the pace of each hour of the week, and their mean."""
    paces = [Fraction(weekday) * Fraction(hour) for weekday in weekdays for hour in hours]
    return paces, sum(paces, Fraction()) / len(paces)
