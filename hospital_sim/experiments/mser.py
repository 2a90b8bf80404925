"""MSER-5: cuts the beginning of a series, so that the mean of the rest has the smallest standard error.

White, K. P. (1997), An effective truncation heuristic for bias reduction in simulation output. Simulation 69(6).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hospital_sim.errors import ConfigurationError

BATCH = 5
FEWEST_BATCHES = 4


@dataclass(frozen=True, slots=True)
class Truncation:
    """The point at which a series settles.

    Attributes:
        observations: Number of observations to leave out; a multiple of ``BATCH``.
        settled: True if the best point lies before the middle of the series; otherwise the series is too short.
        errors: Squared standard error of the mean of the rest, without the first 0, 1, 2, … batches.
    """

    observations: int
    settled: bool
    errors: tuple[float, ...]


def mser_5(series: Sequence[float]) -> Truncation:
    """Find the point at which a series settles: from there on, the mean has the smallest standard error.

    The series is cut into batches of five with means z(1) … z(n); fewer than five observations at the end are ignored.
    Without the first d batches, the error is the sum of (z - mean)² over the others, divided by (n - d)². Only the
    first half of the batches is tried; of equal errors, the first is taken.

    Args:
        series: Observations at equal distances in time, preferably means over replications.

    Raises:
        ConfigurationError: If there are fewer than twenty observations.
    """
    batches = len(series) // BATCH
    if batches < FEWEST_BATCHES:
        raise ConfigurationError(
            f"series: MSER-5 needs {BATCH * FEWEST_BATCHES} observations or more, not {len(series)}"
        )
    means = [math.fsum(series[BATCH * number : BATCH * (number + 1)]) / BATCH for number in range(batches)]
    middle = batches // 2
    errors = tuple(_error(means[left_out:]) for left_out in range(middle + 1))
    best = errors.index(min(errors))
    return Truncation(BATCH * best, best < middle, errors)


def moving_average(series: Sequence[float], window: int) -> list[float]:
    """Return Welch's moving average, over each value and ``window`` values on both sides, fewer near the beginning.

    Args:
        series: The values.
        window: Number of values on each side, 0 or more; the last ``window`` values have no average.

    Raises:
        ConfigurationError: If the window is negative, or longer than a quarter of the series.
    """
    if not 0 <= window <= len(series) // 4:
        longest = len(series) // 4
        raise ConfigurationError(f"window: must be between 0 and {longest}, a quarter of the series, not {window}")
    averages = []
    for position in range(len(series) - window):
        reach = min(position, window)
        around = series[position - reach : position + reach + 1]
        averages.append(math.fsum(around) / len(around))
    return averages


def _error(means: Sequence[float]) -> float:
    mean = math.fsum(means) / len(means)
    return math.fsum((value - mean) ** 2 for value in means) / len(means) ** 2
