"""The range of a check is SciPy's, and a value outside it fails the check."""

import math

import numpy as np
import pytest
from scipy import stats

from hospital_sim import distributions as d
from hospital_sim.validation.checks import (
    LEVEL,
    Check,
    check_mean,
    check_none,
    check_poisson,
    check_ratio,
    variable_range,
)

pytestmark = pytest.mark.unit


def _tails(log_probabilities: d.Floats, low: int, high: int) -> list[float]:
    """Return the probabilities below, up to, above and from the ends of a range of counts from 0."""
    probabilities = np.exp(log_probabilities)
    assert probabilities.sum() == pytest.approx(1)
    return [
        probabilities[:low].sum(),
        probabilities[: low + 1].sum(),
        probabilities[high + 1 :].sum(),
        probabilities[high:].sum(),
    ]


def _log_factorials(most: int) -> d.Floats:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, most + 1)))])


@pytest.mark.parametrize("mean", [0.3, 5.0, 83.7, 54_000.0])
@pytest.mark.parametrize("level", [0.05, LEVEL])
def test_a_poisson_range_is_the_narrowest_with_at_most_half_the_level_in_each_tail(mean: float, level: float) -> None:
    counts = np.arange(60 + int(2 * mean))
    logs = counts * math.log(mean) - mean - _log_factorials(counts[-1])

    below, up_to, above, at_least = _tails(logs, *map(int, variable_range("poisson", mean, level=level)))

    assert below <= level / 2 < up_to
    assert above <= level / 2 < at_least


@pytest.mark.parametrize(("trials", "share"), [(1, 0.5), (40, 0.01), (500_000, 0.05), (500_000, 0.0005)])
@pytest.mark.parametrize("level", [0.05, LEVEL])
def test_a_binomial_range_is_the_narrowest_with_at_most_half_the_level_in_each_tail(
    trials: int, share: float, level: float
) -> None:
    counts, factorials = np.arange(trials + 1), _log_factorials(trials)
    logs = factorials[-1] - factorials - factorials[::-1] + counts * math.log(share)
    logs += (trials - counts) * math.log1p(-share)

    below, up_to, above, at_least = _tails(logs, *map(int, variable_range("binom", trials, share, level=level)))

    assert below <= level / 2 < up_to
    assert above <= level / 2 < at_least


def test_a_count_that_cannot_vary_has_a_range_of_one_value() -> None:
    assert variable_range("poisson", 0, level=0.05) == (0, 0)
    assert variable_range("binom", 10, 0, level=0.05) == (0, 0)
    assert variable_range("binom", 10, 1, level=0.05) == (10, 10)


@pytest.mark.parametrize("degrees", [2, 8, 44, 22_000])
@pytest.mark.parametrize("level", [0.05, LEVEL])
def test_a_chi_squared_variable_lies_beyond_its_range_with_half_the_level_on_each_side(
    degrees: int, level: float
) -> None:
    low, high = variable_range("chi2", degrees, level=level)

    # With an even number of degrees, the share above x is that of Poisson counts below half the degrees with mean x/2.
    half = degrees // 2
    counts = np.arange(60 + 4 * half)
    at_low, at_high = (np.exp(counts * math.log(x / 2) - x / 2 - _log_factorials(counts[-1])) for x in (low, high))
    assert at_low[half:].sum() == pytest.approx(level / 2, rel=1e-7)
    assert at_high[:half].sum() == pytest.approx(level / 2, rel=1e-7)


def test_chi_squared_ranges_are_those_of_published_tables() -> None:
    assert variable_range("chi2", 1, level=0.05) == pytest.approx((0.000982069, 5.02389), rel=1e-6)
    assert variable_range("chi2", 7, level=0.05) == pytest.approx((1.68987, 16.0128), rel=1e-5)


def test_the_interval_of_means_is_that_of_student_around_what_is_expected() -> None:
    values = np.random.default_rng(1).normal(3, 2, 30)

    check = check_mean("mean", values, 3.1)

    half = stats.t(29).isf(LEVEL / 2) * stats.sem(values)
    assert (check.low, check.high) == pytest.approx((3.1 - half, 3.1 + half))
    assert check.observed == pytest.approx(values.mean())
    assert check.passed


def test_replications_that_are_all_the_same_pass_only_if_they_are_what_is_expected() -> None:
    assert check_mean("same", np.full(30, 2.0), 2.0).passed
    assert not check_mean("same", np.full(30, 2.0), 2.001).passed


def test_a_ratio_is_that_of_the_sums() -> None:
    check = check_ratio("share", np.array([1.0, 3.0]), np.array([10.0, 10.0]), 0.2)

    assert check.observed == pytest.approx(0.2)


def test_one_mistake_fails() -> None:
    assert check_none("none", np.zeros(30)).passed
    assert not check_none("one", np.eye(30)[0]).passed


def test_a_count_outside_its_range_fails() -> None:
    assert check_poisson("count", 10_000, 10_000).passed
    assert not check_poisson("count", 10_500, 10_000).passed


def test_nan_fails_a_check() -> None:
    assert not Check("nothing", 1.0, math.nan, 0.0, 2.0).passed
    assert not Check("nothing", 1.0, 1.0, math.nan, math.nan).passed
