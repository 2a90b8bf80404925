"""Quantiles, shares and moments of every distribution agree with quadrature, with each other, and with draws."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
import pytest
import scipy
from quadrature import integral, moment_of_quantile

from hospital_sim import distributions as d

pytestmark = pytest.mark.property

SHARES = np.unique(
    np.concatenate(
        [np.linspace(1e-6, 1 - 1e-6, 4001), 10.0 ** -np.arange(1, 16, 0.5), 1 - 10.0 ** -np.arange(1, 15, 0.5)]
    )
)

VARIATIONS = (0.001, 0.03, 0.1, 0.5, 0.99, 1.0, 1.16, 1.5, 4.0, 10.0, 100.0)

SHORT_AND_LONG = d.Mixture((0.8, 0.2), (d.Gamma(4, 3), d.Lognormal(30, 20)))
EVERY = (
    d.Exponential(5),
    d.Uniform(1, 14),
    d.Uniform(0, 3),
    d.Triangular(1, 3, 14),
    d.Triangular(0, 0, 4),
    d.Triangular(0, 4, 4),
    d.Lognormal(7.4, 8.61),
    d.Gamma(7.4, 8.6),
    d.Gamma(7.4, 2),
    d.Erlang(6, 3),
    d.Weibull(7.4, 8.6),
    d.Weibull(7.4, 2),
    d.Hyperexponential(5, 9),
    d.PhaseType((0.7, 0.3, 0), ((-1, 0.5, 0.2), (0, -0.2, 0.1), (0.01, 0, -0.05))),
    d.Coxian((2, 10, 60), (0.3, 0.1)),
    SHORT_AND_LONG,
    d.Mixture((0.5, 0.5), (SHORT_AND_LONG, d.Uniform(2, 3))),
    d.Truncated(d.Lognormal(7.4, 8.61), 0, 30),
    d.Truncated(d.Gamma(7.4, 8.6), 0.5, 30),
    d.Truncated(d.Weibull(7.4, 3), 2),
    d.Truncated(SHORT_AND_LONG, 0.25, 90),
    d.Truncated(d.Truncated(d.Hyperexponential(5, 9), 0, 60), 0, 50),
)
STEPPED = (d.Fixed(3), d.Empirical((1, 2, 5, 9), (1, 2, 3, 4)), d.Mixture((0.4, 0.6), (d.Fixed(2), d.Exponential(5))))


@pytest.mark.parametrize("variation", VARIATIONS)
def test_gamma_quantiles_invert_the_share_below_from_the_least_to_the_greatest(variation: float) -> None:
    gamma = d.Gamma(7.4, 7.4 * variation)

    values = gamma.quantile(SHARES)

    normal = values > 1e-280
    for shares in (gamma.cdf(values), scipy.special.gammainc(gamma.shape, values / gamma.scale)):
        assert np.allclose(shares[normal], SHARES[normal], rtol=1e-8, atol=0)
    assert gamma.quantile(np.array([0.0, 1.0])).tolist() == [0.0, math.inf]


def test_a_small_gamma_quantile_follows_the_power_law_of_the_density() -> None:
    gamma, shares = d.Gamma(7.4, 8.6), 10.0 ** -np.arange(14, 190, 4.0)

    # The first term of the series of the incomplete gamma function, exact where the value is small.
    expected = gamma.scale * (shares * math.gamma(gamma.shape + 1)) ** (1 / gamma.shape)

    assert np.allclose(gamma.quantile(shares), expected, rtol=1e-9, atol=0)
    assert np.allclose([gamma.at(float(share)) for share in shares[:4]], expected[:4], rtol=1e-9, atol=0)


@pytest.mark.parametrize("variation", VARIATIONS)
def test_lognormal_quantiles_are_those_of_the_standard_library(variation: float) -> None:
    log_sd = math.sqrt(math.log1p(variation**2))
    normal = NormalDist(math.log(7.4) - log_sd**2 / 2, log_sd)

    expected = np.exp([normal.inv_cdf(share) for share in SHARES])

    assert np.allclose(d.Lognormal(7.4, 7.4 * variation).quantile(SHARES), expected, rtol=1e-9)


@pytest.mark.parametrize("variation", VARIATIONS)
def test_weibull_quantiles_have_the_shape_and_scale_of_the_stated_mean_and_sd(variation: float) -> None:
    weibull = d.Weibull(7.4, 7.4 * variation)

    expected = weibull.scale * (-np.log1p(-SHARES)) ** (1 / weibull.shape)

    assert np.allclose(weibull.quantile(SHARES), expected, rtol=1e-12)
    assert weibull.scale * math.gamma(1 + 1 / weibull.shape) == pytest.approx(7.4, rel=1e-9)
    assert math.sqrt(_weibull_variance(weibull.shape, weibull.scale)) == pytest.approx(7.4 * variation, rel=1e-6)


def _weibull_variance(shape: float, scale: float) -> float:
    return scale**2 * (math.gamma(1 + 2 / shape) - math.gamma(1 + 1 / shape) ** 2)


def test_published_quantiles_are_reproduced() -> None:
    # Abramowitz and Stegun, tables 26.1 (normal) and 26.8 (chi-squared, a gamma distribution with scale 2).
    logs_are_standard_normal = d.Lognormal(math.exp(0.5), math.sqrt(math.e * (math.e - 1)))
    for share, expected in ((0.975, 1.95996_39845), (0.995, 2.57582_93035), (0.9995, 3.29052_67315)):
        assert math.log(logs_are_standard_normal.at(share)) == pytest.approx(expected, abs=1e-9)
    for degrees, share, expected in ((1, 0.95, 3.84146), (4, 0.05, 0.710721), (10, 0.99, 23.2093), (30, 0.5, 29.3360)):
        chi_squared = d.Gamma(degrees, math.sqrt(2 * degrees))
        assert chi_squared.quantile(np.array([share]))[0] == pytest.approx(expected, rel=1e-5)


def test_quantiles_of_bounded_and_exponential_distributions_are_those_of_their_formulas() -> None:
    assert np.allclose(d.Exponential(5).quantile(SHARES), scipy.stats.expon.ppf(SHARES, scale=5), rtol=1e-12)
    assert np.allclose(d.Uniform(1, 14).quantile(SHARES), scipy.stats.uniform.ppf(SHARES, 1, 13), rtol=1e-12)
    assert np.allclose(
        d.Triangular(1, 3, 14).quantile(SHARES), scipy.stats.triang.ppf(SHARES, 2 / 13, 1, 13), rtol=1e-9
    )
    # The share below of an Erlang distribution is a finite sum.
    values = d.Erlang(6, 3).quantile(SHARES) / 2
    above = np.exp(-values) * (1 + values + values**2 / 2)
    assert np.allclose(above, 1 - SHARES, rtol=1e-9, atol=1e-14)


def test_a_phase_type_quantile_has_a_small_error_far_below_its_table() -> None:
    phases, shares = d.PhaseType((0.7, 0.3), ((-1, 0.5), (0, -0.2))), 10.0 ** -np.arange(15, 40, 2.0)

    # Near 0 the share below is the value times the rate of absorption at the start.
    assert np.allclose(phases.quantile(shares), shares / (0.7 * 0.5 + 0.3 * 0.2), rtol=1e-9)
    assert phases.quantile(np.array([0.0, 1.0])).tolist() == [0.0, math.inf]


def test_phase_type_quantiles_equal_those_of_equivalent_distributions() -> None:
    erlang = d.PhaseType((1, 0, 0), ((-0.5, 0.5, 0), (0, -0.5, 0.5), (0, 0, -0.5)))
    in_parallel = d.PhaseType((0.25, 0.75), ((-0.01, 0), (0, -1)))
    mixed = d.Mixture((0.25, 0.75), (d.Exponential(100), d.Exponential(1)))

    assert np.allclose(erlang.quantile(SHARES), scipy.stats.gamma.ppf(SHARES, 3, scale=2), rtol=1e-9)
    middle = SHARES[(SHARES > 1e-6) & (SHARES < 1 - 1e-6)]
    assert np.allclose(in_parallel.quantile(middle), mixed.quantile(middle), rtol=1e-9)
    assert d.Coxian((2, 10, 60), (0.3, 0.1)).mean == pytest.approx(2 + 0.3 * (10 + 0.1 * 60))


def _violators(holds: Callable[[d.ByInversion], bool], distributions: Sequence[d.ByInversion] = EVERY) -> list[str]:
    """Return the distributions for which something does not hold."""
    return [repr(each) for each in distributions if not holds(each)]


def test_the_share_below_a_quantile_is_its_probability() -> None:
    middle = SHARES[(SHARES > 1e-9) & (SHARES < 1 - 1e-9)]

    def holds(each: d.ByInversion) -> bool:
        return np.allclose(each.cdf(each.quantile(middle)), middle, rtol=1e-9, atol=1e-12)

    assert _violators(holds) == []


def test_moments_are_integrals_of_the_quantile() -> None:
    def holds(each: d.ByInversion) -> bool:
        first, second = (moment_of_quantile(each.quantile, order) for order in (1, 2))
        mean, square = each.mean, each.variance + each.mean**2
        whole = [each.partial_moment(order, np.array([math.inf]))[0] for order in range(3)]
        return (
            first == pytest.approx(mean, rel=1e-5)
            and second - first**2 == pytest.approx(each.variance, rel=1e-4)
            and whole == pytest.approx([1, mean, square], rel=1e-9)
        )

    assert _violators(holds) == []


def test_a_partial_moment_is_the_integral_of_the_quantile_up_to_the_same_point() -> None:
    def holds(each: d.ByInversion) -> bool:
        parts = [np.diff(each.partial_moment(order, each.quantile(np.array([0.2, 0.7]))))[0] for order in (1, 2)]
        areas = [integral(lambda share, power=order: each.quantile(share) ** power, 0.2, 0.7) for order in (1, 2)]
        return parts == pytest.approx(areas, rel=1e-5)

    assert _violators(holds) == []


def test_a_greater_uniform_number_never_gives_a_smaller_value() -> None:
    numbers = np.sort(np.concatenate([SHARES, [0.0, 1.0], np.random.default_rng(1).random(2000)]))

    def holds(each: d.ByInversion) -> bool:
        values = each.quantile(numbers)
        return bool(np.all(np.diff(values[np.isfinite(values)]) >= 0) and values[0] >= 0)

    assert _violators(holds, [*EVERY, *STEPPED]) == []


def test_a_draw_is_the_same_alone_and_in_an_array() -> None:
    numbers = np.concatenate([[0.0, 1 - 2**-53], np.random.default_rng(2).random(200)])

    def holds(each: d.ByInversion) -> bool:
        alone = [each.at(float(number)) for number in numbers]
        return bool(np.allclose(alone, each.at_each(numbers), rtol=1e-12) and np.all(np.isfinite(alone)))

    assert _violators(holds, [*EVERY, *STEPPED]) == []


def test_samples_have_the_stated_mean_and_distribution() -> None:
    size = 40_000

    def holds(each: d.ByInversion) -> bool:
        values = each.sample(np.random.default_rng(1), size)
        points = each.quantile(np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.99]))
        shares = each.cdf(points)
        below = (values[:, np.newaxis] <= points).mean(axis=0)
        return bool(
            abs(values.mean() - each.mean) <= 4 * each.sd / math.sqrt(size)
            and np.all(np.abs(below - shares) <= 4 * np.sqrt(shares * (1 - shares) / size) + 1e-12)
        )

    assert _violators(holds, [*EVERY, *STEPPED]) == []
