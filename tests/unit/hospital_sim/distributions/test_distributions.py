"""Distributions reject wrong parameters, and turn one uniform number into one value."""

import math
import pickle
import random

import msgspec
import numpy as np
import pytest

from hospital_sim import distributions as d

pytestmark = pytest.mark.unit

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: d.Exponential(0), ValueError, "mean: must be above 0, not 0"),
        (lambda: d.Exponential(-2.5), ValueError, "mean: must be above 0, not -2.5"),
        (lambda: d.Exponential(NAN), ValueError, "mean: must be finite, not nan"),
        (lambda: d.Exponential(10**400), ValueError, "mean: must be finite, not 1000"),
        (lambda: d.Exponential("7"), TypeError, "mean: must be a number, not '7'"),
        (lambda: d.Exponential(True), TypeError, "mean: must be a number, not True"),
        (lambda: d.Uniform(-1, 2), ValueError, "low: must be at least 0, not -1"),
        (lambda: d.Uniform(3, 2), ValueError, r"high: must be at least low \(3\), not 2"),
        (lambda: d.Uniform(0, INF), ValueError, "high: must be finite, not inf"),
        (lambda: d.Triangular(2, 5, 2), ValueError, r"high: must be above low \(2\), not 2"),
        (lambda: d.Triangular(1, 9, 8), ValueError, r"mode: must be between low \(1\) and high \(8\), not 9"),
        (lambda: d.Fixed(-1), ValueError, "value: must be at least 0, not -1"),
        (lambda: d.Lognormal(7, -1), ValueError, "sd: must be above 0, not -1"),
        (lambda: d.Lognormal(7, None), TypeError, "sd: must be a number, not None"),
        (lambda: d.Lognormal(7, 701), ValueError, "sd: must be between 0.007 and 700 where the mean is 7, not 701"),
        (lambda: d.Gamma(0, 1), ValueError, "mean: must be above 0, not 0"),
        (lambda: d.Gamma(7, 0.001), ValueError, "sd: must be between 0.007 and 700 where the mean is 7, not 0.001"),
        (lambda: d.Weibull(7, INF), ValueError, "sd: must be finite, not inf"),
        (lambda: d.Weibull.of(-1, 5), ValueError, "shape: must be above 0, not -1"),
        (
            lambda: d.Hyperexponential(5, 5),
            ValueError,
            r"sd: must be above the mean \(5\) in a hyperexponential, not 5",
        ),
        (lambda: d.Erlang(6), ValueError, "phases: must be a whole number of at least 1, or give sd"),
        (lambda: d.Erlang(6, -1), ValueError, "phases: must be 1 or more, not -1"),
        (lambda: d.Erlang(6, 2.5), TypeError, "phases: must be a whole number, not 2.5"),
        (
            lambda: d.Erlang(6, sd=3.1),
            ValueError,
            r"sd: no Erlang has mean 6 and sd 3.1; the nearest have sd 3.4641 \(3 phases\) or 3 \(4 phases\)",
        ),
        (lambda: d.Erlang(6, sd=7), ValueError, r"nearest have sd 6 \(1 phases?\)"),
        (lambda: d.Erlang(6, 3, 3), ValueError, "sd: must be 3.4641 with 3 phases, not 3; give one of both"),
        (lambda: d.Empirical(()), ValueError, "values: must not be empty"),
        (lambda: d.Empirical([1, -2]), ValueError, r"values\[1\]: must be at least 0, not -2"),
        (lambda: d.Empirical([1, NAN]), ValueError, r"values\[1\]: must be finite, not nan"),
        (lambda: d.Empirical(3), TypeError, "values: must be a list of numbers, not 3"),
        (lambda: d.Empirical([1, 2], [1]), ValueError, r"weights: must be as many as the values \(2\), not 1"),
        (lambda: d.Empirical([1, 2], [0, 0]), ValueError, "weights: must have a finite sum above 0, not 0"),
        (lambda: d.Mixture((0.5, 0.4), (d.Fixed(1), d.Fixed(2))), ValueError, "weights: must add up to 1, not 0.9"),
        (lambda: d.Mixture((1.5, -0.5), (d.Fixed(1), d.Fixed(2))), ValueError, r"weights\[1\]: must be at least 0"),
        (lambda: d.Mixture((), ()), ValueError, "weights: must not be empty"),
        (lambda: d.Mixture((1,), (d.Fixed(1), d.Fixed(2))), ValueError, r"components: must be as many as the weights"),
        (lambda: d.Mixture((1,), (7,)), TypeError, r"components\[0\]: must be a distribution by inversion, not 7"),
        (lambda: d.Mixture((1,), 7), TypeError, "components: must be a list of distributions, not 7"),
        (lambda: d.PhaseType((0.5,), ((-1,),)), ValueError, "initial: must add up to 1, not 0.5"),
        (lambda: d.PhaseType((1, 0), ((-1, 1),)), ValueError, "generator: must have 2 rows and columns"),
        (
            lambda: d.PhaseType((1,), ((1,),)),
            ValueError,
            r"generator\[0\]\[0\]: must be below 0 on the diagonal, not 1",
        ),
        (lambda: d.PhaseType((1, 0), ((-1, -1), (0, -1))), ValueError, r"generator\[0\]\[1\]: must be at least 0 off"),
        (
            lambda: d.PhaseType((1, 0), ((-1, 2), (0, -1))),
            ValueError,
            r"generator\[0\]: must add up to at most 0, not 1",
        ),
        (lambda: d.PhaseType((1, 0), ((-1, 1), (1, -1))), ValueError, r"generator\[0\]: this phase is never left"),
        (lambda: d.PhaseType((1,), 3), TypeError, "generator: must be a list of rows, not 3"),
        (lambda: d.PhaseType((1,), (3,)), TypeError, r"generator\[0\]: must be a list of numbers, not 3"),
        (lambda: d.Coxian((1, 0), (0.5,)), ValueError, r"means\[1\]: must be above 0, not 0"),
        (lambda: d.Coxian((1, 2), ()), ValueError, r"onward: must be one fewer than the means \(2\), not 0"),
        (lambda: d.Coxian((1, 2), (1.5,)), ValueError, r"onward\[0\]: must be between 0 and 1, not 1.5"),
        (lambda: d.Truncated(d.Exponential(5), -1), ValueError, "low: must be at least 0, not -1"),
        (lambda: d.Truncated(d.Exponential(5), 6, 6), ValueError, r"high: must be above low \(6\), not 6"),
        (lambda: d.Truncated(5, 0, 6), TypeError, "of: must be a distribution by inversion, not 5"),
        (lambda: d.Truncated(d.Gamma(9, 5), 0, 8), ValueError, "values between 0 and 8 cannot have the mean 9"),
        (lambda: d.Truncated(d.Gamma(9, 5), 10), ValueError, "values above 10 cannot have the mean 9"),
        (
            lambda: d.Truncated(d.Exponential(5), 0, 8),
            ValueError,
            r"low, high: .* means up to about 4 between 0 and 8; 5 cannot be kept",
        ),
        (lambda: d.Truncated(d.Fixed(20), 0, 14), ValueError, "values between 0 and 14 cannot have the mean 20"),
    ],
)
def test_the_error_of_a_wrong_parameter_states_its_name_and_value(make, error, message) -> None:
    with pytest.raises(error, match=message):
        make()


