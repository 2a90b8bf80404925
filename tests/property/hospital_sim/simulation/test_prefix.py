"""A longer run begins with the bytes of a shorter one; days can be appended; departments are independent."""

from datetime import date, timedelta

import msgspec
import pytest
from any_hospital import any_plans
from crowded_hospital import crowded_run
from hospitals import RunPlan, busy, department, hospital, plans
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hospital_sim import Hospital, Run
from hospital_sim.events import encode

pytestmark = pytest.mark.property

few = settings(max_examples=settings.default.max_examples * 2 // 5)


def _bytes(run: Run) -> list[bytes]:
    return [encode(event) for event in run.events]


def _counts(run: Run) -> dict[tuple[str, str, date], int]:
    return {(entry.event_type, entry.department_id, entry.event_date): entry.count for entry in run.record.counts}


@few
@example(plan=busy(), more=5, place=1)
@example(plan=crowded_run(days=9), more=5, place=0.3)
@given(plan=plans() | any_plans(most_days=4), more=st.integers(1, 6), place=st.floats(0, 1))
def test_a_longer_run_begins_as_a_shorter_one_and_later_days_can_be_run_alone(
    plan: RunPlan, more: int, place: float
) -> None:
    short, long = plan.run_anew(), plan.run_anew(plan.days + more)
    emit_from = plan.start + timedelta(days=1 + round(place * (plan.days + more - 2)))
    rest = plan.run_anew(plan.days + more, emit_from=emit_from)
    begin = _bytes(short)
    assert _bytes(long)[: len(begin)] == begin
    assert _bytes(rest) == [encode(event) for event in long.events if event.event_time.date() >= emit_from]
    assert _counts(short) == {key: count for key, count in _counts(long).items() if key[2] <= plan.end}
    assert _counts(rest) == {key: count for key, count in _counts(long).items() if key[2] >= emit_from}
    assert rest.record.run.history_id == short.record.run.history_id == long.record.run.history_id


@few
@example(plan=busy(), seed=1)
@given(plan=plans(), seed=st.integers(0, 2**63 - 1))
def test_the_same_call_gives_the_same_bytes_and_another_seed_another_history(plan: RunPlan, seed: int) -> None:
    one, same, other = plan.run(), plan.run_anew(), plan.hospital.simulate(plan.start, plan.end, seed=seed)
    assert _bytes(one) == _bytes(same)
    assert encode(one.record) == encode(same.record)
    assert (one.record.run.history_id == other.record.run.history_id) == (seed == plan.seed)
    shared = {event.event_id for event in one.events} & {event.event_id for event in other.events}
    assert not shared or seed == plan.seed


@few
@example(plan=busy(), place=1, beds=3)
@given(plan=plans(), place=st.integers(0, 4), beds=st.integers(1, 12))
def test_another_department_changes_no_byte_of_the_others(plan: RunPlan, place: int, beds: int) -> None:
    wards = list(plan.hospital.config.department)
    wards.insert(place, department("newcomer", beds=beds))
    larger = Hospital(msgspec.structs.replace(plan.hospital.config, department=tuple(wards)))
    of_others = [
        encode(event)
        for event in larger.simulate(plan.start, plan.end, seed=plan.seed).events
        if event.department_id != "newcomer"
    ]
    # Departments take their turn within one second, so the order is compared department by department.
    for ward in plan.hospital.config.department:
        mark = f'"department_id":"{ward.id}"'.encode()
        assert [data for data in of_others if mark in data] == [data for data in _bytes(plan.run()) if mark in data]


def test_departments_and_hospitals_of_other_names_have_other_patients_and_other_demand() -> None:
    one, other = (
        hospital(department("a"), department("b"), identifier=name).simulate("2024-01-01", "2024-01-31", seed=1).events
        for name in ("north", "south")
    )
    assert not {event.event_id for event in one} & {event.event_id for event in other}
    times = [
        [event.event_time for event in run if event.department_id == ward] for run in (one, other) for ward in "ab"
    ]
    assert all(times[first] != times[second] for first in range(4) for second in range(first))
