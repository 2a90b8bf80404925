"""What always holds, exactly, of every hospital: one test for each line, on random hospitals."""

import pytest
from bed_history import CHECKS, Check, RunHistory
from hospitals import RunPlan, plans
from hypothesis import given

pytestmark = pytest.mark.property


@pytest.mark.parametrize("holds", [pytest.param(check, id=check.__name__) for check in CHECKS])
@given(plan=plans())
def test_that_always(holds: Check, plan: RunPlan) -> None:
    holds(RunHistory(plan.run()))
