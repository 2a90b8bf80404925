"""A hospital that changes from a day on: nothing before the day changes, and every invariant holds after it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from any_hospital import any_plans
from crowded_hospital import crowded_run
from hospitals import RunPlan, drawn, plans
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hospital_sim import Hospital, Run
from hospital_sim.config import parse_hospital
from hospital_sim.config.changes import config_on
from hospital_sim.errors import ConfigurationError
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot, encode

pytestmark = pytest.mark.property

few = settings(max_examples=settings.default.max_examples * 2 // 5)

NEWCOMER = {
    "id": "newcomer",
    "name": "Newcomer",
    "treatment_function_code": "430",
    "beds": 3,
    "requests_per_day": 2.0,
    "max_stay_days": 3.0,
    "allow_overload": True,
}
NOT_DEMAND: list[dict[str, Any]] = [
    {"name": "Another Name"},
    {"beds": 20, "without": ["capacity"]},
    {"beds": 1, "without": ["capacity"], "bed_change": []},
    {"bed_change": [{"beds": 2, "weekdays": ["monday", "friday"]}], "without": ["capacity"]},
    {"escalation": {"beds": 3, "open_above": 0.5, "close_below": 0.3}, "without": ["capacity"]},
    {"ages": [20.0, 30.0, 40.0], "return_share": 0.9},
    {"discharge_hour_multipliers": [0.0] * 8 + [1.0] * 16},
]
DEMAND: list[dict[str, Any]] = [
    {"requests_per_day": 7.5, "source": []},
    {"delay_share": 0.9, "delay_days": [0.1, 2.0]},
    {"stay": {"distribution": "exponential", "mean": 0.7}},
    {"when_full": "divert", "without": ["overflow"]},
]


@st.composite
def changed_plans(draw: st.DrawFn) -> RunPlan:
    """Runs of random hospitals with up to three changes on days of the run."""
    drawn_plan = draw(plans() | any_plans() | st.just(crowded_run(days=9)))
    plan = replace(drawn_plan, days=max(drawn_plan.days, 4))
    ids = [entry.id for entry in plan.hospital.config.department]
    days = draw(st.sets(st.integers(1, plan.days - 1), min_size=1, max_size=3))
    changes: list[dict[str, Any]] = []
    for day in sorted(days):
        departments = draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(NOT_DEMAND + DEMAND), max_size=3))
        closed = draw(st.lists(st.sampled_from(ids), max_size=1))
        tables = [{"id": name, "allow_overload": True, **fields} for name, fields in departments.items()]
        tables = [table for table in tables if table["id"] not in closed]
        if draw(st.booleans()) and "newcomer" not in ids:
            tables.append(NEWCOMER)
            ids.append("newcomer")
        ids = [name for name in ids if name not in closed]
        changes.append({"from": plan.start + timedelta(days=day), "closed": closed, "department": tables})
        if not ids:
            break
    document = msgspec.json.decode(msgspec.json.encode(plan.hospital.config))
    try:
        config = parse_hospital(document | {"change": changes})
    except ConfigurationError:
        # For example, overflow to a department that closes.
        assume(False)
    return RunPlan(Hospital(config), plan.seed, plan.days, plan.start)


def _with_changes(plan: RunPlan, number: int) -> RunPlan:
    """Return a plan with the first changes alone."""
    config = msgspec.structs.replace(plan.hospital.config, change=plan.hospital.config.change[:number])
    return RunPlan(Hospital(config), plan.seed, plan.days, plan.start)


def _bytes(events: Iterable[Event]) -> list[bytes]:
    return [encode(event) for event in events]


@few
@given(plan=changed_plans())
def test_a_change_alters_no_byte_of_the_days_before_it(plan: RunPlan) -> None:
    whole = plan.run()
    for number, change in enumerate(plan.hospital.config.change):
        earlier = _with_changes(plan, number).run()
        runs = (
            [event for event in run.events if event.event_time.date() < change.first_day] for run in (earlier, whole)
        )
        before, after = map(_bytes, runs)
        assert before == after
        assert earlier.record.run.history_id == whole.record.run.history_id


@few
@given(plan=changed_plans(), place=st.integers(1, 11))
def test_a_changed_history_can_be_run_on_from_any_day(plan: RunPlan, place: int) -> None:
    day = plan.start + timedelta(days=min(place, plan.days - 1))
    later = [event for event in plan.run().events if event.event_time.date() >= day]
    assert _bytes(plan.run_anew(emit_from=day).events) == _bytes(later)


@few
@given(plan=changed_plans())
def test_a_department_keeps_its_draws_unless_its_demand_or_its_stays_change(plan: RunPlan) -> None:
    config, base = plan.hospital.config, _with_changes(plan, 0).hospital.config
    changed = {str(table["id"]) for change in config.change for table in change.department if _is_demand(table)}
    changed |= {name for change in config.change for name in change.closed}
    for ward in base.department:
        requests = [drawn(each, ward, plan.seed, plan.start, plan.end) for each in (config, base)]
        # The turnarounds of outliers depend on the departments that may take them.
        one, other = [
            [msgspec.structs.replace(each, outlier_turnarounds={}) for each in drawing] for drawing in requests
        ]
        assert ward.id in changed or one == other


def _is_demand(table: dict[str, object]) -> bool:
    return any(field in table for fields in DEMAND for field in fields if field != "without")


@few
@given(plan=changed_plans())
def test_what_always_holds_holds_while_departments_open_and_close(plan: RunPlan) -> None:
    run = plan.run()
    assert list(_violations(run)) == []


def _violations(run: Run) -> Iterable[str]:
    census: dict[str, dict[tuple[date, str], DepSnapshot]] = {}
    admitted, discharged, asked, left = Counter(), Counter(), Counter(), Counter()  # type: ignore[var-annotated]
    spells: set[str] = set()
    for event in run.events:
        match event:
            case DepSnapshot():
                census.setdefault(event.department_id, {})[event.snapshot_date, event.snapshot_type] = event
                if not 0 <= event.occupied_beds <= event.beds <= event.capacity:
                    yield f"not in order: {event}"
            case Admission():
                spells.add(event.spell_id)
                admitted[event.department_id, event.event_time.date()] += 1
                left[event.requested_department_id, event.event_time.date()] += 1
                asked[event.requested_department_id, event.request_date.date()] += 1
                if not _is_open(run, event.requested_department_id, event.request_date.date()):
                    yield f"asked a closed department: {event}"
            case Discharge():
                discharged[event.department_id, event.event_time.date()] += 1
                if event.spell_id not in spells:
                    yield f"without admission: {event}"
            case WaitSnapshot():
                if event.snapshot_date == run.record.run.end:
                    asked[event.department_id, event.request_date.date()] += 1
    if len({event.event_id for event in run.events}) != len(run.events):
        yield "an identifier is used twice"
    for name, snapshots in census.items():
        days = sorted({day for day, _ in snapshots})
        if snapshots.keys() != {(day, kind) for day in days for kind in ("SOD", "EOD")}:
            yield f"{name}: a census is missing"
        for day in days:
            start, end = snapshots[day, "SOD"], snapshots[day, "EOD"]
            if end.occupied_beds - start.occupied_beds != admitted[name, day] - discharged[name, day]:
                yield f"{name} on {day}: occupied beds"
            if end.waiting_list_size - start.waiting_list_size != asked[name, day] - left[name, day]:
                yield f"{name} on {day}: waiting list"
        for one, two in pairwise(days):
            end, start = snapshots[one, "EOD"], snapshots[two, "SOD"]
            if two - one == timedelta(days=1) and (end.beds, end.occupied_beds) != (start.beds, start.occupied_beds):
                yield f"{name}: {one} ends with other beds than {two} begins with"
    for number in range((run.record.run.end - run.record.run.start).days + 1):
        day = run.record.run.start + timedelta(days=number)
        for entry in config_on(run.config, day).department:
            if (day, "EOD") not in census.get(entry.id, {}):
                yield f"{entry.id} is open on {day} and has no census"
            elif census[entry.id][day, "SOD"].department_name != entry.name:
                yield f"{entry.id} has another name on {day}"
    for name, snapshots in census.items():
        for (day, _), snapshot in snapshots.items():
            present = snapshot.occupied_beds or snapshot.waiting_list_size or snapshots[day, "SOD"].occupied_beds
            if not (_is_open(run, name, day) or present or snapshots[day, "SOD"].waiting_list_size):
                yield f"{name} is closed and empty on {day}, and has a census"


def _is_open(run: Run, name: str, day: date) -> bool:
    return name in {entry.id for entry in config_on(run.config, day).department}
