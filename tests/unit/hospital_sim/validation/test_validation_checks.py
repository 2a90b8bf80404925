"""The range of a check is SciPy's, and a value outside it fails the check."""

import math
from functools import partial

import numpy as np
import pytest
import scipy

from hospital_sim import distributions as d
from hospital_sim.validation.checks import (
    LEVEL,
    Check,
    check_mean,
    check_none,
    check_poisson,
    check_ratio,
    farthest,
    variable_range,
)

pytestmark = pytest.mark.unit

FACTORIALS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, 120_000)))])
"""Logarithms of the factorials."""


def _poisson(mean: float) -> d.Floats:
    counts = np.arange(60 + int(2 * mean))
    return np.exp(counts * math.log(mean) - mean - FACTORIALS[counts])


def _binomial(trials: int, share: float) -> d.Floats:
    counts, factorials = np.arange(trials + 1), FACTORIALS[: trials + 1]
    logs = factorials[-1] - factorials - factorials[::-1] + counts * math.log(share)
    return np.exp(logs + (trials - counts) * math.log1p(-share))


@pytest.mark.parametrize("level", [0.05, LEVEL])
@pytest.mark.parametrize(
    ("law", "parameters", "probabilities"),
    [
        *(("poisson", (mean,), _poisson) for mean in (0.3, 5.0, 83.7, 54_000.0)),
        *(("binom", (trials, share), _binomial) for trials, share in ((1, 0.5), (40, 0.01), (100_000, 0.05))),
    ],
)
def test_a_range_of_counts_is_the_narrowest_with_at_most_half_the_level_in_each_tail(
    law: str, parameters: tuple[float, ...], probabilities, level: float
) -> None:
    low, high = map(int, variable_range(law, *parameters, level=level))

    each = probabilities(*parameters)
    assert each.sum() == pytest.approx(1)
    assert each[:low].sum() <= level / 2 < each[: low + 1].sum()
    assert each[high + 1 :].sum() <= level / 2 < each[high:].sum()


def test_a_count_that_cannot_vary_has_a_range_of_one_value() -> None:
    assert variable_range("poisson", 0, level=0.05) == (0, 0)
    assert [variable_range("binom", 10, share, level=0.05) for share in (0, 1)] == [(0, 0), (10, 10)]


def test_chi_squared_ranges_are_those_of_published_tables() -> None:
    assert variable_range("chi2", 1, level=0.05) == pytest.approx((0.000982069, 5.02389), rel=1e-6)
    assert variable_range("chi2", 7, level=0.05) == pytest.approx((1.68987, 16.0128), rel=1e-5)
    # With an even number of degrees, the share above x is that of Poisson counts below half the degrees with mean x/2.
    low, high = variable_range("chi2", 44)
    assert _poisson(low / 2)[22:].sum() == pytest.approx(LEVEL / 2, rel=1e-7)
    assert _poisson(high / 2)[:22].sum() == pytest.approx(LEVEL / 2, rel=1e-7)


def test_the_interval_of_means_is_that_of_student_around_what_is_expected() -> None:
    values = np.random.default_rng(1).normal(3, 2, 30)

    check = check_mean(values, 3.1)

    half = scipy.stats.t(29).isf(LEVEL / 2) * scipy.stats.sem(values)
    assert (check.low, check.high) == pytest.approx((3.1 - half, 3.1 + half))
    assert check.observed == pytest.approx(values.mean())
    assert check.passed
    assert check.distance == pytest.approx(abs(values.mean() - 3.1) / half)


def test_replications_that_are_all_the_same_pass_only_if_they_are_what_is_expected() -> None:
    assert check_mean(np.full(30, 2.0), 2.0).distance == 0
    assert not check_mean(np.full(30, 2.0), 2.001).passed


def test_a_ratio_is_that_of_the_sums() -> None:
    assert check_ratio(np.array([1.0, 3.0]), np.array([10.0, 10.0]), 0.2).observed == pytest.approx(0.2)


def test_the_farthest_part_stands_for_all_and_they_share_the_level() -> None:
    parts = {"near": partial(check_poisson, 10_010, 10_000), "far": partial(check_poisson, 10_300, 10_000)}

    check = farthest(parts)

    assert (check.part, check.observed) == ("far", 10_300)
    assert (check.low, check.high) == variable_range("poisson", 10_000, level=LEVEL / 2)


@pytest.mark.parametrize(
    ("check", "passes"),
    [
        (check_none(np.zeros(30)), True),
        (check_none(np.eye(30)[0]), False),
        (check_poisson(10_000, 10_000), True),
        (check_poisson(10_500, 10_000), False),
        (Check(1.0, math.nan, 0.0, 2.0), False),
        (Check(1.0, 1.0, math.nan, math.nan), False),
    ],
)
def test_a_mistake_and_a_value_outside_its_range_fail(check: Check, passes: bool) -> None:
    assert (check.passed, check.distance <= 1) == (passes, passes)