def test_a_probability_outside_0_to_1_raises_an_error() -> None:
    for distribution in (d.Exponential(1), d.Gamma(2, 1), d.Empirical((1, 2))):
        for wrong in (-0.1, 1.1, NAN):
            with pytest.raises(ValueError, match="probability: must be between 0 and 1"):
                distribution.quantile(np.array([0.5, wrong]))


def test_whole_numbers_and_floats_make_equal_distributions() -> None:
    assert d.Uniform(1, 14) == d.Uniform(1.0, 14.0)
    assert msgspec.json.encode(d.Uniform(1, 14)) == msgspec.json.encode(d.Uniform(1.0, 14.0))
    assert hash(d.Empirical([1, 2])) == hash(d.Empirical(np.array([1.0, 2.0])))


def test_an_erlang_takes_phases_or_an_sd() -> None:
    by_phases, by_sd = d.Erlang(6, phases=4), d.Erlang(6, sd=3)

    assert by_phases == by_sd
    assert (by_sd.phases, by_sd.sd) == (4, 3.0)
    assert d.Erlang(6, sd=3.464).phases == 3
    assert d.parse(msgspec.to_builtins(by_sd)) == by_sd


def test_a_weibull_can_be_created_from_its_shape_and_scale() -> None:
    weibull = d.Weibull.of(shape=1.5, scale=8)

    assert weibull.shape == pytest.approx(1.5, rel=1e-12)
    assert weibull.scale == pytest.approx(8, rel=1e-12)


