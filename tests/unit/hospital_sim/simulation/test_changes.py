"""Departments that open, close, and change while patients wait and are in a bed."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hospitals import department, hospital

import hospital_sim as hs
from hospital_sim.config import DepartmentConfig, parse_hospital
from hospital_sim.events import Admission, DepSnapshot, Discharge, WaitSnapshot

pytestmark = pytest.mark.unit

DAY = date(2024, 1, 11)
TWO_DAYS: dict[str, Any] = {"stay": hs.Fixed(value=2), "delay_share": 0.0}


def _run(*wards: DepartmentConfig, days: int = 20, **change: Any) -> hs.Run:
    document = msgspec.json.decode(msgspec.json.encode(hospital(*wards, warmup_days=10).config))
    config = parse_hospital(document | {"change": [{"from": DAY, **change}]})
    return hs.Hospital(config).simulate("2024-01-01", date(2024, 1, 1) + timedelta(days=days - 1), seed=3)


def _census(run: hs.Run, name: str) -> dict[tuple[date, str], DepSnapshot]:
    return {
        (event.snapshot_date, event.snapshot_type): event
        for event in run.events
        if isinstance(event, DepSnapshot) and event.department_id == name
    }


def _events(run: hs.Run, kind: type[Any], name: str) -> list[Any]:
    return [event for event in run.events if isinstance(event, kind) and event.department_id == name]


def test_a_department_that_opens_is_counted_from_its_first_second_and_has_its_beds_after_it() -> None:
    run = _run(
        department("a"),
        department=[
            {"id": "b", "name": "B", "treatment_function_code": "100", "beds": 4, "target_occupancy": 0.8}
            | {"max_stay_days": 3}
        ],
    )
    census = _census(run, "b")
    assert min(census) == (DAY, "EOD")
    assert [(census[DAY, kind].beds, census[DAY, kind].occupied_beds) for kind in ("SOD",)] == [(0, 0)]
    assert census[DAY, "EOD"].beds == 4
    assert min(event.request_date.date() for event in _events(run, Admission, "b")) >= DAY
    assert [entry.department_id for entry in run.record.run.departments] == ["a", "b"]
    periods = [[entry.department_id for entry in period.departments] for period in run.record.run.periods]
    assert periods == [["a"], ["a", "b"]]


def test_a_closed_department_treats_those_who_wait_then_closes_each_bed_as_its_patient_leaves() -> None:
    busy = department("b", beds=20, target_occupancy=1.6, max_stay_days=2.0, allow_overload=True)
    run = _run(department("a"), busy, days=90, closed=["b"])
    asked = [event for event in run.events if isinstance(event, Admission) and event.requested_department_id == "b"]
    assert max(event.request_date.date() for event in asked) < DAY
    waiting = [event for event in _events(run, WaitSnapshot, "b") if event.snapshot_date == DAY]
    assert waiting, "somebody waits on the day on which it closes"
    treated = {event.patient_id for event in asked if event.admission_date.date() >= DAY}
    assert {event.patient_id for event in waiting} <= treated
    census = _census(run, "b")
    last = max(day for day, _ in census)
    assert census[last, "EOD"].occupied_beds == census[last, "EOD"].beds == 0
    assert census[last, "SOD"].occupied_beds > 0, "it is counted until the day on which it is empty"
    after = [census[day, "EOD"] for day, kind in census if kind == "EOD" and day >= DAY]
    assert all(event.beds == event.occupied_beds for event in after if not event.waiting_list_size)


def test_a_new_name_and_more_bed_spaces_show_from_the_first_census_and_fewer_when_their_beds_are_empty() -> None:
    run = _run(
        department("a", beds=4, capacity=4, target_occupancy=0.95, max_stay_days=4.0),
        department=[{"id": "a", "name": "Other", "beds": 2, "capacity": 2, "allow_overload": True}],
    )
    census = _census(run, "a")
    yesterday = census[DAY - timedelta(days=1), "EOD"]
    today = census[DAY, "SOD"]
    assert (yesterday.department_name, today.department_name) == ("A", "Other")
    assert (today.beds, today.occupied_beds, today.capacity) == (yesterday.beds, yesterday.occupied_beds, 4)
    spaces = [census[key].capacity for key in sorted(census, key=lambda key: (key[0], key[1] == "EOD"))]
    assert sorted(spaces, reverse=True) == spaces
    assert set(spaces) == {4, 2}


def test_patients_who_ask_from_the_day_on_have_the_new_ages_and_those_before_the_old() -> None:
    adults = department("a", beds=10, ages=(40.0, 50.0, 60.0), return_share=0.0)
    run = _run(adults, department=[{"id": "a", "ages": [1.0, 2.0, 3.0]}])
    ages = {True: set[bool](), False: set[bool]()}
    for event in _events(run, Admission, "a"):
        ages[event.request_date.date() >= DAY].add(event.birth_date.year >= 2019)

    assert ages == {True: {True}, False: {False}}


def test_those_who_wait_keep_the_stay_that_was_drawn_and_later_requests_have_the_new_one() -> None:
    run = _run(
        department("a", beds=3, requests_per_day=1.4, **TWO_DAYS),
        department=[{"id": "a", "stay": {"distribution": "fixed", "value": 0.5}}],
    )
    admitted = {event.spell_id: event for event in _events(run, Admission, "a")}
    days: dict[bool, set[float]] = {True: set(), False: set()}
    for event in _events(run, Discharge, "a"):
        days[admitted[event.spell_id].request_date.date() < DAY].add(
            (event.discharge_date - event.admission_date) / timedelta(days=1)
        )
    assert days == {True: {2.0}, False: {0.5}}
    assert any(event.request_date.date() < DAY <= event.admission_date.date() for event in admitted.values())


@pytest.mark.parametrize("new_hours", [2.0, 30.0])
def test_overflow_follows_the_rule_of_the_day_also_for_those_who_wait(new_hours: float) -> None:
    full = department("a", beds=1, requests_per_day=1.5, allow_overload=True, **TWO_DAYS)
    run = _run(
        full,
        department("b", beds=200, requests_per_day=0.1, **TWO_DAYS),
        department=[{"id": "a", "overflow": {"after_hours": new_hours, "to": ["b"]}}],
    )
    outliers = [event for event in _events(run, Admission, "b") if event.requested_department_id == "a"]
    midnight = datetime.fromisoformat(f"{DAY}T00:00:00+00:00")
    assert min(event.admission_date for event in outliers) == midnight, "the longest wait ends at once"
    for event in outliers:
        due = max(event.request_date + timedelta(hours=new_hours), midnight)
        assert event.admission_date == due


def test_an_outlier_has_the_turnaround_of_the_day_on_which_the_patient_asked() -> None:
    """The ward that takes outliers begins to clean its beds, so fewer patients go through its bed."""
    full = department(
        "a", beds=1, requests_per_day=3, allow_overload=True, overflow={"after_hours": 1, "to": ["b"]}, **TWO_DAYS
    )
    taker = department("b", beds=1, requests_per_day=0.01, **TWO_DAYS)
    run = _run(
        full, taker, days=31, department=[{"id": "b", "turnaround_hours": {"distribution": "fixed", "value": 24}}]
    )
    stays = sorted(event.discharge_date for event in _events(run, Discharge, "b") if event.discharge_date.date() > DAY)
    gaps = {later - earlier for earlier, later in pairwise(stays)}
    assert gaps == {timedelta(days=3)}, "two days in bed and one of cleaning"
