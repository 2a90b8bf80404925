"""A longer run begins with the bytes of a shorter one; days can be appended; departments are independent."""

from datetime import date, timedelta

import msgspec
import pytest
from hospitals import RunPlan, busy, department, hospital, plans
from hypothesis import example, given
from hypothesis import strategies as st

from hospital_sim import Hospital, Run, load
from hospital_sim.events import encode

pytestmark = pytest.mark.property


def _bytes(run: Run) -> list[bytes]:
    return [encode(event) for event in run.events]


def _counts(run: Run) -> dict[tuple[str, str, date], int]:
    return {(entry.event_type, entry.department_id, entry.event_date): entry.count for entry in run.record.counts}


def test_sixty_days_begin_with_the_bytes_of_thirty_days() -> None:
    small = load("small")
    short = _bytes(small.simulate("2024-02-01", "2024-03-01", seed=5))
    long = _bytes(small.simulate("2024-02-01", "2024-03-31", seed=5))
    assert long[: len(short)] == short
    assert len(long) > 1.5 * len(short)


@example(plan=busy(), more=20)
@given(plan=plans(), more=st.integers(1, 10))
def test_a_longer_run_begins_with_the_bytes_of_a_shorter_one(plan: RunPlan, more: int) -> None:
    short, long = _bytes(plan.run_anew()), _bytes(plan.run_anew(plan.days + more))
    assert long[: len(short)] == short


@example(plan=busy(), more=20)
@given(plan=plans(), more=st.integers(1, 10))
def test_days_appended_from_emit_from_are_the_rest_of_one_long_run(plan: RunPlan, more: int) -> None:
    short, long = plan.run_anew(), plan.run_anew(plan.days + more)
    rest = plan.run_anew(plan.days + more, emit_from=plan.end + timedelta(days=1))
    assert _bytes(short) + _bytes(rest) == _bytes(long)
    assert _counts(short) | _counts(rest) == _counts(long)
    assert not _counts(short).keys() & _counts(rest).keys()
    assert rest.record.run.history_id == long.record.run.history_id


@given(plan=plans(), first=st.integers(0, 24), more=st.integers(0, 10))
def test_run_records_of_one_history_agree_where_they_overlap(plan: RunPlan, first: int, more: int) -> None:
    one = plan.run_anew()
    other = plan.run_anew(plan.days + more, emit_from=plan.start + timedelta(days=min(first, plan.days - 1)))
    both = {key for key in _counts(one).keys() | _counts(other).keys() if other.record.run.emit_from <= key[2]}
    in_one = {key for key in both if key[2] <= plan.end}
    assert {key: _counts(one).get(key) for key in in_one} == {key: _counts(other).get(key) for key in in_one}


@given(plan=plans())
def test_the_same_call_gives_the_same_bytes_and_the_same_record(plan: RunPlan) -> None:
    one, other = plan.run_anew(), plan.run_anew()
    assert _bytes(one) == _bytes(other)
    assert encode(one.record) == encode(other.record)


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


@given(plan=plans(), seed=st.integers(0, 2**63 - 1))
def test_another_seed_is_another_history(plan: RunPlan, seed: int) -> None:
    one = plan.run()
    other = plan.hospital.simulate(plan.start, plan.end, seed=seed)
    assert (one.record.run.history_id == other.record.run.history_id) == (seed == plan.seed)
    shared = {event.event_id for event in one.events} & {event.event_id for event in other.events}
    assert not shared or seed == plan.seed


def test_the_same_department_in_another_hospital_has_other_patients_and_other_demand() -> None:
    one, other = (
        hospital(department("ward"), identifier=name).simulate("2024-01-01", "2024-01-31", seed=1)
        for name in ("north", "south")
    )
    assert not {event.event_id for event in one.events} & {event.event_id for event in other.events}
    assert [event.event_time for event in one.events] != [event.event_time for event in other.events]
