"""The distribution of data: each draw is one of the given values."""

import math
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion
from hospital_sim.distributions.checks import non_negatives, uniforms
from hospital_sim.distributions.protocol import Floats


class Empirical(ByInversion, frozen=True):
    """The given values with probabilities in proportion to their weights; equal without weights.

    Weights need not add up to 1.

    Attributes:
        values: Values, each at least 0.
        weights: Weight of each value; equal if left out.
    """

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "values", non_negatives("values", self.values))
        force_setattr(self, "weights", _weights(self.weights, len(self.values)))

    @property
    def mean(self) -> float:
        """The expected value."""
        values, shares, _ = self._steps
        return math.fsum((values * shares).tolist())

    @property
    def variance(self) -> float:
        """The variance, of the values as a whole population."""
        values, shares, _ = self._steps
        return math.fsum(((values - self.mean) ** 2 * shares).tolist())

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        values, _, cumulated = self._steps
        return values[np.searchsorted(cumulated, uniforms(probability))]

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        values, cumulated = self._lists
        return values[bisect_left(cumulated, uniform)]

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        values, shares, _ = self._steps
        sums = np.concatenate([[0.0], np.cumsum(values**order * shares)])
        return sums[np.searchsorted(values, upto, side="right")]

    @cached_property
    def _steps(self) -> tuple[Floats, Floats, Floats]:
        """The values in order, their probabilities, and the cumulative probabilities."""
        weights = np.array(self.weights) if self.weights else np.ones(len(self.values))
        possible = np.flatnonzero(weights > 0)
        order = possible[np.argsort(np.array(self.values)[possible], kind="stable")]
        shares = weights[order] / math.fsum(weights[order].tolist())
        cumulated = np.cumsum(shares)
        cumulated[-1] = 1.0
        return np.array(self.values)[order], shares, cumulated

    @cached_property
    def _lists(self) -> tuple[list[float], list[float]]:
        values, _, cumulated = self._steps
        return values.tolist(), cumulated.tolist()


def _weights(weights: Iterable[float], size: int) -> tuple[float, ...]:
    if isinstance(weights, tuple) and not weights:
        return ()
    result = non_negatives("weights", weights)
    if len(result) != size:
        raise ValueError(f"weights: must be as many as the values ({size}), not {len(result)}")
    if not 0 < math.fsum(result) < math.inf:
        raise ValueError(f"weights: must have a finite sum above 0, not {math.fsum(result):g}")
    return result
