"""Quantiles, shares and moments of every distribution agree with SciPy, with each other, and with what is drawn."""

import math

import numpy as np
import pytest
from quadrature import integral, moment_of_quantile
from scipy import stats

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


def _name(value: object) -> str:
    return repr(value)[:60]


@pytest.mark.parametrize("variation", VARIATIONS)
def test_gamma_quantiles_are_scipys(variation: float) -> None:
    gamma = d.Gamma(7.4, 7.4 * variation)
    # Far out in the tails of a large shape the oracle is the less accurate one: quadrature of the density says so.
    shares = SHARES if variation > 0.01 else SHARES[(SHARES > 1e-3) & (SHARES < 1 - 1e-3)]
    oracle = stats.gamma(gamma.shape, scale=gamma.scale)

    values = gamma.quantile(shares)

    expected = np.where(shares > 0.5, oracle.isf(1 - shares), oracle.ppf(shares))
    seen = expected > 1e-280
    assert np.allclose(values[seen], expected[seen], rtol=1e-9, atol=0)


def test_gamma_quantiles_of_the_smallest_shares_are_scipys() -> None:
    gamma, shares = d.Gamma(7.4, 8.6), 10.0 ** -np.arange(14, 290, 4.0)

    expected = stats.gamma.ppf(shares, gamma.shape, scale=gamma.scale)

    assert np.allclose(gamma.quantile(shares), expected, rtol=1e-9, atol=0)
    assert np.allclose([gamma.at(float(share)) for share in shares[:4]], expected[:4], rtol=1e-9, atol=0)
    assert gamma.quantile(np.array([0.0, 1.0])).tolist() == [0.0, math.inf]


@pytest.mark.parametrize("variation", VARIATIONS)
def test_lognormal_and_weibull_quantiles_are_scipys(variation: float) -> None:
    lognormal, weibull = d.Lognormal(7.4, 7.4 * variation), d.Weibull(7.4, 7.4 * variation)
    log_sd = math.sqrt(math.log1p(variation**2))

    expected = stats.lognorm.ppf(SHARES, log_sd, scale=7.4 * math.exp(-(log_sd**2) / 2))
    assert np.allclose(lognormal.quantile(SHARES), expected, rtol=1e-9)
    oracle = stats.weibull_min(weibull.shape, scale=weibull.scale)
    assert np.allclose(weibull.quantile(SHARES), oracle.ppf(SHARES), rtol=1e-9)
    assert oracle.mean() == pytest.approx(7.4, rel=1e-9)
    assert math.sqrt(_weibull_variance(weibull.shape, weibull.scale)) == pytest.approx(7.4 * variation, rel=1e-6)


def _weibull_variance(shape: float, scale: float) -> float:
    return scale**2 * (math.gamma(1 + 2 / shape) - math.gamma(1 + 1 / shape) ** 2)


def test_quantiles_of_bounded_and_exponential_distributions_are_scipys() -> None:
    assert np.allclose(d.Exponential(5).quantile(SHARES), stats.expon.ppf(SHARES, scale=5), rtol=1e-12)
    assert np.allclose(d.Uniform(1, 14).quantile(SHARES), stats.uniform.ppf(SHARES, 1, 13), rtol=1e-12)
    assert np.allclose(d.Triangular(1, 3, 14).quantile(SHARES), stats.triang.ppf(SHARES, 2 / 13, 1, 13), rtol=1e-9)
    assert np.allclose(d.Erlang(6, 3).quantile(SHARES), stats.gamma.ppf(SHARES, 3, scale=2), rtol=1e-9)


