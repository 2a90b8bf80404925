"""Beds and queues of a run, worked out from its events alone, second by second.

Every check raises ``AssertionError`` when what it is named after does not hold. A check knows the configuration and the
events, and nothing of how they came about.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest

from hospital_sim import Run
from hospital_sim.config import DepartmentConfig
from hospital_sim.draws.requests import requests
from hospital_sim.draws.streams import Streams
from hospital_sim.events import (
    Admission,
    DepSnapshot,
    Discharge,
    Event,
    WaitSnapshot,
    decode_event,
    encode,
    event_type,
)

SECOND = timedelta(seconds=1)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Visit:
    """One patient's request, with what became of it; ``FOREVER`` for what has not happened by the end of the run."""

    patient: str
    requested: datetime
    admitted: datetime
    discharged: datetime


class DepartmentHistory:
    """The events of one department."""

    def __init__(self, run: Run, config: DepartmentConfig) -> None:
        mine = [event for event in run.events if event.department_id == config.id]
        self.config = config
        self.events: list[Event] = mine
        self.admissions = [event for event in mine if isinstance(event, Admission)]
        self.discharges = [event for event in mine if isinstance(event, Discharge)]
        self.waits = [event for event in mine if isinstance(event, WaitSnapshot)]
        self.census = {
            (event.snapshot_date, event.snapshot_type): event for event in mine if isinstance(event, DepSnapshot)
        }
        self.start = datetime.combine(run.record.run.start, time(), UTC)
        self.days = [
            run.record.run.start + timedelta(days=number)
            for number in range((run.record.run.end - run.record.run.start).days + 1)
        ]
        self.diverted = Counter(
            {entry.event_date: entry.count for entry in run.record.diverted if entry.department_id == config.id}
        )
        self.visits = list(self._visits())

    def _visits(self) -> Iterator[Visit]:
        discharged_at = {event.spell_id: event.discharge_date for event in self.discharges}
        for event in self.admissions:
            discharged = discharged_at.get(event.spell_id, FOREVER)
            yield Visit(event.patient_id, event.request_date, event.admission_date, discharged)
        for wait in self.waits:
            if wait.snapshot_date == self.days[-1]:
                yield Visit(wait.patient_id, wait.request_date, FOREVER, FOREVER)

    def occupied_at(self, moment: datetime) -> int:
        """Return how many are in a bed when all of a second has happened."""
        return sum(visit.admitted <= moment < visit.discharged for visit in self.visits)

    def waiting_at(self, moment: datetime) -> list[Visit]:
        """Return who waits when all of a second has happened."""
        return [visit for visit in self.visits if visit.requested <= moment < visit.admitted]


