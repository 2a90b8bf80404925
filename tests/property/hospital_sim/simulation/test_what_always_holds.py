"""Invariants that hold exactly for every hospital: one test for each, on random hospitals."""

import pytest
from bed_history import CHECKS, Check, history_of
from hospitals import RunPlan, busy, plans
from hypothesis import example, given, settings

pytestmark = pytest.mark.property


@pytest.mark.parametrize("holds", [pytest.param(check, id=check.__name__) for check in CHECKS])
# Each check sees hospitals of its own, so half as many of them for each are many.
@settings(max_examples=settings.default.max_examples // 2)
@example(plan=busy())
@given(plan=plans())
def test_that_always(holds: Check, plan: RunPlan) -> None:
    holds(history_of(plan.run()))