def test_phase_type_quantiles_are_those_of_the_distributions_it_can_be() -> None:
    erlang = d.PhaseType((1, 0, 0), ((-0.5, 0.5, 0), (0, -0.5, 0.5), (0, 0, -0.5)))
    in_parallel = d.PhaseType((0.25, 0.75), ((-0.01, 0), (0, -1)))
    mixed = d.Mixture((0.25, 0.75), (d.Exponential(100), d.Exponential(1)))

    assert np.allclose(erlang.quantile(SHARES), stats.gamma.ppf(SHARES, 3, scale=2), rtol=1e-9)
    middle = SHARES[(SHARES > 1e-6) & (SHARES < 1 - 1e-6)]
    assert np.allclose(in_parallel.quantile(middle), mixed.quantile(middle), rtol=1e-9)
    assert d.Coxian((2, 2, 2), (1, 1)).mean == pytest.approx(6)


@pytest.mark.parametrize("distribution", EVERY, ids=_name)
def test_the_share_below_a_quantile_is_its_probability(distribution: d.ByInversion) -> None:
    middle = SHARES[(SHARES > 1e-9) & (SHARES < 1 - 1e-9)]

    assert np.allclose(distribution.cdf(distribution.quantile(middle)), middle, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("distribution", EVERY, ids=_name)
def test_moments_are_the_integrals_of_the_quantile(distribution: d.ByInversion) -> None:
    first, second = (moment_of_quantile(distribution.quantile, order) for order in (1, 2))

    assert first == pytest.approx(distribution.mean, rel=1e-5)
    assert second - first**2 == pytest.approx(distribution.variance, rel=1e-4)
    whole = np.array([math.inf])
    assert distribution.partial_moment(0, whole)[0] == pytest.approx(1, rel=1e-12)
    assert distribution.partial_moment(1, whole)[0] == pytest.approx(distribution.mean, rel=1e-9)
    squares = distribution.partial_moment(2, whole)[0]
    assert squares == pytest.approx(distribution.variance + distribution.mean**2, rel=1e-9)


@pytest.mark.parametrize("distribution", EVERY, ids=_name)
def test_a_part_of_a_moment_is_the_integral_of_the_quantile_up_to_there(distribution: d.ByInversion) -> None:
    low, high = distribution.quantile(np.array([0.2, 0.7]))
    for order in (1, 2):
        below, above = distribution.partial_moment(order, np.array([low, high]))
        area = integral(lambda share, power=order: distribution.quantile(share) ** power, 0.2, 0.7)

        assert above - below == pytest.approx(area, rel=1e-5)


@pytest.mark.parametrize("distribution", [*EVERY, *STEPPED], ids=_name)
def test_values_never_fall_as_the_number_grows(distribution: d.ByInversion) -> None:
    numbers = np.sort(np.concatenate([SHARES, [0.0, 1.0], np.random.default_rng(1).random(2000)]))

    values = distribution.quantile(numbers)

    assert np.all(np.diff(values[np.isfinite(values)]) >= 0)
    assert values[0] >= 0


@pytest.mark.parametrize("distribution", [*EVERY, *STEPPED], ids=_name)
def test_one_draw_is_the_same_alone_and_in_an_array(distribution: d.ByInversion) -> None:
    numbers = np.concatenate([[0.0, 1 - 2**-53], np.random.default_rng(2).random(200)])

    alone = [distribution.at(float(number)) for number in numbers]

    assert np.allclose(alone, distribution.at_each(numbers), rtol=1e-12)
    assert np.all(np.isfinite(alone))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("distribution", [*EVERY, *STEPPED], ids=_name)
def test_samples_have_the_stated_mean_and_follow_the_stated_shares(distribution: d.ByInversion, seed: int) -> None:
    size = 40_000

    values = distribution.sample(np.random.default_rng(seed), size)

    assert values.shape == (size,)
    assert abs(values.mean() - distribution.mean) <= 4 * distribution.sd / math.sqrt(size)
    points = distribution.quantile(np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.99]))
    shares = distribution.cdf(points)
    below = (values[:, np.newaxis] <= points).mean(axis=0)
    assert np.all(np.abs(below - shares) <= 4 * np.sqrt(shares * (1 - shares) / size) + 1e-12)
