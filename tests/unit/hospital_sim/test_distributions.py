"""Distributions know their mean, draw what they promise, and draw it from the generator they are given."""

import msgspec
import numpy as np
import pytest
from scipy import stats
from standard_errors import CHANCE

from hospital_sim import Distribution, Exponential, Fixed, Lognormal, Uniform
from hospital_sim.distributions import AnyDistribution

pytestmark = pytest.mark.unit

LOGNORMAL = Lognormal(mean=7.4, sd=8.61)
_VARIANCE = np.log1p((8.61 / 7.4) ** 2)

CASES = [
    (Exponential(mean=3.0), 3.0, 3.0, stats.expon(scale=3.0)),
    (Uniform(low=1.0, high=7.0), 4.0, 6 / 12**0.5, stats.uniform(1, 6)),
    (LOGNORMAL, 7.4, 8.61, stats.lognorm(np.sqrt(_VARIANCE), scale=7.4 * np.exp(-_VARIANCE / 2))),
]


@pytest.mark.parametrize(("distribution", "mean", "sd", "known"), CASES, ids=lambda given: type(given).__name__)
def test_a_distribution_draws_what_its_parameters_say(
    distribution: Distribution, mean: float, sd: float, known: stats.distributions.rv_frozen
) -> None:
    values = distribution.sample(np.random.default_rng(1), 50_000)
    assert distribution.mean == mean
    assert known.mean() == pytest.approx(mean)
    assert known.std() == pytest.approx(sd)
    assert stats.kstest(values, known.cdf).pvalue > CHANCE
    assert values.mean() == pytest.approx(mean, abs=4 * sd / 50_000**0.5)


@pytest.mark.parametrize(("distribution", "mean", "sd", "known"), CASES, ids=lambda given: type(given).__name__)
def test_the_check_of_draws_catches_parameters_five_percent_off(
    distribution: Distribution, mean: float, sd: float, known: stats.distributions.rv_frozen
) -> None:
    values = 1.05 * distribution.sample(np.random.default_rng(1), 50_000)
    assert stats.kstest(values, known.cdf).pvalue < CHANCE


def test_a_fixed_value_is_always_the_same_and_draws_nothing() -> None:
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    assert Fixed(value=2.5).sample(rng, 3).tolist() == [2.5] * 3
    assert Fixed(value=2.5).mean == 2.5
    assert rng.random() == untouched.random()


@pytest.mark.parametrize("distribution", [case[0] for case in CASES], ids=lambda given: type(given).__name__)
def test_draws_depend_on_the_generator_alone(distribution: Distribution) -> None:
    first, second = (distribution.sample(np.random.default_rng(7), 5).tolist() for _ in range(2))
    assert first == second
    assert first != distribution.sample(np.random.default_rng(8), 5).tolist()
    assert distribution.sample(np.random.default_rng(7), 0).shape == (0,)


@pytest.mark.parametrize("distribution", [case[0] for case in CASES], ids=lambda given: type(given).__name__)
def test_no_draw_is_negative(distribution: Distribution) -> None:
    assert distribution.sample(np.random.default_rng(2), 100_000).min() >= 0


@pytest.mark.parametrize(
    "distribution", [*(case[0] for case in CASES), Fixed(value=1.0)], ids=lambda x: type(x).__name__
)
def test_a_distribution_reads_back_from_its_tag(distribution: AnyDistribution) -> None:
    assert msgspec.convert(msgspec.to_builtins(distribution), AnyDistribution) == distribution


def test_a_uniform_distribution_of_one_value_is_that_value() -> None:
    assert set(Uniform(low=2.0, high=2.0).sample(np.random.default_rng(1), 10).tolist()) == {2.0}


def test_a_uniform_distribution_with_its_ends_exchanged_is_refused() -> None:
    with pytest.raises(ValueError, match=r"high \(1\) must be at least low \(3\)"):
        Uniform(low=3.0, high=1.0)
