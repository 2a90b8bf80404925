"""The simulation against an independent recursion on the same draws, second for second."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pytest
from hospitals import RunPlan, busy, drawn, plans, waiting_only
from hypothesis import example, given, settings
from ward_log import Passage, watch

from hospital_sim.clock import second_of
from hospital_sim.config.offered_load import requests_per_day
from hospital_sim.draws.requests import Request

pytestmark = pytest.mark.property

few = settings(max_examples=settings.default.max_examples * 2 // 5)


def first_come_first_served(beds: int, requests: Iterable[Request]) -> dict[int, Passage]:
    """Return what happens to each request, by its ordinal, in a department that is empty at first.

    In the order of the requests each patient takes the bed that is free first, at once or when it is.
    """
    free = [0] * beds
    passages = {}
    for ordinal, request in enumerate(requests):
        bed = min(range(beds), key=free.__getitem__)
        admitted = max(request.second, free[bed])
        ready = admitted + request.length
        free[bed] = ready + request.delay
        passages[ordinal] = Passage(request.second, admitted, ready, free[bed])
    return passages


@few
@example(plan=waiting_only(busy()))
@given(plan=plans(waits=True, longest=12))
def test_every_patient_is_admitted_and_leaves_in_the_second_that_the_recursion_says(plan: RunPlan) -> None:
    config, after = plan.hospital.config, second_of(plan.end + timedelta(days=1))
    log = watch(config, plan.start, plan.end, plan.seed)
    for ward in config.department:
        expected = first_come_first_served(ward.beds, drawn(config, ward, plan.seed, plan.start, plan.end))
        admitted = {ordinal: passage.admitted for ordinal, passage in expected.items() if passage.admitted < after}
        passages = {ordinal: passage for ordinal, passage in expected.items() if passage.discharged < after}
        assert log.admitted_at[ward.id] == admitted
        assert log.passages[ward.id] == passages


@few
@example(plan=waiting_only(busy()))
@given(plan=plans(waits=True, longest=12))
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
