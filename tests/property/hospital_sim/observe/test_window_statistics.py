"""Statistics over time agree to the second with the events of the same run, for random hospitals."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tiny_hospitals import poisson

from hospital_sim.config import HospitalConfig
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot
from hospital_sim.experiments.field_values import with_fields
from hospital_sim.hospital import Hospital
from hospital_sim.observe import Statistics, measure

pytestmark = pytest.mark.property

START, END = date(2025, 3, 10), date(2025, 3, 23)
BEGIN = int(datetime(2025, 3, 10, tzinfo=UTC).timestamp())
AFTER = int(datetime(2025, 3, 24, tzinfo=UTC).timestamp())

Kind = TypeVar("Kind", Admission, Discharge, DepSnapshot, WaitSnapshot)

BUSY = poisson(departments=2, beds=2, per_day=3, warmup_days=5, delay_share=0.5)

RULES: list[dict[str, object]] = [
    {},
    {"d1.overflow": {"after_hours": 3, "to": ["d2"]}},
    {"*.escalation": {"beds": 2, "open_above": 0.9, "close_below": 0.6}},
    {"d2.bed_change": [{"beds": -1, "first": "2025-03-12", "last": "2025-03-15"}, {"beds": 2, "weekdays": ["monday"]}]},
    {"*.turnaround_hours": {"distribution": "uniform", "low": 0, "high": 6}},
]


@st.composite
def hospitals(draw: st.DrawFn) -> HospitalConfig:
    """Return a hospital of two departments that is at times empty, at times overloaded."""
    config = poisson(
        departments=2,
        beds=draw(st.integers(2, 6)),
        per_day=draw(st.floats(0.05, 8)),
        stay_days=draw(st.floats(0.05, 5)),
        warmup_days=draw(st.integers(0, 20)),
        delay_share=draw(st.sampled_from([0, 0.5])),
    )
    return with_fields(config, draw(st.sampled_from(RULES)))


@settings(max_examples=settings.default.max_examples * 2 // 5)
@example(config=BUSY, seed=1)
@given(config=hospitals(), seed=st.integers(0, 2**31))
def test_counts_times_and_integrals_are_those_of_the_events(config: HospitalConfig, seed: int) -> None:
    observation, events = measure(config, START, END, seed=seed), _with_later_discharges(config, seed)

    for name, seen in observation.departments.items():
        assert seen.waiting_at_start + seen.requests == seen.diversions + seen.admissions + seen.waiting_at_end
        assert 0 <= seen.occupied_bed_seconds <= seen.open_bed_seconds
        _check_counts_and_times(name, seen, [event for event in events if _second(event.event_time) < AFTER])
        _check_little(name, seen, events)
    whole = observation.hospital
    assert whole.occupied_at_start + whole.admissions == whole.discharges + whole.occupied_at_end


def _with_later_discharges(config: HospitalConfig, seed: int) -> list[Event]:
    """Return the events of the window, and later discharges of those in a bed when it ends: a delay ends in 14 days."""
    events = list(Hospital(config).simulate(START, date(2025, 4, 8), seed=seed).events)
    known = {event.spell_id for event in _of(events, Admission) if _second(event.admission_date) < AFTER}
    return [
        event
        for event in events
        if _second(event.event_time) < AFTER or (isinstance(event, Discharge) and event.spell_id in known)
    ]


def _check_counts_and_times(name: str, seen: Statistics, events: list[Event]) -> None:
    admissions = [event for event in _of(events, Admission) if _second(event.admission_date) >= BEGIN]
    asked = [event for event in admissions if event.requested_department_id == name]
    leaving = [event for event in _of(events, Discharge) if event.department_id == name]
    ends = [event for event in _of(events, DepSnapshot) if event.department_id == name]
    assert list(seen.waits) == [_second(each.admission_date) - _second(each.request_date) for each in asked]
    assert seen.admissions == len(asked)
    assert seen.outliers == sum(each.department_id != name for each in asked)
    assert list(seen.stays) == [_second(each.discharge_date) - _second(each.admission_date) for each in leaving]
    assert seen.discharges == len(leaving)
    assert (seen.occupied_at_start, seen.waiting_at_start) == (ends[0].occupied_beds, ends[0].waiting_list_size)
    assert (seen.occupied_at_end, seen.waiting_at_end) == (ends[-1].occupied_beds, ends[-1].waiting_list_size)


def _check_little(name: str, seen: Statistics, events: list[Event]) -> None:
    """Check that the integral of the number present is the sum of each one's overlap with the window."""
    leaves = {event.spell_id: event for event in _of(events, Discharge)}
    in_bed = delayed = queue = 0
    for admission in _of(events, Admission):
        discharge = leaves.get(admission.spell_id)
        if admission.department_id == name:
            in_bed += _overlap(admission.admission_date, discharge and discharge.discharge_date)
            if discharge is not None:
                delayed += _overlap(discharge.discharge_ready_date, discharge.discharge_date)
        if admission.requested_department_id == name:
            queue += _overlap(admission.request_date, admission.admission_date)
    last_day = [event for event in _of(events, WaitSnapshot) if event.snapshot_date == END]
    queue += sum(_overlap(event.request_date, None) for event in last_day if event.department_id == name)
    assert seen.occupied_bed_seconds == in_bed
    assert seen.queue_seconds == queue
    assert seen.delayed_bed_seconds == delayed


def _overlap(first: datetime, last: datetime | None) -> int:
    return max(0, (AFTER if last is None else min(AFTER, _second(last))) - max(BEGIN, _second(first)))


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


def _of(events: list[Event], kind: type[Kind]) -> Iterator[Kind]:
    return (event for event in events if isinstance(event, kind))
