"""A naive hospital: the rules of the engine written down a second time, one second after another.

No SimPy, no priorities, no queue or bed of the engine: lists, loops, and the phases of a second in order. It takes what
was drawn (the requests of each department) and says what has to become of it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from heapq import heappop, heappush

from hospital_sim.clock import DAY, HOUR, date_of, second_of
from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.config.parts import BedChange
from hospital_sim.draws.requests import Request


@dataclass
class NaivePatient:
    """What becomes of one request; what has not happened is None."""

    asked: str
    number: int
    request: Request
    admitted: int | None = None
    place: str | None = None
    bed: int | None = None
    ready: int | None = None
    leaves: int | None = None
    diverted: bool = False


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
        self.to_come = [NaivePatient(config.id, number, request) for number, request in enumerate(requests)]
        self.queue: list[NaivePatient] = []
        self.escalated = False
        spaces = config.capacity or config.beds + sum(max(change.beds, 0) for change in config.bed_change) + (
            config.escalation.beds if config.escalation else 0
        )
        self.beds = [NaiveBed(number, False) for number in range(1, spaces + 1)]
        self.open_first(planned(config, first_second - 1))

    @property
    def occupied(self) -> int:
        return sum(bed.patient is not None for bed in self.beds)

    @property
    def census(self) -> tuple[str, int, int, int]:
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

    def admit(self, patient: NaivePatient, bed: NaiveBed, place: "NaiveDepartment", second: int) -> None:
        """Put a patient of this department in a bed of a place."""
        request = patient.request
        bed.patient = patient
        patient.admitted, patient.place, patient.bed = second, place.config.id, bed.number
        patient.ready = self.end_of(second, request.length)
        patient.leaves = self.end_of(patient.ready, request.delay) if request.delay else patient.ready

    def end_of(self, second: int, seconds: int) -> int:
        """Return the second in which so much time is used up that begins with a second."""
        weekdays, hours = self.config.discharge_weekday_multipliers, self.config.discharge_hour_multipliers
        if weekdays is None and hours is None:
            return second + seconds
        return use_up(weekdays or (1.0,) * 7, hours or (1.0,) * 24, second, seconds)


@dataclass
class NaiveRun:
    """What happened: patients by department in the order of their requests, censuses, diversions by day."""

    patients: list[NaivePatient] = field(default_factory=list)
    censuses: list[tuple[int, str, int, int, int]] = field(default_factory=list)
    diverted: Counter[tuple[str, date]] = field(default_factory=Counter)


def run_naively(
    config: HospitalConfig,
    requests: Sequence[Sequence[Request]],
    first_day: date,
    last_day: date,
    *,
    every: bool = False,
) -> NaiveRun:
    """Live through the days of a hospital.

    Args:
        config: The hospital.
        requests: The requests of each department, in order, at least those of the days.
        first_day: First day, of the warm-up if there is one.
        last_day: Last day, inclusive.
        every: Whether to look at every second, and not only at those at which something can happen.
    """
    first, end = second_of(first_day), second_of(last_day) + DAY
    departments = [
        NaiveDepartment(entry, [request for request in each if request.second < end], first)
        for entry, each in zip(config.department, requests, strict=True)
    ]
    by_id = {department.config.id: department for department in departments}
    everyone = [patient for department in departments for patient in department.to_come]
    run = NaiveRun(patients=everyone)
    agenda = sorted(set(_known_seconds(departments, first, end)))
    second = first
    while second < end:
        for later in _live(departments, by_id, second, run):
            heappush(agenda, later)
        while agenda and agenda[0] <= second:
            heappop(agenda)
        second = second + 1 if every else min([end, *agenda[:1]])
    for patient in everyone:
        if patient.diverted:
            run.diverted[patient.asked, date_of(patient.request.second)] += 1
    run.patients = [patient for patient in everyone if not patient.diverted]
    return run


def _known_seconds(departments: Sequence[NaiveDepartment], first: int, end: int) -> Iterable[int]:
    """Yield the seconds at which something can happen that are known before anything does."""
    yield from range(first, end, HOUR)
    yield from range(first + DAY - 1, end, DAY)
    for department in departments:
        for patient in department.to_come:
            yield patient.request.second
            if department.config.overflow is not None:
                yield patient.request.second + _patience(department)


def _patience(department: NaiveDepartment) -> int:
    """Return the seconds after which the head of a queue may go elsewhere: 1 at least."""
    assert department.config.overflow is not None
    return max(round(department.config.overflow.after_hours * HOUR), 1)


def _live(
    departments: Sequence[NaiveDepartment], by_id: dict[str, NaiveDepartment], second: int, run: NaiveRun
) -> list[int]:
    """Live through one second, and return the later ones that it makes matter."""
    later = []
    if second % DAY == 0:
        run.censuses += [(second, *department.census) for department in departments]
    for department in departments:
        department.change_beds(second)
        for bed in department.beds:
            if bed.clean_at == second:
                bed.clean_at = None
    for department in departments:
        for bed in department.beds:
            if bed.patient is not None and bed.patient.leaves == second:
                turnaround = bed.patient.request.turnaround
                bed.patient = None
                if turnaround:
                    bed.clean_at = second + turnaround
                    later.append(bed.clean_at)
    for department in departments:
        while department.queue and (free := department.free_bed):
            department.admit(department.queue.pop(0), free, department, second)
    for department in departments:
        while department.queue and _send_away(department, by_id, second):
            pass
    for department in departments:
        while department.to_come and department.to_come[0].request.second == second:
            _ask(department, department.to_come.pop(0), second)
    if second % DAY == DAY - 1:
        run.censuses += [(second, *department.census) for department in departments]
    in_bed = [bed.patient for department in departments for bed in department.beds if bed.patient is not None]
    return later + [patient.leaves for patient in in_bed if patient.admitted == second and patient.leaves is not None]


def _send_away(department: NaiveDepartment, by_id: dict[str, NaiveDepartment], second: int) -> bool:
    """Send the head of the queue to another department, if it has waited long enough and one takes it."""
    rule, head = department.config.overflow, department.queue[0]
    if rule is None or second - head.request.second < _patience(department):
        return False
    for name in rule.to:
        place = by_id[name]
        if not place.queue and (free := place.free_bed):
            department.admit(department.queue.pop(0), free, place, second)
            return True
    return False


def _ask(department: NaiveDepartment, patient: NaivePatient, second: int) -> None:
    """Take a free bed if nobody waits; else wait, or be turned away."""
    free = department.free_bed
    if free and not department.queue:
        department.admit(patient, free, department, second)
    elif patient.request.when_full == "divert":
        patient.diverted = True
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
