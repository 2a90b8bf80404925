"""The invariants that every run keeps.

A check yields a text for each violation of the invariant that it is named after. It knows the configuration, the draws
and the events, and nothing of how the events came about: beds may open, close and be cleaned, and patients go to other
departments.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from operator import mul

import pytest
from bed_history import DepartmentHistory, RunHistory, Visit
from hospitals import drawn
from naive_hospital import planned

from hospital_sim import Run
from hospital_sim.config.calendar import DAYS_IN_MONTH
from hospital_sim.config.sources import sources
from hospital_sim.events import Admission, DepSnapshot, Discharge, WaitSnapshot, decode_event, encode, event_type

SECOND = timedelta(seconds=1)

Check = Callable[[RunHistory], Iterator[str]]
CHECKS: dict[str, Check] = {}
"""Every check by its name, in the order of the design."""


def violations(run: Run) -> list[str]:
    """Return in words everything that a run violates."""
    history = RunHistory(run)
    return [f"{name}: {violation}" for name, check in CHECKS.items() for violation in check(history)]


def _always(check: Check) -> Check:
    CHECKS[check.__name__] = check
    return check


@_always
def occupied_beds_are_at_most_the_beds_and_beds_at_most_the_capacity(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        config = ward.config
        for snapshot in ward.census.values():
            if not 0 <= snapshot.occupied_beds <= snapshot.beds <= snapshot.capacity == config.bed_spaces:
                yield f"not in order: {snapshot}"
            if not (config.bed_change or config.escalation) and snapshot.beds != config.beds:
                yield f"{config.beds} beds are always open: {snapshot}"


@_always
def patients_are_admitted_in_the_order_in_which_they_asked(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        visits = sorted(ward.visits, key=lambda visit: (visit.requested, visit.admitted))
        for earlier, later in pairwise(visits):
            if later.admitted < earlier.admitted:
                yield f"{later} overtook {earlier}"


@_always
def no_bed_is_free_while_someone_waits(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        if all(source.when_full == "divert" for source in sources(ward.config)):
            yield from (f"not diverted: {visit}" for visit in ward.visits if visit.requested != visit.admitted)
        if ward.is_calm:
            for moment, occupied, waiting in ward.levels():
                if waiting and occupied < ward.config.beds:
                    yield f"{ward.config.id} at {moment}: {waiting} wait, {occupied} of {ward.config.beds} occupied"


@_always
def the_beds_are_conserved_from_day_to_day(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        admitted = Counter(event.event_time.date() for event in ward.admissions)
        discharged = Counter(event.event_time.date() for event in ward.discharges)
        for day, change in _unlike_the_census(ward, "occupied_beds", admitted, discharged):
            yield f"{ward.config.id} on {day}: admissions less discharges are {change}"


@_always
def the_waiting_list_is_conserved_from_day_to_day(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        asked = Counter(visit.requested.date() for visit in ward.visits)
        admitted = Counter(visit.admitted.date() for visit in ward.visits)
        for day, change in _unlike_the_census(ward, "waiting_list_size", asked, admitted):
            yield f"{ward.config.id} on {day}: requests less admissions are {change}"


def _unlike_the_census(
    ward: DepartmentHistory, count: str, more: Counter[date], fewer: Counter[date]
) -> Iterator[tuple[date, int]]:
    """Yield the days on which a count of the censuses does not change by what came less what went, and that change."""
    for day in ward.days:
        start, end = (getattr(ward.census[day, kind], count) for kind in ("SOD", "EOD"))
        change = more[day] - fewer[day]
        if end != start + change:
            yield day, change


@_always
def the_start_of_a_day_is_the_end_of_the_day_before(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        for day, next_day in pairwise(ward.days):
            end, start = (
                (each.beds, each.occupied_beds, each.capacity, each.waiting_list_size)
                for each in (ward.census[day, "EOD"], ward.census[next_day, "SOD"])
            )
            if end != start:
                yield f"{ward.config.id}: {day} ends with {end}, the next day begins with {start}"


@_always
def every_department_has_both_snapshots_of_every_day_once(history: RunHistory) -> Iterator[str]:
    snapshots = [event for event in history.run.events if isinstance(event, DepSnapshot)]
    if len(snapshots) != 2 * sum(len(ward.days) for ward in history.departments):
        yield f"{len(snapshots)} snapshots"
    for ward in history.departments:
        if ward.census.keys() != {(day, kind) for day in ward.days for kind in ("SOD", "EOD")}:
            yield f"{ward.config.id} has snapshots of {sorted(ward.census)}"
        for (day, kind), snapshot in ward.census.items():
            at = time(0, 0, 0, tzinfo=UTC) if kind == "SOD" else time(23, 59, 59, tzinfo=UTC)
            if snapshot.event_time != datetime.combine(day, at):
                yield f"not at {at}: {snapshot}"


@_always
def a_census_counts_who_is_there(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        for snapshot in ward.census.values():
            # The start of a day comes before all of its second, so it shows the end of the second before.
            moment = snapshot.event_time - (SECOND if snapshot.snapshot_type == "SOD" else timedelta())
            present = ward.occupied_at(moment), len(ward.waiting_at(moment))
            if (snapshot.occupied_beds, snapshot.waiting_list_size) != present:
                yield f"in a bed and waiting are {present}: {snapshot}"


@_always
def those_who_wait_at_the_end_of_a_day_and_no_others_have_a_snapshot(history: RunHistory) -> Iterator[str]:
    for ward in history.departments:
        snapshots: dict[date, list[tuple[str, datetime]]] = defaultdict(list)
        for event in ward.waits:
            snapshots[event.snapshot_date].append((event.patient_id, event.request_date))
            if event.event_time != ward.census[event.snapshot_date, "EOD"].event_time:
                yield f"not at the end of its day: {event}"
            if timedelta(seconds=event.wait_duration) != event.event_time - event.request_date:
                yield f"not the time since the request: {event}"
        for day in ward.days:
            waiting = [(each.patient, each.requested) for each in ward.waiting_at(ward.census[day, "EOD"].event_time)]
            if sorted(snapshots[day]) != sorted(waiting):
                yield f"{ward.config.id} on {day}: waiting are {waiting}, with a snapshot {snapshots[day]}"


@_always
def no_patient_asks_for_a_bed_while_waiting_or_in_one(history: RunHistory) -> Iterator[str]:
    by_patient: dict[str, list[Visit]] = defaultdict(list)
    for visit in (visit for ward in history.departments for visit in ward.visits):
        by_patient[visit.patient].append(visit)
    for visits in by_patient.values():
        visits.sort(key=lambda visit: visit.requested)
        yield from (f"{one}, {two}" for one, two in pairwise(visits) if one.discharged > two.requested)


@_always
def no_patient_is_admitted_twice_on_one_day(history: RunHistory) -> Iterator[str]:
    days = Counter((event.patient_id, event.admission_date.date()) for event in history.admissions)
    yield from (f"{patient} on {day}" for (patient, day), count in days.items() if count > 1)


@_always
def no_two_patients_share_a_bed_and_each_takes_the_lowest_free_one(history: RunHistory) -> Iterator[str]:
    """The lowest where all beds are open and clean; and never one that cannot be open."""
    for ward in history.departments:
        free = set(range(1, ward.config.bed_spaces + 1))
        bed_of: dict[str, int] = {}
        escalation = ward.config.escalation.beds if ward.config.escalation else 0
        for event in ward.events:
            if isinstance(event, Admission):
                if event.bed_number not in free:
                    yield f"not a free bed: {event}"
                if ward.is_calm and event.admission_date >= ward.start and event.bed_number != min(free, default=0):
                    yield f"free are {sorted(free)}: {event}"
                if event.bed_number > planned(ward.config, int(event.admission_date.timestamp())) + escalation:
                    yield f"a closed bed: {event}"
                free.discard(event.bed_number)
                bed_of[event.spell_id] = event.bed_number
            elif isinstance(event, Discharge):
                free |= {bed_of.pop(event.spell_id)} if event.spell_id in bed_of else set()


@_always
def a_patient_asks_is_admitted_is_ready_and_leaves_in_that_order(history: RunHistory) -> Iterator[str]:
    for event in history.run.events:
        if isinstance(event, Admission) and not event.request_date <= event.admission_date == event.event_time:
            yield f"{event}"
        if isinstance(event, Discharge) and (
            not event.admission_date < event.discharge_ready_date <= event.discharge_date == event.event_time
            or (event.delay_reason is not None) != (event.discharge_ready_date < event.discharge_date)
        ):
            yield f"{event}"


@_always
def every_discharge_has_its_admission_and_no_other(history: RunHistory) -> Iterator[str]:
    admissions = {event.spell_id: event for event in history.admissions}
    discharges = {event.spell_id: event for event in history.run.events if isinstance(event, Discharge)}
    if len(admissions) != len(history.admissions) or len(discharges) != sum(
        len(ward.discharges) for ward in history.departments
    ):
        yield "a spell was admitted or discharged twice"
    for spell, event in discharges.items():
        fields = ("department_id", "patient_id", "sex", "birth_date", "admission_date")
        if spell not in admissions or any(getattr(event, name) != getattr(admissions[spell], name) for name in fields):
            yield f"{event} after {admissions.get(spell)}"


@_always
def a_patient_belongs_to_one_department_and_stays_the_same_person(history: RunHistory) -> Iterator[str]:
    people: dict[str, set[tuple[str, str, date]]] = defaultdict(set)
    for event in history.run.events:
        if isinstance(event, Admission | WaitSnapshot):
            asked = event.requested_department_id if isinstance(event, Admission) else event.department_id
            people[event.patient_id].add((asked, event.sex, event.birth_date))
            if event.birth_date > event.request_date.date():
                yield f"born after the request: {event}"
    yield from (f"{patient} is {described}" for patient, described in people.items() if len(described) > 1)


@_always
def only_those_who_may_go_elsewhere_do_and_only_after_their_time(history: RunHistory) -> Iterator[str]:
    rules = {ward.config.id: ward.config.overflow for ward in history.departments}
    for event in history.admissions:
        rule, waited = rules[event.requested_department_id], event.admission_date - event.request_date
        if event.department_id != event.requested_department_id and (
            rule is None
            or event.department_id not in rule.to
            or waited.total_seconds() < round(rule.shortest_and_longest[0] * 3600)
        ):
            yield f"after {waited}: {event}"


@_always
def no_request_is_dropped_or_made_up(history: RunHistory) -> Iterator[str]:
    plan = history.run.record.run
    for ward in history.departments:
        asked = Counter(visit.requested.date() for visit in ward.visits) + ward.diverted
        requests = drawn(history.run.config, ward.config, plan.seed, plan.start, plan.end)
        expected = Counter(datetime.fromtimestamp(request.second, UTC).date() for request in requests)
        yield from (
            f"{ward.config.id} on {day}: {expected[day]} drawn, {asked[day]} seen"
            for day in ward.days
            if asked[day] != expected[day]
        )


@_always
def the_run_record_counts_the_events_that_were_emitted(history: RunHistory) -> Iterator[str]:
    counted = Counter((event_type(event), event.department_id, event.event_time.date()) for event in history.run.events)
    recorded = [
        ((entry.event_type, entry.department_id, entry.event_date), entry.count) for entry in history.run.record.counts
    ]
    if recorded != sorted(counted.items()):
        yield f"{sorted(set(recorded) ^ set(counted.items()))}"


@_always
def no_two_events_have_one_identifier(history: RunHistory) -> Iterator[str]:
    identifiers = Counter(event.event_id for event in history.run.events)
    yield from (f"{count} events are {identifier}" for identifier, count in identifiers.items() if count > 1)


@_always
def every_event_keeps_the_contract_and_reads_back_as_it_was_written(history: RunHistory) -> Iterator[str]:
    for event in history.run.events:
        try:
            back = decode_event(event_type(event), encode(event))
        except ValueError as error:
            yield f"{error}: {event}"
        else:
            if back != event:
                yield f"{event} is read back as {back}"


@_always
def events_come_in_the_order_in_which_they_happen(history: RunHistory) -> Iterator[str]:
    for earlier, later in pairwise(history.run.events):
        if later.event_time < earlier.event_time:
            yield f"{later} comes after {earlier}"


@_always
def month_multipliers_average_one_over_the_calendar_year(history: RunHistory) -> Iterator[str]:
    for promise, config in zip(history.run.record.run.departments, history.run.config.department, strict=True):
        mean = sum(map(mul, promise.month_multipliers, DAYS_IN_MONTH)) / sum(DAYS_IN_MONTH)
        scale = promise.month_multipliers[0] / config.month_multipliers[0]
        scaled = [factor * scale for factor in config.month_multipliers]
        # A table of arrivals has months of its own.
        replays = any(source.arrivals for source in config.source)
        if mean != pytest.approx(1, rel=1e-12) or not (replays or promise.month_multipliers == pytest.approx(scaled)):
            yield f"{config.id}: {promise.month_multipliers} for {config.month_multipliers}, mean {mean}"