class RunHistory:
    """The events of a run, by department."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.departments = [DepartmentHistory(run, config) for config in run.config.department]


@lru_cache(maxsize=64)
def history_of(run: Run) -> RunHistory:
    """Return the history of a run, worked out once for all checks."""
    return RunHistory(run)


Check = Callable[[RunHistory], None]
CHECKS: list[Check] = []
"""Every check, in the order of the design."""


def _always(check: Check) -> Check:
    CHECKS.append(check)
    return check


@_always
def occupied_beds_are_at_most_the_beds_and_beds_at_most_the_capacity(history: RunHistory) -> None:
    for ward in history.departments:
        for snapshot in ward.census.values():
            assert 0 <= snapshot.occupied_beds <= snapshot.beds <= snapshot.capacity
            assert (snapshot.beds, snapshot.capacity) == (ward.config.beds, ward.config.bed_spaces)


@_always
def patients_are_admitted_in_the_order_in_which_they_asked(history: RunHistory) -> None:
    for ward in history.departments:
        visits = sorted(ward.visits, key=lambda visit: (visit.requested, visit.admitted))
        assert [visit.admitted for visit in visits] == sorted(visit.admitted for visit in visits)


@_always
def no_bed_is_free_while_someone_waits(history: RunHistory) -> None:
    for ward in history.departments:
        if ward.config.when_full == "divert":
            assert not ward.waits
            assert all(visit.requested == visit.admitted for visit in ward.visits)
        for moment, occupied, waiting in _levels(ward):
            assert not waiting or occupied == ward.config.beds, f"{ward.config.id} at {moment}"


@_always
def the_beds_are_conserved_from_day_to_day(history: RunHistory) -> None:
    for ward in history.departments:
        admitted = Counter(event.event_time.date() for event in ward.admissions)
        discharged = Counter(event.event_time.date() for event in ward.discharges)
        for day in ward.days:
            change = admitted[day] - discharged[day]
            assert ward.census[day, "EOD"].occupied_beds == ward.census[day, "SOD"].occupied_beds + change


@_always
def the_waiting_list_is_conserved_from_day_to_day(history: RunHistory) -> None:
    for ward in history.departments:
        asked = Counter(visit.requested.date() for visit in ward.visits)
        admitted = Counter(event.event_time.date() for event in ward.admissions)
        for day in ward.days:
            change = asked[day] - admitted[day]
            assert ward.census[day, "EOD"].waiting_list_size == ward.census[day, "SOD"].waiting_list_size + change


@_always
def the_start_of_a_day_is_the_end_of_the_day_before(history: RunHistory) -> None:
    for ward in history.departments:
        for day, next_day in pairwise(ward.days):
            end, start = ward.census[day, "EOD"], ward.census[next_day, "SOD"]
            assert (end.beds, end.occupied_beds, end.capacity, end.waiting_list_size) == (
                start.beds,
                start.occupied_beds,
                start.capacity,
                start.waiting_list_size,
            )


@_always
def every_department_has_both_snapshots_of_every_day_once(history: RunHistory) -> None:
    snapshots = [event for event in history.run.events if isinstance(event, DepSnapshot)]
    assert len(snapshots) == 2 * sum(len(ward.days) for ward in history.departments)
    for ward in history.departments:
        assert set(ward.census) == {(day, kind) for day in ward.days for kind in ("SOD", "EOD")}
        for (day, kind), snapshot in ward.census.items():
            at = time(0, 0, 0, tzinfo=UTC) if kind == "SOD" else time(23, 59, 59, tzinfo=UTC)
            assert snapshot.event_time == datetime.combine(day, at)


@_always
def a_census_counts_who_is_there(history: RunHistory) -> None:
    for ward in history.departments:
        for snapshot in ward.census.values():
            # The start of a day comes before all of its second, so it shows the end of the second before.
            moment = snapshot.event_time - (SECOND if snapshot.snapshot_type == "SOD" else timedelta())
            assert snapshot.occupied_beds == ward.occupied_at(moment)
            assert snapshot.waiting_list_size == len(ward.waiting_at(moment))


@_always
def those_who_wait_at_the_end_of_a_day_and_no_others_have_a_snapshot(history: RunHistory) -> None:
    for ward in history.departments:
        snapshots: dict[date, list[tuple[str, datetime]]] = defaultdict(list)
        for event in ward.waits:
            snapshots[event.snapshot_date].append((event.patient_id, event.request_date))
            assert event.event_time == ward.census[event.snapshot_date, "EOD"].event_time
            assert timedelta(seconds=event.wait_duration) == event.event_time - event.request_date
        for day in ward.days:
            waiting = ward.waiting_at(ward.census[day, "EOD"].event_time)
            assert sorted(snapshots[day]) == sorted((visit.patient, visit.requested) for visit in waiting)


@_always
def no_patient_asks_for_a_bed_while_waiting_or_in_one(history: RunHistory) -> None:
    for ward in history.departments:
        by_patient: dict[str, list[Visit]] = defaultdict(list)
        for visit in ward.visits:
            by_patient[visit.patient].append(visit)
        for visits in by_patient.values():
            visits.sort(key=lambda visit: visit.requested)
            for earlier, later in pairwise(visits):
                assert earlier.discharged <= later.requested


@_always
def no_patient_is_admitted_twice_on_one_day(history: RunHistory) -> None:
    admissions = [event for event in history.run.events if isinstance(event, Admission)]
    days = Counter((event.patient_id, event.admission_date.date()) for event in admissions)
    assert not days or max(days.values()) == 1


@_always
def no_two_patients_share_a_bed_and_each_takes_the_lowest_free_one(history: RunHistory) -> None:
    for ward in history.departments:
        free = set(range(1, ward.config.beds + 1))
        bed_of: dict[str, int] = {}
        for event in ward.events:
            if isinstance(event, Admission):
                assert event.bed_number in free
                assert event.admission_date < ward.start or event.bed_number == min(free)
                free.remove(event.bed_number)
                bed_of[event.spell_id] = event.bed_number
            elif isinstance(event, Discharge):
                free.add(bed_of.pop(event.spell_id))


@_always
def a_patient_asks_is_admitted_is_ready_and_leaves_in_that_order(history: RunHistory) -> None:
    for ward in history.departments:
        assert all(event.request_date <= event.admission_date == event.event_time for event in ward.admissions)
        for event in ward.discharges:
            assert event.admission_date < event.discharge_ready_date <= event.discharge_date == event.event_time
            assert (event.delay_reason is not None) == (event.discharge_ready_date < event.discharge_date)


@_always
def every_discharge_has_its_admission_and_no_other(history: RunHistory) -> None:
    for ward in history.departments:
        admissions = {event.spell_id: event for event in ward.admissions}
        assert len(admissions) == len(ward.admissions)
        assert len({event.spell_id for event in ward.discharges}) == len(ward.discharges)
        for event in ward.discharges:
            its = admissions[event.spell_id]
            assert (event.patient_id, event.sex, event.birth_date, event.admission_date) == (
                its.patient_id,
                its.sex,
                its.birth_date,
                its.admission_date,
            )


@_always
def a_patient_belongs_to_one_department_and_stays_the_same_person(history: RunHistory) -> None:
    people: dict[str, set[tuple[str, str, date]]] = defaultdict(set)
    for event in history.run.events:
        if not isinstance(event, DepSnapshot):
            people[event.patient_id].add((event.department_id, event.sex, event.birth_date))
        if isinstance(event, Admission):
            assert event.birth_date <= event.request_date.date()
    assert all(len(described) == 1 for described in people.values())


@_always
def no_request_is_dropped_or_made_up(history: RunHistory) -> None:
    run = history.run.record.run
    for ward in history.departments:
        asked = Counter(visit.requested.date() for visit in ward.visits) + ward.diverted
        drawn = _requests_by_day(ward.config, run.seed, run.hospital_id, ward.days, run.warmup_days)
        assert {day: asked[day] for day in ward.days} == {day: drawn[day] for day in ward.days}


@_always
def the_run_record_counts_the_events_that_were_emitted(history: RunHistory) -> None:
    counted = Counter((event_type(event), event.department_id, event.event_time.date()) for event in history.run.events)
    recorded = [
        ((entry.event_type, entry.department_id, entry.event_date), entry.count) for entry in history.run.record.counts
    ]
    assert recorded == sorted(counted.items())


@_always
def no_two_events_have_one_identifier(history: RunHistory) -> None:
    assert len({event.event_id for event in history.run.events}) == len(history.run.events)


@_always
def every_event_keeps_the_contract_and_reads_back_as_it_was_written(history: RunHistory) -> None:
    for event in history.run.events:
        assert decode_event(event_type(event), encode(event)) == event


@_always
def events_come_in_the_order_in_which_they_happen(history: RunHistory) -> None:
    times = [event.event_time for event in history.run.events]
    assert times == sorted(times)


@_always
def month_multipliers_average_one_over_the_calendar_year(history: RunHistory) -> None:
    days_in_month = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    for promise, config in zip(history.run.record.run.departments, history.run.config.department, strict=True):
        mean = sum(map(lambda factor, days: factor * days, promise.month_multipliers, days_in_month)) / 365.25
        assert mean == pytest.approx(1, rel=1e-12)
        scale = promise.month_multipliers[0] / config.month_multipliers[0]
        assert promise.month_multipliers == pytest.approx([factor * scale for factor in config.month_multipliers])


def _levels(ward: DepartmentHistory) -> Iterator[tuple[datetime, int, int]]:
    """Yield each moment from the start at which anything changes, with the beds occupied and the patients waiting."""
    occupied: Counter[datetime] = Counter()
    waiting: Counter[datetime] = Counter()
    for visit in ward.visits:
        waiting[visit.requested] += 1
        waiting[visit.admitted] -= 1
        occupied[visit.admitted] += 1
        occupied[visit.discharged] -= 1
    in_bed = in_queue = 0
    for moment in sorted(occupied.keys() | waiting.keys()):
        in_bed += occupied[moment]
        in_queue += waiting[moment]
        if ward.start <= moment < FOREVER:
            yield moment, in_bed, in_queue


def _requests_by_day(
    config: DepartmentConfig, seed: int, hospital_id: str, days: Sequence[date], warmup_days: int
) -> Counter[date]:
    first_day = days[0] - timedelta(days=warmup_days)
    drawn = requests(config, Streams(seed, hospital_id, config.id), first_day, days[-1])
    return Counter(datetime.fromtimestamp(request.second, UTC).date() for request in drawn)
