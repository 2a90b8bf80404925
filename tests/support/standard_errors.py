"""Decides between chance and error: a p-value that a right simulator stays above, except once in a thousand."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

CHANCE = 0.001
"""Probability that a right simulator is said to be wrong."""


class Verdict(NamedTuple):
    """An expected and an observed value, with the p-value of the difference."""

    expected: float
    observed: float
    p_value: float

    @property
    def agrees(self) -> bool:
        """True if chance alone explains the difference."""
        return self.p_value >= CHANCE


def of_poisson(count: int, expected: float) -> Verdict:
    """Compare a count with the mean of its Poisson distribution (exact, two-sided)."""
    return Verdict(expected, count, _two_sided(stats.poisson(expected), count))


def of_binomial(successes: int, trials: int, share: float) -> Verdict:
    """Compare a count with the binomial distribution it should have (exact, two-sided)."""
    return Verdict(trials * share, successes, _two_sided(stats.binom(trials, share), successes))


def of_dispersion(counts: Sequence[int], means: Sequence[float]) -> Verdict:
    """Compare the dispersion of independent counts with that of Poisson counts of known means (chi-squared)."""
    expected = np.asarray(means, dtype=float)
    statistic = float(((np.asarray(counts) - expected) ** 2 / expected).sum())
    below = float(stats.chi2(len(counts)).cdf(statistic))
    return Verdict(len(counts), statistic, 2 * min(below, 1 - below))


def of_uniform(values: Sequence[float], low: float, high: float) -> Verdict:
    """Compare values with a uniform distribution (Kolmogorov and Smirnov)."""
    result = stats.kstest(np.asarray(values, dtype=float), stats.uniform(low, high - low).cdf)
    return Verdict(0.0, float(result.statistic), float(result.pvalue))


def of_chi_squared(counts: Sequence[int], shares: Sequence[float]) -> Verdict:
    """Compare the counts of classes with their shares (Pearson)."""
    result = stats.chisquare(counts, np.asarray(shares) * sum(counts))
    return Verdict(len(counts) - 1, float(result.statistic), float(result.pvalue))


def _two_sided(distribution: stats.distributions.rv_frozen, value: int) -> float:
    return float(min(1.0, 2 * min(distribution.cdf(value), distribution.sf(value - 1))))
