"""Decides between chance and error: what a right simulator shows, and how far chance can take it.

The interval of a check is where the observed value of a right simulator lies, so a check passes if it is within. Its
level is that of one check among many: ``LEVEL`` times their number is the chance that a right simulator fails any.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hospital_sim.distributions import Floats
from hospital_sim.experiments.intervals import student_t
from hospital_sim.validation.instruments.probabilities import binomial_range, chi_squared_range, poisson_range

LEVEL = 3e-6
"""Chance that a right simulator fails one check: of 160 together less than one in 2,000, half of what is allowed. The
other half is for means of few replications, which are not quite normal."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was expected and what came out.

    Attributes:
        name: What is checked.
        expected: The closed form, or 0 for a count of mistakes.
        observed: What the simulator showed.
        low: The least that a right simulator shows.
        high: The most.
    """

    name: str
    expected: float
    observed: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """Whether the observed value lies in its interval; one that is not a number does not."""
        return self.low <= self.observed <= self.high


def check_none(name: str, mistakes: ArrayLike) -> Check:
    """Expect none at all."""
    return Check(name, 0, int(np.sum(mistakes)), 0, 0)


def check_mean(name: str, values: Floats, expected: float) -> Check:
    """Compare the mean of independent replications with what is expected (Student's t).

    Args:
        name: What is checked.
        values: One for each replication, 2 or more.
        expected: The mean of each.
    """
    return check_ratio(name, values, np.ones_like(values), expected)


def check_ratio(name: str, parts: Floats, wholes: Floats, expected: float) -> Check:
    """Compare a share, or a mean over patients, with what is expected.

    What is tested is that the parts less the expected ratio of the wholes have mean 0, which is exact: the mean of
    ratios would be off by some of their variance.

    Args:
        name: What is checked.
        parts: The numerator in each replication, 2 or more.
        wholes: The denominator in each.
        expected: The ratio of their means.
    """
    error = standard_error(parts, wholes, expected)
    half = student_t(1 - LEVEL, len(parts) - 1) * error
    observed = float(np.sum(parts) / np.sum(wholes)) if np.sum(wholes) else math.nan
    return Check(name, expected, observed, expected - half, expected + half)


def standard_error(parts: Floats, wholes: Floats, expected: float) -> float:
    """Return the standard error of a ratio over independent replications, given what it should be."""
    residuals = parts - expected * wholes
    scale = float(np.mean(wholes)) * math.sqrt(len(parts))
    return float(np.std(residuals, ddof=1)) / scale if scale else math.nan


def check_poisson(name: str, count: float, mean: float) -> Check:
    """Compare a count with the range of a Poisson variable of known mean (exact)."""
    return Check(name, mean, count, *poisson_range(mean, LEVEL))


def check_binomial(name: str, count: float, trials: int, share: float) -> Check:
    """Compare the share of trials that succeeded with its binomial range (exact)."""
    low, high = binomial_range(trials, share, LEVEL)
    return Check(name, share, count / trials, low / trials, high / trials)


def check_chi_squared(name: str, statistic: float, degrees: int) -> Check:
    """Compare a statistic with the range of a chi-squared variable, whose mean is its degrees of freedom."""
    return Check(name, degrees, statistic, *chi_squared_range(degrees, LEVEL))


def check_classes(name: str, counts: Floats, shares: Floats) -> Check:
    """Compare the counts of classes with the shares they should have (Pearson's chi-squared)."""
    expected = np.asarray(shares) * np.sum(counts)
    return check_chi_squared(name, float(np.sum((counts - expected) ** 2 / expected)), len(counts) - 1)


def check_tolerance(name: str, parts: Floats, wholes: Floats, expected: float, within: Sequence[float]) -> Check:
    """Compare a ratio with a range that is widened by three of its standard errors.

    Args:
        name: What is checked.
        parts: The numerator in each replication.
        wholes: The denominator in each.
        expected: What is expected.
        within: The ends of the range.
    """
    three = 3 * standard_error(parts, wholes, expected)
    observed = float(np.sum(parts) / np.sum(wholes)) if np.sum(wholes) else math.nan
    return Check(name, expected, observed, within[0] - three, within[1] + three)
