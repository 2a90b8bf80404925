"""Intervals are Student's, and a series with too few values has none."""

import math

import pytest

from hospital_sim.experiments import student_t, t_interval

pytestmark = pytest.mark.unit


def _within(t: float, degrees: int) -> float:
    """Return P(|T| <= t): a finite sum for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for power in range(2 + odd, degrees - 1, 2):
        term *= cosine * cosine * (power - 1) / power
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


@pytest.mark.parametrize("confidence", [0.01, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999])
def test_a_student_variable_lies_within_t_with_the_stated_probability(confidence: float) -> None:
    for degrees in (*range(1, 60), 99, 100, 299, 1000, 5001):
        within = _within(student_t(confidence, degrees), degrees)
        assert within == pytest.approx(confidence, rel=1e-9), degrees
        assert 1 - within == pytest.approx(1 - confidence, rel=1e-6), degrees


def test_an_interval_by_hand() -> None:
    # Mean 2.5, variance 5/3, t(0.95, 3) = 3.18244630528.
    interval = t_interval([1.0, 2.0, 3.0, 4.0])

    half = 3.18244630528 * math.sqrt(5 / 12)
    assert interval.mean == 2.5
    assert interval.low == pytest.approx(2.5 - half)
    assert interval.high == pytest.approx(2.5 + half)
    assert interval.half_width == pytest.approx(half)
    assert interval.values == 4


def test_values_that_are_missing_are_left_out_and_counted_as_such() -> None:
    interval = t_interval([1.0, None, 3.0])

    assert (interval.mean, interval.values) == (2.0, 2)
    assert interval == t_interval([1.0, 3.0])


@pytest.mark.parametrize(
    ("values", "mean", "text"),
    [([], None, "no value"), ([None, None], None, "no value"), ([3.0], 3.0, "3 (one value, no interval)")],
)
def test_fewer_than_two_values_have_no_interval(values: list[float | None], mean: float | None, text: str) -> None:
    interval = t_interval(values)

    assert (interval.mean, interval.low, interval.high, interval.half_width) == (mean, None, None, None)
    assert str(interval) == text


def test_equal_values_have_an_interval_without_width() -> None:
    interval = t_interval([0.1] * 7)

    assert interval.low == interval.mean == interval.high == pytest.approx(0.1)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, math.nan])
def test_a_confidence_outside_0_to_1_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence: must be above 0 and below 1"):
        t_interval([1.0, 2.0], confidence)


def test_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="degrees: must be 1 or more, not 0"):
        student_t(0.95, 0)
