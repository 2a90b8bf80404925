"""Draws from a distribution follow its parameters and depend on the generator alone."""

import numpy as np
import pytest
from scipy import stats
from standard_errors import CHANCE

from hospital_sim import distributions as d
from hospital_sim.config import parse_hospital

pytestmark = pytest.mark.unit

_VARIANCE = np.log1p((8.61 / 7.4) ** 2)
CASES = [
    (d.Exponential(mean=3.0), 3.0, 3.0, stats.expon(scale=3.0)),
    (d.Uniform(low=1.0, high=7.0), 4.0, 6 / 12**0.5, stats.uniform(1, 6)),
    (d.Lognormal(mean=7.4, sd=8.61), 7.4, 8.61, stats.lognorm(_VARIANCE**0.5, scale=7.4 * np.exp(-_VARIANCE / 2))),
    (d.Gamma(mean=7.4, sd=8.6), 7.4, 8.6, stats.gamma((7.4 / 8.6) ** 2, scale=8.6**2 / 7.4)),
]
DISTRIBUTIONS = [case[0] for case in CASES]
_with_reference = pytest.mark.parametrize(
    ("drawn", "mean", "sd", "reference"), CASES, ids=lambda value: type(value).__name__
)
_every_distribution = pytest.mark.parametrize("drawn", DISTRIBUTIONS, ids=lambda value: type(value).__name__)


@_with_reference
def test_a_distribution_draws_what_its_parameters_say(
    drawn: d.ByInversion, mean: float, sd: float, reference: stats.distributions.rv_frozen
) -> None:
    values = drawn.sample(np.random.default_rng(1), 50_000)
    assert drawn.mean == mean
    assert reference.mean() == pytest.approx(mean)
    assert reference.std() == pytest.approx(sd)
    assert stats.kstest(values, reference.cdf).pvalue > CHANCE
    assert values.mean() == pytest.approx(mean, abs=4 * sd / 50_000**0.5)


@_with_reference
def test_the_check_of_draws_catches_parameters_five_percent_off(
    drawn: d.ByInversion, mean: float, sd: float, reference: stats.distributions.rv_frozen
) -> None:
    values = 1.05 * drawn.sample(np.random.default_rng(1), 50_000)
    assert stats.kstest(values, reference.cdf).pvalue < CHANCE


@_every_distribution
def test_draws_depend_on_the_generator_alone(drawn: d.ByInversion) -> None:
    first, second = (drawn.sample(np.random.default_rng(7), 5).tolist() for _ in range(2))
    assert first == second
    assert first != drawn.sample(np.random.default_rng(8), 5).tolist()
    assert drawn.sample(np.random.default_rng(7), 0).shape == (0,)


@_every_distribution
def test_no_draw_is_negative(drawn: d.ByInversion) -> None:
    assert drawn.sample(np.random.default_rng(2), 100_000).min() >= 0


def test_a_fixed_value_is_always_the_same_and_draws_nothing() -> None:
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    assert d.Fixed(value=2.5).sample(rng, 3).tolist() == [2.5] * 3
    assert d.Fixed(value=2.5).mean == 2.5
    assert rng.random() == untouched.random()


def test_a_uniform_distribution_of_one_value_is_that_value() -> None:
    assert set(d.Uniform(low=2.0, high=2.0).sample(np.random.default_rng(1), 10).tolist()) == {2.0}


@pytest.mark.parametrize("stay", [*DISTRIBUTIONS, d.Fixed(1)], ids=lambda value: type(value).__name__)
def test_a_distribution_reads_back_from_the_configuration_of_a_hospital(stay: d.ByInversion) -> None:
    tag = type(stay).__name__.lower()
    fields = {name: getattr(stay, name) for name in stay.__struct_fields__}
    ward = {"id": "ward", "name": "Ward", "treatment_function_code": "300", "beds": 40, "requests_per_day": 1.0}
    table = {"stay": {"distribution": tag, **fields}, "long_stay_share": 0}
    (department,) = parse_hospital({"id": "city", "name": "City", "department": [ward | table]}).department
    assert department.stay == stay
