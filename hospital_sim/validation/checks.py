"""Checks of a validation: an expected value, an observed value, and an interval that allows for chance alone.

The observed value of a correct simulator lies in the interval, so a check passes if it does. The level is that of one
check among many: the chance that a correct simulator fails any check is at most ``LEVEL`` times their number. A check
of several parts divides its level among them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from hospital_sim.distributions import Floats
from hospital_sim.experiments.intervals import student_t

LEVEL = 2.5e-5
"""Chance that a correct simulator fails one check. For 19 checks it is below one in 2,000, half of what is allowed; the
other half is for means of few replications, because they are not quite normal."""


@dataclass(frozen=True, slots=True)
class Check:
    """An expected and an observed value.

    Attributes:
        expected: Value of the closed form, or 0 for a count of mistakes.
        observed: Value that the simulator showed.
        low: Lowest value of a correct simulator.
        high: Highest value of a correct simulator.
        part: Of a check of several parts, the one farthest from its expected value; else empty.
        name: Name of the check in its study.
    """

    expected: float
    observed: float
    low: float
    high: float
    part: str = ""
    name: str = ""

    @property
    def passed(self) -> bool:
        """True if the observed value lies in its interval; NaN does not."""
        return self.low <= self.observed <= self.high

    @property
    def distance(self) -> float:
        """Distance from the expected value, in lengths from there to the end of the interval; above 1 fails."""
        away = abs(self.observed - self.expected)
        reach = self.high - self.expected if self.observed > self.expected else self.expected - self.low
        if self.passed:
            return away / reach if reach else 0.0
        ratio = away / reach if reach > 0 else math.inf
        return ratio if ratio > 1 else math.inf


Judge = Callable[[float], Check]
"""Called with a level; returns the check at that level."""


def farthest(parts: Mapping[str, Judge]) -> Check:
    """Return the check of the part that is farthest from its expected value; the parts share the level.

        farthest({"long": partial(check_binomial, long, stays, 0.01), "delayed": partial(...)})

    Args:
        parts: Each part by its name.
    """
    checks = [replace(judge(LEVEL / len(parts)), part=name) for name, judge in parts.items()]
    return max(checks, key=lambda check: check.distance)


def farthest_ratio(parts: Floats, wholes: Floats, expected: Mapping[str, float]) -> Check:
    """Compare several ratios, as ``check_ratio`` does; the columns of the arrays are in the order of ``expected``."""
    columns = zip(expected.items(), parts.T, wholes.T, strict=True)
    return farthest({name: partial(check_ratio, part, whole, value) for (name, value), part, whole in columns})


def farthest_mean(values: Floats, expected: Mapping[str, float]) -> Check:
    """Compare several means, as ``check_mean`` does; the columns of the array are in the order of ``expected``."""
    return farthest_ratio(values, np.ones_like(values), expected)


def check_none(mistakes: ArrayLike) -> Check:
    """Expect no mistakes."""
    return Check(0, int(np.sum(mistakes)), 0, 0)


def check_mean(values: Floats, expected: float, level: float = LEVEL) -> Check:
    """Compare the mean of independent replications with its expected value (Student's t).

    Args:
        values: One value for each replication, 2 or more.
        expected: Expected value of each.
        level: Chance that a correct simulator fails.
    """
    return check_ratio(values, np.ones_like(values), expected, level)


def check_ratio(parts: Floats, wholes: Floats, expected: float, level: float = LEVEL) -> Check:
    """Compare a share, or a mean over patients, with its expected value.

    The test is that ``parts - expected * wholes`` has mean 0, which is exact; the mean of the ratios would be biased.

    Args:
        parts: Numerator in each replication, 2 or more.
        wholes: Denominator in each replication.
        expected: Expected ratio of their means.
        level: Chance that a correct simulator fails.
    """
    half = half_width(parts, wholes, expected, level)
    observed = float(np.sum(parts) / np.sum(wholes)) if np.sum(wholes) else math.nan
    return Check(expected, observed, expected - half, expected + half)


def half_width(parts: Floats, wholes: Floats, expected: float, level: float) -> float:
    """Return half the width of the interval of a ratio, from its standard error over independent replications."""
    scale = float(np.mean(wholes)) * math.sqrt(len(parts))
    error = float(np.std(parts - expected * wholes, ddof=1)) / scale if scale else math.nan
    return student_t(1 - level, len(parts) - 1) * error


def check_poisson(count: float, mean: float, level: float = LEVEL) -> Check:
    """Compare a count with the range of a Poisson variable of known mean (exact)."""
    return Check(mean, count, *variable_range("poisson", mean, level=level))


def check_binomial(count: float, trials: int, share: float, level: float = LEVEL) -> Check:
    """Compare the share of successful trials with its binomial range (exact)."""
    low, high = variable_range("binom", trials, share, level=level)
    return Check(share, count / trials, low / trials, high / trials)


def check_chi_squared(statistic: float, degrees: int, level: float = LEVEL) -> Check:
    """Compare a statistic with the range of a chi-squared variable, whose mean is its number of degrees of freedom."""
    return Check(degrees, statistic, *variable_range("chi2", degrees, level=level))


def check_classes(counts: Floats, shares: Floats, level: float = LEVEL) -> Check:
    """Compare the counts of classes with their expected shares (Pearson's chi-squared)."""
    expected = np.asarray(shares) * np.sum(counts)
    return check_chi_squared(float(np.sum((counts - expected) ** 2 / expected)), len(counts) - 1, level)


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
