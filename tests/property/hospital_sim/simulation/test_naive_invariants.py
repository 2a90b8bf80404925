"""Invariants, on random hospitals in which beds open, close, are cleaned, and patients go to other departments.

These are read off the events alone: no second implementation is needed to say that they hold.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import naive_faults
import pytest
from any_hospital import hospitals
from crowded_hospital import crowded
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_agreement import DAY, START, at, drawn, run_engine
from naive_hospital import planned, second_of

from hospital_sim.config import HospitalConfig
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunRecord, WaitSnapshot

pytestmark = pytest.mark.property


class Emitted:
    """The events of a run, sorted by type."""

    def __init__(self, config: HospitalConfig, days: int, seed: int) -> None:
        self.config, self.days, self.seed = config, days, seed
        self.events: list[Event]
        self.record: RunRecord
        self.events, self.record = run_engine(config, days, seed)
        self.admissions = [event for event in self.events if isinstance(event, Admission)]
        self.discharges = {event.spell_id: event for event in self.events if isinstance(event, Discharge)}
        self.snapshots = [event for event in self.events if isinstance(event, DepSnapshot)]
        self.waiting = [event for event in self.events if isinstance(event, WaitSnapshot)]

    def ends(self, admission: Admission) -> int:
        """Return when a patient left; a time after the run if that is not in the events."""
        discharge = self.discharges.get(admission.spell_id)
        return at(discharge.discharge_date) if discharge else second_of(START) + (self.days + 1) * DAY

    def broken(self) -> list[str]:
        """Return in words what does not hold."""
        return [problem for rule in RULES for problem in rule(self)]


def occupied_beds_open_beds_and_capacity_are_in_order(emitted: Emitted) -> Iterator[str]:
    for event in emitted.snapshots:
        if not 0 <= event.occupied_beds <= event.beds <= event.capacity:
            yield f"occupied {event.occupied_beds}, beds {event.beds}, capacity {event.capacity}: {event}"


def each_department_has_both_snapshots_every_day_and_a_day_begins_as_the_last_one_ended(
    emitted: Emitted,
) -> Iterator[str]:
    by_key = {(e.department_id, e.snapshot_date, e.snapshot_type): e for e in emitted.snapshots}
    if len(by_key) != len(emitted.snapshots):
        yield "a snapshot was told twice"
    for department in emitted.config.department:
        for number in range(emitted.days):
            day = START + timedelta(days=number)
            if not {(department.id, day, "SOD"), (department.id, day, "EOD")} <= by_key.keys():
                yield f"{department.id} lacks a snapshot of {day}"
            ended, begins = (
                by_key.get((department.id, day - timedelta(days=1), "EOD")),
                by_key[department.id, day, "SOD"],
            )
            if ended and _figures(ended) != _figures(begins):
                yield f"{department.id} ended as {_figures(ended)} before {day} and begins as {_figures(begins)}"


def beds_and_queues_are_conserved(emitted: Emitted) -> Iterator[str]:
    by_key = {(e.department_id, e.snapshot_date, e.snapshot_type): e for e in emitted.snapshots}
    placed = Counter((e.department_id, e.event_time.date()) for e in emitted.admissions)
    asked = Counter((e.requested_department_id, e.event_time.date()) for e in emitted.admissions)
    left = Counter((e.department_id, e.event_time.date()) for e in emitted.discharges.values())
    turned_away = Counter({(e.department_id, e.event_date): e.count for e in emitted.record.diverted})
    for department, requests in zip(
        emitted.config.department, drawn(emitted.config, emitted.days, emitted.seed), strict=True
    ):
        came = Counter((request.second - second_of(START)) // DAY for request in requests)
        for number in range(emitted.days):
            key = (department.id, START + timedelta(days=number))
            begins, ends = by_key[*key, "SOD"], by_key[*key, "EOD"]
            if ends.occupied_beds != begins.occupied_beds + placed[key] - left[key]:
                yield f"beds of {key} are not conserved"
            requests_kept = came[number] - turned_away[key]
            if ends.waiting_list_size != begins.waiting_list_size + requests_kept - asked[key]:
                yield f"the queue of {key} is not conserved"


def snapshots_of_waiting_patients_are_the_waiting_list(emitted: Emitted) -> Iterator[str]:
    waiting = Counter((e.department_id, e.snapshot_date) for e in emitted.waiting)
    for event in emitted.snapshots:
        if (
            event.snapshot_type == "EOD"
            and waiting[event.department_id, event.snapshot_date] != event.waiting_list_size
        ):
            yield f"{event.waiting_list_size} wait, others have a snapshot: {event}"


def nobody_is_admitted_before_who_asked_the_department_earlier(emitted: Emitted) -> Iterator[str]:
    by_department = defaultdict(list)
    for event in emitted.admissions:
        by_department[event.requested_department_id].append(event)
    for events in by_department.values():
        for earlier, later in pairwise(sorted(events, key=lambda event: event.request_date)):
            if earlier.request_date < later.request_date and earlier.admission_date > later.admission_date:
                yield f"{later} was admitted before {earlier}"


def no_two_patients_share_a_bed(emitted: Emitted) -> Iterator[str]:
    by_bed = defaultdict(list)
    for event in emitted.admissions:
        by_bed[event.department_id, event.bed_number].append((at(event.admission_date), emitted.ends(event)))
    for bed, stays in by_bed.items():
        for (_, left), (came, _) in pairwise(sorted(stays)):
            if came < left:
                yield f"two patients are in {bed} at {came}"


def times_of_a_spell_are_in_order_and_every_discharge_has_its_admission(emitted: Emitted) -> Iterator[str]:
    admissions = {event.spell_id: event for event in emitted.admissions}
    if len(admissions) != len(emitted.admissions):
        yield "a spell was admitted twice"
    for event in emitted.admissions:
        if event.request_date > event.admission_date:
            yield f"admitted before asking: {event}"
    for spell_id, event in emitted.discharges.items():
        admission = admissions.get(spell_id)
        if admission is None or (admission.admission_date, admission.department_id, admission.patient_id) != (
            event.admission_date,
            event.department_id,
            event.patient_id,
        ):
            yield f"{event} does not belong to {admission}"
        if not event.admission_date < event.discharge_ready_date <= event.discharge_date:
            yield f"times out of order: {event}"
        if (event.delay_reason is None) != (event.discharge_ready_date == event.discharge_date):
            yield f"a delay without a reason, or a reason without: {event}"


def a_patient_is_in_one_place_and_admitted_once_a_day(emitted: Emitted) -> Iterator[str]:
    by_patient = defaultdict(list)
    for event in emitted.admissions:
        by_patient[event.patient_id].append((at(event.request_date), emitted.ends(event), event.event_time.date()))
    for event in emitted.waiting:
        by_patient[event.patient_id].append((at(event.event_time), at(event.event_time), None))
    for patient, spells in by_patient.items():
        days = [day for _, _, day in spells if day is not None]
        if len(set(days)) != len(days):
            yield f"{patient} was admitted twice on one day"
        stays = sorted(spell for spell in spells if spell[2] is not None)
        if any(asks < left for (_, left, _), (asks, _, _) in pairwise(stays)):
            yield f"{patient} asks while waiting or in a bed"


def only_those_who_may_go_elsewhere_do_and_only_after_their_time(emitted: Emitted) -> Iterator[str]:
    rules = {department.id: department.overflow for department in emitted.config.department}
    for event in emitted.admissions:
        rule, waited = rules[event.requested_department_id], event.admission_date - event.request_date
        if event.department_id == event.requested_department_id:
            continue
        if rule is None or event.department_id not in rule.to:
            yield f"an outlier without a rule: {event}"
        elif waited.total_seconds() < round(rule.after_hours * 3600):
            yield f"an outlier before the time: {event}"


def beds_that_are_closed_take_no_one(emitted: Emitted) -> Iterator[str]:
    """A bed above all that can be open at the time is taken by nobody: the highest close first."""
    for event in emitted.admissions:
        department = next(entry for entry in emitted.config.department if entry.id == event.department_id)
        escalation = department.escalation.beds if department.escalation else 0
        if event.bed_number > planned(department, at(event.admission_date)) + escalation:
            yield f"a closed bed was taken: {event}"


def without_turnaround_or_closing_nobody_waits_beside_a_free_bed(emitted: Emitted) -> Iterator[str]:
    calm = {
        department.id
        for department in emitted.config.department
        if department.turnaround_hours is None and not department.bed_change and department.escalation is None
    }
    for event in emitted.snapshots:
        if event.department_id in calm and event.waiting_list_size and event.occupied_beds < event.beds:
            yield f"{event.waiting_list_size} wait beside a free bed: {event}"


def the_record_counts_what_was_told(emitted: Emitted) -> Iterator[str]:
    counted = {
        (entry.event_type, entry.department_id, entry.event_date): entry.count for entry in emitted.record.counts
    }
    kinds = {Admission: "admission", Discharge: "discharge", WaitSnapshot: "wait_snapshot", DepSnapshot: "dep_snapshot"}
    seen = Counter((kinds[type(event)], event.department_id, event.event_time.date()) for event in emitted.events)
    if counted != dict(seen):
        yield f"the record counts {counted}, emitted were {dict(seen)}"


RULES = (
    occupied_beds_open_beds_and_capacity_are_in_order,
    each_department_has_both_snapshots_every_day_and_a_day_begins_as_the_last_one_ended,
    beds_and_queues_are_conserved,
    snapshots_of_waiting_patients_are_the_waiting_list,
    nobody_is_admitted_before_who_asked_the_department_earlier,
    no_two_patients_share_a_bed,
    times_of_a_spell_are_in_order_and_every_discharge_has_its_admission,
    a_patient_is_in_one_place_and_admitted_once_a_day,
    only_those_who_may_go_elsewhere_do_and_only_after_their_time,
    beds_that_are_closed_take_no_one,
    without_turnaround_or_closing_nobody_waits_beside_a_free_bed,
    the_record_counts_what_was_told,
)


@settings(max_examples=2 * settings.default.max_examples)
@given(config=hospitals(), days=st.integers(1, 6), seed=st.integers(0, 2**32))
def test_what_always_holds_holds_on_every_hospital(config: HospitalConfig, days: int, seed: int) -> None:
    assert Emitted(config, days, seed).broken() == []


@pytest.mark.parametrize("seed", range(3))
def test_what_always_holds_holds_on_a_crowded_hospital(seed: int) -> None:
    assert Emitted(crowded(), 30, seed).broken() == []


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (naive_faults.last_come_first_served, nobody_is_admitted_before_who_asked_the_department_earlier),
        (naive_faults.newcomers_overtake, nobody_is_admitted_before_who_asked_the_department_earlier),
        (naive_faults.a_bed_is_given_twice, no_two_patients_share_a_bed),
        (naive_faults.a_closing_bed_takes_someone, beds_that_are_closed_take_no_one),
        (naive_faults.the_census_is_taken_before_requests, beds_and_queues_are_conserved),
        (naive_faults.outliers_go_too_early, only_those_who_may_go_elsewhere_do_and_only_after_their_time),
        (naive_faults.the_free_bed_is_overlooked, without_turnaround_or_closing_nobody_waits_beside_a_free_bed),
    ],
)
def test_a_fault_breaks_the_rule_that_forbids_it(
    plant: naive_faults.Plant, rule: Callable[[Emitted], Iterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)

    assert all(list(rule(Emitted(crowded(), 30, seed))) for seed in range(3))


@settings(max_examples=max(settings.default.max_examples // 2, 1))
@given(config=hospitals(), days=st.integers(1, 3), more=st.integers(1, 3), seed=st.integers(0, 2**32))
def test_a_longer_run_begins_with_the_events_of_a_shorter_one(
    config: HospitalConfig, days: int, more: int, seed: int
) -> None:
    short, long = run_engine(config, days, seed)[0], run_engine(config, days + more, seed)[0]

    assert long[: len(short)] == short


def _figures(event: DepSnapshot) -> tuple[int, int, int]:
    return event.beds, event.occupied_beds, event.waiting_list_size