def test_an_empirical_distribution_draws_values_in_proportion_to_their_weights() -> None:
    seen = d.Empirical([9, 1, 5, 7], weights=[1, 2, 1, 0])

    values = seen.quantile(np.array([0, 0.25, 0.5, 0.5001, 0.75, 0.7501, 1]))

    assert values.tolist() == [1, 1, 1, 5, 5, 9, 9]
    assert seen.mean == 4
    assert seen.variance == pytest.approx(11)
    assert seen.at(0.6) == 5


def test_a_distribution_with_a_table_can_be_pickled() -> None:
    coxian = d.Truncated(d.Coxian((2, 10), (0.3,)), 0, 60)
    coxian.at(0.5)

    copy = pickle.loads(pickle.dumps(coxian))

    assert copy == coxian
    assert copy.at(0.3) == coxian.at(0.3)


def test_a_fixed_value_is_always_the_same_and_draws_nothing() -> None:
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    assert d.Fixed(value=2.5).sample(rng, 3).tolist() == [2.5] * 3
    assert rng.random() == untouched.random()
    assert set(d.Uniform(low=2.0, high=2.0).sample(rng, 10).tolist()) == {2.0}


def test_a_draw_takes_one_number_from_any_source() -> None:
    for source, same in ((random.Random(1), random.Random(1)), (np.random.default_rng(1), np.random.default_rng(1))):
        assert d.Lognormal(7.4, 8.61).draw(source) == d.Lognormal(7.4, 8.61).at(same.random())
        assert source.random() == same.random()


class OnlySamples:
    """A distribution without a quantile."""

    mean = 3.0

    def sample(self, rng: np.random.Generator, size: int) -> d.Floats:
        return rng.normal(3, 1, size)


def test_a_distribution_that_only_samples_can_draw_by_a_uniform_number() -> None:
    assert d.value_at(d.Exponential(2), 0.5) == d.Exponential(2).at(0.5)
    assert d.value_at(OnlySamples(), 0.5) == d.value_at(OnlySamples(), 0.5)
    assert d.value_at(OnlySamples(), 0.5) != d.value_at(OnlySamples(), 0.6)
    draws = [d.value_at(OnlySamples(), number) for number in np.random.default_rng(1).random(400)]
    assert abs(np.mean(draws) - 3) < 4 / math.sqrt(400)


class Line(d.ByInversion, frozen=True):
    """A distribution with a mean and a quantile only."""

    top: float

    @property
    def mean(self) -> float:
        return self.top / 2

    def quantile(self, probability: d.Floats) -> d.Floats:
        return self.top * probability


def test_a_mean_and_a_quantile_are_enough_for_a_distribution() -> None:
    line = Line(6)

    assert line.at(0.5) == 3
    assert line.sample(np.random.default_rng(1), 3).tolist() == (6 * np.random.default_rng(1).random(3)).tolist()
    with pytest.raises(TypeError, match="of: Line offers no partial_moment, which truncation needs"):
        d.Truncated(line, 0, 4)


def test_truncation_beyond_the_range_changes_nothing() -> None:
    for whole in (d.Fixed(3), d.Uniform(1, 14), d.Empirical((1, 14)), d.Triangular(1, 2, 14)):
        cut = d.Truncated(whole, 1, 14)

        assert cut.stretch == 1
        assert cut.mean == whole.mean
        assert cut.variance == pytest.approx(whole.variance)
        assert cut.at(0.3) == whole.at(0.3)


def test_truncation_keeps_stays_of_zero() -> None:
    some_leave_at_once = d.Mixture((0.3, 0.7), (d.Fixed(0), d.Exponential(5)))

    cut = d.Truncated(some_leave_at_once, 0, 30)

    assert cut.cdf(np.array([0.0]))[0] == pytest.approx(0.3, abs=0.01)
    assert cut.partial_moment(1, np.array([INF]))[0] == pytest.approx(some_leave_at_once.mean, rel=1e-9)


def test_truncation_twice_keeps_within_both_pairs_of_bounds() -> None:
    gamma = d.Gamma(7.4, 8.6)

    twice = d.Truncated(d.Truncated(gamma, 0.5, 60), 0, 30)

    assert twice.quantile(np.array([0.0, 1.0])) == pytest.approx([0.5, 30], rel=1e-12)
    assert twice.stretch == d.Truncated(gamma, 0.5, 30).stretch


@pytest.mark.parametrize("low", [0.25, 0.5, 0.75])
def test_the_greatest_uniform_number_gives_a_finite_value_after_truncation(low: float) -> None:
    greatest = 1 - 2**-53

    for whole in (d.Exponential(1), d.Gamma(1, 1), d.Lognormal(1, 1), d.Weibull(1, 1)):
        assert math.isfinite(d.Truncated(whole, low).at_each(np.array([greatest]))[0])
