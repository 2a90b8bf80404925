"""Checks of a validation: an expected value, an observed value, and an interval that allows for chance alone.

The observed value of a correct simulator lies in the interval, so a check passes if it does. The level is that of one
check among many: the chance that a correct simulator fails any check is at most ``LEVEL`` times their number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hospital_sim.distributions import Floats
from hospital_sim.experiments.intervals import student_t

LEVEL = 3e-6
"""Chance that a correct simulator fails one check. For 160 checks it is below one in 2,000, half of what is allowed;
the other half is for means of few replications, because they are not quite normal."""


@dataclass(frozen=True, slots=True)
class Check:
    """An expected and an observed value.

    Attributes:
        name: Name of the check.
        expected: Value of the closed form, or 0 for a count of mistakes.
        observed: Value that the simulator showed.
        low: Lowest value of a correct simulator.
        high: Highest value of a correct simulator.
    """

    name: str
    expected: float
    observed: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """True if the observed value lies in its interval; NaN does not."""
        return self.low <= self.observed <= self.high


def check_none(name: str, mistakes: ArrayLike) -> Check:
    """Expect no mistakes."""
    return Check(name, 0, int(np.sum(mistakes)), 0, 0)


def check_mean(name: str, values: Floats, expected: float) -> Check:
    """Compare the mean of independent replications with its expected value (Student's t).

    Args:
        name: Name of the check.
        values: One value for each replication, 2 or more.
        expected: Expected value of each.
    """
    return check_ratio(name, values, np.ones_like(values), expected)


def check_ratio(name: str, parts: Floats, wholes: Floats, expected: float) -> Check:
    """Compare a share, or a mean over patients, with its expected value.

    The test is that ``parts - expected * wholes`` has mean 0, which is exact; the mean of the ratios would be biased.

    Args:
        name: Name of the check.
        parts: Numerator in each replication, 2 or more.
        wholes: Denominator in each replication.
        expected: Expected ratio of their means.
    """
    error = standard_error(parts, wholes, expected)
    half = student_t(1 - LEVEL, len(parts) - 1) * error
    observed = float(np.sum(parts) / np.sum(wholes)) if np.sum(wholes) else math.nan
    return Check(name, expected, observed, expected - half, expected + half)


def standard_error(parts: Floats, wholes: Floats, expected: float) -> float:
    """Return the standard error of a ratio over independent replications, given its expected value."""
    residuals = parts - expected * wholes
    scale = float(np.mean(wholes)) * math.sqrt(len(parts))
    return float(np.std(residuals, ddof=1)) / scale if scale else math.nan


def check_poisson(name: str, count: float, mean: float) -> Check:
    """Compare a count with the range of a Poisson variable of known mean (exact)."""
    low, high = variable_range("poisson", mean)
    return Check(name, mean, count, int(low), int(high))


def check_binomial(name: str, count: float, trials: int, share: float) -> Check:
    """Compare the share of successful trials with its binomial range (exact)."""
    low, high = variable_range("binom", trials, share)
    return Check(name, share, count / trials, low / trials, high / trials)


def check_chi_squared(name: str, statistic: float, degrees: int) -> Check:
    """Compare a statistic with the range of a chi-squared variable, whose mean is its number of degrees of freedom."""
    return Check(name, degrees, statistic, *variable_range("chi2", degrees))


def check_classes(name: str, counts: Floats, shares: Floats) -> Check:
    """Compare the counts of classes with their expected shares (Pearson's chi-squared)."""
    expected = np.asarray(shares) * np.sum(counts)
    return check_chi_squared(name, float(np.sum((counts - expected) ** 2 / expected)), len(counts) - 1)


def check_tolerance(name: str, parts: Floats, wholes: Floats, expected: float, within: Sequence[float]) -> Check:
    """Compare a ratio with a range that is widened by three of its standard errors.

    Args:
        name: Name of the check.
        parts: Numerator in each replication.
        wholes: Denominator in each replication.
        expected: Expected ratio.
        within: Low and high end of the range.
    """
    three = 3 * standard_error(parts, wholes, expected)
    observed = float(np.sum(parts) / np.sum(wholes)) if np.sum(wholes) else math.nan
    return Check(name, expected, observed, within[0] - three, within[1] + three)


def variable_range(law: str, *parameters: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the least and the greatest value of a random variable, each tail beyond them at most half the level.

    Args:
        law: Name of the distribution in ``scipy.stats``.
        parameters: Its parameters.
        level: Chance to lie outside, above 0 and below 1.
    """
    from scipy import stats

    variable = getattr(stats, law)(*parameters)
    return float(variable.ppf(level / 2)), float(variable.isf(level / 2))
