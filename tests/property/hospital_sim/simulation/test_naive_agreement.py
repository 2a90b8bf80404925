"""The engine agrees, second for second, with a naive implementation of the same rules on the same draws."""

import pytest
from any_hospital import any_plans
from crowded_hospital import crowded_run
from hospitals import RunPlan, busy, plans
from hypothesis import example, given, settings
from invariants import violations
from naive_agreement import differences

pytestmark = pytest.mark.property


def test_a_crowded_hospital_that_uses_every_rule_runs_as_the_naive_one() -> None:
    assert differences(crowded_run()) == []


@settings(max_examples=settings.default.max_examples * 2 // 5)
@example(plan=busy())
@given(plan=plans())
def test_random_hospitals_of_simple_rules_run_as_the_naive_one_and_keep_all_invariants(plan: RunPlan) -> None:
    assert differences(plan) + violations(plan.run()) == []


@given(plan=any_plans())
def test_random_hospitals_of_every_rule_run_as_the_naive_one_and_keep_all_invariants(plan: RunPlan) -> None:
    assert differences(plan) + violations(plan.run()) == []


@settings(max_examples=max(settings.default.max_examples // 25, 1))
@given(plan=any_plans(most_days=1))
def test_checking_every_second_finds_no_more_than_checking_seconds_with_events(plan: RunPlan) -> None:
    assert differences(plan, every=True) == []
