"""The simulation against an independent recursion on the same draws, second for second."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import pytest
from agrees_with_oracle import assert_every_second_agrees
from bed_history import FOREVER, RunHistory
from fifo_oracle import draws, first_come_first_served
from hospitals import RunPlan, busy, plans, waiting_only
from hypothesis import example, given
from hypothesis import strategies as st
from ward_log import watch

from hospital_sim.clock import second_of
from hospital_sim.config.offered_load import requests_per_day

pytestmark = pytest.mark.property


@example(plan=waiting_only(busy()))
@given(plan=plans(waits=True))
def test_every_patient_is_admitted_and_leaves_in_the_second_that_the_recursion_says(plan: RunPlan) -> None:
    assert_every_second_agrees(plan, watch(plan.hospital.config, plan.start, plan.end, plan.seed))


@example(plan=waiting_only(busy()))
@given(plan=plans(waits=True))
def test_with_one_bed_more_and_the_same_draws_nobody_waits_longer(plan: RunPlan) -> None:
    config = plan.hospital.config
    wards = tuple(
        msgspec.structs.replace(ward, beds=ward.beds + 1, capacity=None, requests_per_day=requests_per_day(ward))
        for ward in config.department
    )
    now = watch(config, plan.start, plan.end, plan.seed)
    then = watch(msgspec.structs.replace(config, department=wards), plan.start, plan.end, plan.seed)
    for ward in config.department:
        before, after = now.admitted_at[ward.id], then.admitted_at[ward.id]
        assert before.keys() <= after.keys()
        assert all(after[ordinal] <= second for ordinal, second in before.items())


@given(plan=plans(waits=True), place=st.floats(0, 1), share=st.floats(0, 1))
def test_the_number_present_over_a_window_adds_up_to_the_time_that_everyone_spends_in_it(
    plan: RunPlan, place: float, share: float
) -> None:
    """Little's identity over a finite window: the levels come from the events, the time spent from the recursion."""
    first, after = second_of(plan.start), second_of(plan.end + timedelta(days=1))
    begin = first + int(place * (after - first - 1))
    end = begin + 1 + int(share * (after - begin - 1))
    for position, ward in enumerate(RunHistory(plan.run()).departments):
        drawn = draws(plan.hospital.config, position, plan.seed, plan.start, plan.end)
        expected = first_come_first_served(ward.config.beds, drawn).values()
        in_bed = _level_over([(visit.admitted, visit.discharged) for visit in ward.visits], begin, end)
        in_queue = _level_over([(visit.requested, visit.admitted) for visit in ward.visits], begin, end)
        assert in_bed == sum(_overlap(passage.admitted, passage.discharged, begin, end) for passage in expected)
        assert in_queue == sum(_overlap(passage.requested, passage.admitted, begin, end) for passage in expected)


def _level_over(spans: Iterable[tuple[datetime, datetime]], begin: int, end: int) -> int:
    """Return the integral over a window, in seconds, of how many spans are open."""
    steps = [(begin, 0), (end, 0)]
    for first, last in spans:
        steps += [(_second(first), 1), (_second(last), -1)]
    integral = level = 0
    before = begin
    for second, step in sorted(steps):
        now = min(max(second, begin), end)
        integral += level * (now - before)
        level, before = level + step, now
    return integral


def _second(moment: datetime) -> int:
    return 2**62 if moment == FOREVER else int(moment.timestamp())


def _overlap(first: int, last: int, begin: int, end: int) -> int:
    return max(0, min(last, end) - max(first, begin))
