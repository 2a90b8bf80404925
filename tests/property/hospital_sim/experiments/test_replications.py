"""Replications are independent, their intervals cover what they are about, and comparisons are on common numbers.

The model is cheap and its truth known: with beds for all, the number present is Poisson with mean rate times stay.
"""

from datetime import date

import numpy as np
import pytest
import scipy
from tiny_hospitals import poisson

from hospital_sim.experiments import Comparison, compare, replicate
from hospital_sim.hospital import Hospital

pytestmark = pytest.mark.property

ALWAYS_A_BED = Hospital(poisson(beds=60, per_day=12.0, stay_days=1.0, warmup_days=8))
BUSY = Hospital(poisson(beds=5, per_day=4.5, stay_days=1.0, warmup_days=30))
WEEK = {"start": date(2025, 5, 5), "end": date(2025, 5, 11)}
MONTHS = {"start": date(2025, 5, 1), "end": date(2025, 7, 31)}


def test_intervals_cover_the_truth_as_often_as_they_say(soak: bool) -> None:
    """The truth: 12 beds occupied, on average. A right program leaves the range in one of 1,000 tests."""
    experiments = 1000 if soak else 40
    covered = 0
    for seed in range(experiments):
        found = replicate(ALWAYS_A_BED, **WEEK, replications=4, seed=seed, metrics=["occupied_beds"], workers=1)
        interval = found.interval("occupied_beds", confidence=0.8)
        assert interval.low is not None
        assert interval.high is not None
        covered += interval.low <= 12 <= interval.high
    low, high = scipy.stats.binom.interval(0.999, experiments, 0.8)
    assert low <= covered <= high


def test_replications_of_neighbouring_seeds_share_no_values() -> None:
    values = [
        value
        for seed in range(4)
        for value in replicate(BUSY, **WEEK, replications=4, seed=seed, metrics=["queue"]).values("queue")
    ]

    assert len(set(values)) == len(values)


def test_a_scenario_compared_with_itself_has_no_difference() -> None:
    found = compare(now=BUSY, same=BUSY, **WEEK, replications=4)

    for difference in found.differences():
        if difference.mean is not None:
            assert (difference.mean, difference.low, difference.high) == (0, 0, 0), difference
            assert difference.verdict == "the same"


@pytest.fixture(scope="module")
def one_bed_more() -> Comparison:
    """Return a busy ward compared with the same and one bed more."""
    return compare(now=BUSY, more=BUSY.with_beds({"d1": 1}), **MONTHS, replications=12)


def test_a_bed_more_changes_no_request_shortens_every_wait_and_gives_a_narrower_interval_than_other_numbers(
    one_bed_more: Comparison,
) -> None:
    now, more = (each.values("occupied_beds") for each in one_bed_more.scenarios.values())
    assert np.var(np.subtract(more, now), ddof=1) < (np.var(now, ddof=1) + np.var(more, ddof=1)) / 10

    now, more = (each.values("wait_mean") for each in one_bed_more.scenarios.values())
    assert all(b < a for a, b in zip(now, more, strict=True) if a is not None and b is not None)
    verdicts = [one_bed_more.difference(metric).verdict for metric in ("requests", "wait_mean")]
    assert verdicts == ["the same", "lower"]
    assert one_bed_more.notes == ("more, d1: differs from now in beds (5 to 6)",)


def test_the_interval_of_a_difference_is_the_paired_one_of_scipy(one_bed_more: Comparison) -> None:
    found = one_bed_more.difference("wait_p90", confidence=0.9)
    now, more = (each.values("wait_p90") for each in one_bed_more.scenarios.values())

    paired = scipy.stats.ttest_rel(more, now).confidence_interval(0.9)
    apart = scipy.stats.ttest_ind(more, now).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx(tuple(paired))
    assert (found.low, found.high) != pytest.approx(tuple(apart), rel=0.05)


def test_scenarios_with_other_identifiers_draw_the_same_numbers_and_a_note_says_so() -> None:
    config = poisson(beds=5, per_day=4.5, warmup_days=30)
    other = Hospital(type(config)(id="elsewhere", name="E", warmup_days=30, department=config.department))

    found = compare(now=BUSY, other=other, **WEEK, replications=2)

    assert all(difference.verdict in ("the same", "not measured") for difference in found.differences())
    assert found.notes == ("other (elsewhere) draws the random numbers of now (poisson)",)


def test_a_summary_is_of_the_hospital_and_of_departments_where_metrics_are_named(one_bed_more: Comparison) -> None:
    runs = one_bed_more.scenarios["now"]

    every, named = list(runs.summary()), list(runs.summary(["queue"]))

    assert [row["metric"] for row in every] == [metric.name for metric in runs.metrics]
    assert {row["department"] for row in every} == {named[-1]["department"]}
    assert [row["department"] for row in named[:-1]] == (list(runs.departments) if len(runs.departments) > 1 else [])
    assert named[-1]["mean"] == runs.interval("queue").mean
