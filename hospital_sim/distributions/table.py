"""Fast draws from a distribution whose quantile has no formula: a table of the quantile, calculated once.

The logarithm of a positive value is a smooth function of its normal score, the standard normal value with the same
share of values below. The table holds that function with its first two derivatives, and interpolates by polynomials of
degree five (Hermite).
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hospital_sim.distributions.protocol import Floats
from hospital_sim.distributions.special import special


class Curve(NamedTuple):
    """A distribution at some points, by the logarithm y of the value.

    Attributes:
        below: Share of values below, with a small relative error.
        above: Share of values above, with a small relative error.
        density: Density of y.
        bend: Derivative of the density's logarithm with respect to y.
    """

    below: Floats
    above: Floats
    density: Floats
    bend: Floats


_SCORES = 8.5
"""The table covers normal scores from minus this to this: more than uniform numbers of 53 bits can reach."""

_STEPS = 2048
_FIRST_LOOK = 513
_MOST_DOUBLINGS = 100


class QuantileTable:
    """The quantile of a positive, continuous distribution.

    Args:
        curve: Called with logarithms of the value; returns the distribution there.
        middle: The logarithm of a value that is neither very small nor very large.
    """

    def __init__(self, curve: Callable[[Floats], Curve], middle: float) -> None:
        logs = _nodes(curve, middle)
        nodes = curve(logs)
        scores = _scores(nodes)
        slope = np.exp(-scores * scores / 2) / math.sqrt(2 * math.pi) / nodes.density
        self._starts, self._widths = scores[:-1], np.diff(scores)
        self._coefficients = _hermite(self._widths, logs, slope, slope * (-scores - slope * nodes.bend))
        self._start_list: list[float] = self._starts.tolist()
        self._rows: list[list[float]] = np.vstack([self._widths, self._coefficients]).T.tolist()
        # Below the table the share grows as a power of the value.
        self._first, self._least = float(nodes.below[0]), math.exp(logs[0])
        self._power = float(nodes.below[0] / nodes.density[0])

    def quantile(self, probability: Floats) -> Floats:
        """Return the values with a share ``probability`` (0 to 1) of all values at or below each of them."""
        scores: Floats = special().ndtri(probability)
        steps = np.maximum(np.searchsorted(self._starts, scores, side="right") - 1, 0)
        places = np.clip((scores - self._starts.take(steps)) / self._widths.take(steps), 0.0, 1.0)
        logs = self._coefficients[5].take(steps)
        for coefficients in self._coefficients[4::-1]:
            logs *= places
            logs += coefficients.take(steps)
        values: Floats = np.exp(logs)
        small = probability < self._first
        if small.any():
            values = np.where(small, self._least * (probability / self._first) ** self._power, values)
        return np.where(probability >= 1, math.inf, values)

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        if uniform < self._first:
            return float(self._least * (uniform / self._first) ** self._power)
        score = float(special().ndtri(uniform))
        step = bisect_right(self._start_list, score) - 1
        width, c0, c1, c2, c3, c4, c5 = self._rows[step]
        place = (score - self._start_list[step]) / width
        return math.exp(c0 + place * (c1 + place * (c2 + place * (c3 + place * (c4 + place * c5)))))


def _nodes(curve: Callable[[Floats], Curve], middle: float) -> Floats:
    """Return the logarithms to tabulate: about evenly spaced along the curve, so that steep parts have many."""
    coarse = np.linspace(_end(curve, middle, -1.0), _end(curve, middle, 1.0), _FIRST_LOOK)
    scores = np.clip(_scores(curve(coarse)), -_SCORES - 1, _SCORES + 1)
    inside = np.flatnonzero(np.abs(scores) < _SCORES)
    reached = slice(inside[0] - 1, inside[-1] + 2)
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(scores[reached])) + np.diff(coarse[reached]))])
    return np.interp(np.linspace(0, length[-1], _STEPS + 1), length, coarse[reached])


def _end(curve: Callable[[Floats], Curve], middle: float, step: float) -> float:
    """Return a logarithm beyond the table's range, in the direction of ``step``."""
    for _ in range(_MOST_DOUBLINGS):
        if abs(float(_scores(curve(np.array([middle + step])))[0])) > _SCORES:
            return middle + step
        step *= 2
    raise ArithmeticError("the distribution has no end within the range of floats")


def _scores(curve: Curve) -> Floats:
    """Return normal scores, from the smaller share of the two because it is the more accurate one."""
    scores: Floats = np.where(curve.below < 0.5, special().ndtri(curve.below), -special().ndtri(curve.above))
    return scores


def _hermite(width: Floats, value: Floats, first: Floats, second: Floats) -> Floats:
    """Return polynomials of degree five between nodes, from values and two derivatives: shape (6, steps)."""
    value, rise = value[:-1], np.diff(value)
    slope, next_slope = first[:-1] * width, first[1:] * width
    bend, next_bend = second[:-1] * width**2 / 2, second[1:] * width**2 / 2
    rise, turn, curl = rise - slope - bend, next_slope - slope - 2 * bend, next_bend - bend
    return np.array(
        [
            value,
            slope,
            bend,
            10 * rise - 4 * turn + curl,
            -15 * rise + 7 * turn - 2 * curl,
            6 * rise - 3 * turn + curl,
        ]
    )
