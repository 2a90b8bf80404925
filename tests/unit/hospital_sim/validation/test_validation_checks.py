"""The range of a check is SciPy's, and a value outside it fails the check."""

import math

import numpy as np
import pytest
from scipy import stats

from hospital_sim.validation.checks import LEVEL, Check, check_mean, check_none, check_poisson, check_ratio
from hospital_sim.validation.instruments.probabilities import binomial_range, chi_squared_range, poisson_range

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("mean", [0.3, 5.0, 83.7, 54_000.0])
@pytest.mark.parametrize("level", [0.05, LEVEL])
def test_a_poisson_range_is_that_of_the_exact_quantiles(mean: float, level: float) -> None:
    poisson = stats.poisson(mean)

    assert poisson_range(mean, level) == (poisson.ppf(level / 2), poisson.isf(level / 2))


@pytest.mark.parametrize(("trials", "share"), [(1, 0.5), (40, 0.01), (500_000, 0.05), (500_000, 0.0005)])
@pytest.mark.parametrize("level", [0.05, LEVEL])
def test_a_binomial_range_is_that_of_the_exact_quantiles(trials: int, share: float, level: float) -> None:
    binomial = stats.binom(trials, share)

    assert binomial_range(trials, share, level) == (binomial.ppf(level / 2), binomial.isf(level / 2))


@pytest.mark.parametrize("degrees", [1, 7, 43, 22_000])
@pytest.mark.parametrize("level", [0.05, LEVEL])
def test_a_chi_squared_range_is_that_of_the_quantiles(degrees: int, level: float) -> None:
    chi_squared = stats.chi2(degrees)

    expected = (chi_squared.ppf(level / 2), chi_squared.isf(level / 2))
    assert chi_squared_range(degrees, level) == pytest.approx(expected, rel=1e-9)


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
