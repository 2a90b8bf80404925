"""MSER-5 finds where a series settles: worked out by hand."""

import numpy as np
import pytest

from hospital_sim.experiments import mser_5
from hospital_sim.experiments.mser import moving_average

pytestmark = pytest.mark.unit


def test_a_series_by_hand() -> None:
    # Batch means 0, 4, 6, 6, 5, 7. Sums of squares about the mean of the rest, over the square of its number:
    # all six: mean 14/3, 31.333/36 = 0.87037; five: 5.6, 5.2/25 = 0.208; four: 6, 2/16 = 0.125; three: 6, 2/9.
    means = (0.0, 4.0, 6.0, 6.0, 5.0, 7.0)
    series = [mean + away for mean in means for away in (-1, 1, 0, -2, 2)]

    found = mser_5(series)

    assert found.errors == pytest.approx([94 / 3 / 36, 5.2 / 25, 2 / 16, 2 / 9])
    assert (found.observations, found.settled) == (10, True)


def test_observations_after_the_last_full_batch_are_ignored() -> None:
    series = [float(value) for value in (0, 0, 0, 0, 0, *[5] * 20)]

    assert mser_5([*series, 1e9, -1e9]) == mser_5(series)


def test_a_series_that_is_settled_loses_nothing() -> None:
    assert mser_5([3.0] * 40).observations == 0


def test_a_series_that_still_rises_at_its_middle_has_not_settled() -> None:
    found = mser_5([float(day) for day in range(100)])

    assert (found.observations, found.settled) == (50, False)


def test_a_rise_to_a_level_with_noise_is_cut_after_the_rise() -> None:
    days = np.arange(400)
    series = 50 * (1 - np.exp(-days / 15)) + np.random.default_rng(1).normal(0, 0.5, 400)

    found = mser_5(series.tolist())

    assert found.settled
    # After 45 days five per cent of the rise are to come, after 105 days a thousandth.
    assert 45 <= found.observations <= 105


def test_a_short_series_is_refused() -> None:
    with pytest.raises(ValueError, match="MSER-5 needs 20 observations or more, not 19"):
        mser_5([1.0] * 19)


def test_the_moving_average_is_welchs() -> None:
    # Window 1: the first value stands alone, the others with a neighbour on each side; the last has none to its right.
    assert moving_average([1.0, 2.0, 6.0, 4.0, 8.0], 1) == pytest.approx([1, 3, 4, 6])
    assert moving_average([1.0, 2.0, 3.0], 0) == [1, 2, 3]
    assert moving_average([0, 0, 10.0, 0, 0, 0, 0, 0], 2) == pytest.approx([0, 10 / 3, 2, 2, 2, 0])


@pytest.mark.parametrize("window", [-1, 3])
def test_a_window_that_is_too_long_is_refused(window: int) -> None:
    with pytest.raises(ValueError, match=f"window: must be between 0 and 2, a quarter of the series, not {window}"):
        moving_average([1.0] * 8, window)
