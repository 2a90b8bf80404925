"""Where Poisson, binomial and chi-squared variables lie, but for a stated chance; exact, with numpy alone."""

import math

import numpy as np

from hospital_sim.distributions import Floats
from hospital_sim.distributions.incomplete_gamma import gamma_shares

_BISECTIONS = 200
_STANDARD_DEVIATIONS = 40


def poisson_range(mean: float, level: float) -> tuple[int, int]:
    """Return the least and the greatest count of a Poisson variable, each tail beyond them at most half the level.

    Args:
        mean: Its mean, 0 or more.
        level: Chance to lie outside, above 0 and below 1.
    """
    if mean == 0:
        return 0, 0
    first, last = _around(mean, mean)
    counts = np.arange(first, last + 1)
    return _range(first, np.log(mean / counts[1:]), level)


def binomial_range(trials: int, share: float, level: float) -> tuple[int, int]:
    """Return the least and the greatest count of a binomial variable, each tail beyond them at most half the level.

    Args:
        trials: How many trials, 1 or more.
        share: The chance of each to succeed, 0 to 1.
        level: Chance to lie outside, above 0 and below 1.
    """
    if share in (0, 1):
        return round(trials * share), round(trials * share)
    first, last = _around(trials * share, trials * share * (1 - share))
    last = min(last, trials)
    counts = np.arange(first + 1, last + 1)
    return _range(first, np.log((trials - counts + 1) / counts * (share / (1 - share))), level)


def chi_squared_range(degrees: int, level: float) -> tuple[float, float]:
    """Return the points of a chi-squared variable beyond which half the level lies, below and above.

    Args:
        degrees: Degrees of freedom, 1 or more.
        level: Chance to lie outside, above 0 and below 1.
    """
    return _chi_squared_point(degrees, level / 2, 0), _chi_squared_point(degrees, level / 2, 1)


def _chi_squared_point(degrees: int, tail: float, side: int) -> float:
    """Return the point below (side 0) or above (side 1) which a share of the variable lies."""
    low, high = -700.0, math.log(degrees + 100 * math.sqrt(2 * degrees) + 1000)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        share = float(gamma_shares(degrees / 2, np.array([middle - math.log(2)]))[side][0])
        if (share < tail) == (side == 0):
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _around(mean: float, variance: float) -> tuple[int, int]:
    """Return a range of counts outside which nothing that matters lies."""
    reach = _STANDARD_DEVIATIONS * (math.sqrt(variance) + 1)
    return max(0, math.floor(mean - reach)), math.ceil(mean + reach)


def _range(first: int, log_ratios: Floats, level: float) -> tuple[int, int]:
    """Return the range of a variable from the ratios of each probability to the one before it."""
    logs = np.concatenate(([0.0], np.cumsum(log_ratios)))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    below, above = np.cumsum(weights), np.cumsum(weights[::-1])[::-1]
    # The first count with more than half the level up to it, and the last with more than that from it on.
    return first + int(np.argmax(below > level / 2)), first + len(weights) - 1 - int(np.argmax(above[::-1] > level / 2))
