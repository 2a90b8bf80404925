"""Intervals are Student's, and a series with too few values has none."""

import math

import pytest
from scipy import stats

from hospital_sim.experiments import student_t, t_interval

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("confidence", [0.01, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999])
def test_t_is_that_of_scipy(confidence: float) -> None:
    for degrees in (*range(1, 60), 99, 100, 299, 1000, 5001):
        expected = float(stats.t.ppf((1 + confidence) / 2, degrees))
        assert student_t(confidence, degrees) == pytest.approx(expected, rel=1e-9), degrees


def test_an_interval_by_hand() -> None:
    # Mean 2.5, variance 5/3, t(0.95, 3) = 3.18244630528.
    found = t_interval([1.0, 2.0, 3.0, 4.0])

    half = 3.18244630528 * math.sqrt(5 / 12)
    assert found.mean == 2.5
    assert found.low == pytest.approx(2.5 - half)
    assert found.high == pytest.approx(2.5 + half)
    assert found.half_width == pytest.approx(half)
    assert found.values == 4


def test_values_that_are_missing_are_left_out_and_counted_as_such() -> None:
    found = t_interval([1.0, None, 3.0])

    assert (found.mean, found.values) == (2.0, 2)
    assert found == t_interval([1.0, 3.0])


@pytest.mark.parametrize(
    ("values", "mean", "text"),
    [([], None, "no value"), ([None, None], None, "no value"), ([3.0], 3.0, "3 (one value, no interval)")],
)
def test_fewer_than_two_values_have_no_interval(values: list[float | None], mean: float | None, text: str) -> None:
    found = t_interval(values)

    assert (found.mean, found.low, found.high, found.half_width) == (mean, None, None, None)
    assert str(found) == text


def test_equal_values_have_an_interval_without_width() -> None:
    found = t_interval([0.1] * 7)

    assert found.low == found.mean == found.high == pytest.approx(0.1)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, math.nan])
def test_a_confidence_outside_0_to_1_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence: must be above 0 and below 1"):
        t_interval([1.0, 2.0], confidence)


def test_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="degrees: must be 1 or more, not 0"):
        student_t(0.95, 0)
