"""A quantile without a closed form, tabulated once for fast draws.

The logarithm of a positive value is a smooth function of the standard normal value of the same share, also far out in
both tails. It is tabulated with its first two derivatives, which follow from the density, and interpolated by
polynomials of degree five that agree with them at both ends of each step.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hospital_sim.distributions.normal import normal_density, normal_quantile, normal_quantile_at
from hospital_sim.distributions.protocol import Floats


class Curve(NamedTuple):
    """A distribution at some points, by the logarithm y of the value.

    Attributes:
        below: Share of values below, accurate relative to itself.
        above: Share of values above, accurate relative to itself.
        density: Density of y.
        bend: Derivative of the density's logarithm with respect to y.
    """

    below: Floats
    above: Floats
    density: Floats
    bend: Floats


CurveAt = Callable[[Floats], Curve]

_LOWEST, _HIGHEST = -8.5, 8.5
"""The range of a table in standard normal values: more than all that uniform numbers of 53 bits can be."""

_SMALLEST = -37.0
"""A standard normal value whose share, 6e-300, still is a float of full accuracy."""

_COARSEST, _FINEST = 16, 512
"""Steps in one unit of the standard normal value: doubled until the interpolation is as accurate as wanted."""

_WANTED = 1e-10
_SMALLEST_LOG = -700.0
_FIRST_LOOK = 257
_MOST_ROUNDS = 100
_SMALLEST_CHANGE = 1e-13


class QuantileTable:
    """The quantile of a positive, continuous distribution.

    Args:
        curve: The distribution at given logarithms of the value.
        middle: The logarithm of a value that is neither very small nor very large.
    """

    def __init__(self, curve: CurveAt, middle: float) -> None:
        self._curve, self._middle = curve, middle
        self._fineness, self._steps = _accurate(curve, middle)
        self._rows: list[tuple[float, ...]] = [tuple(row) for row in self._steps.T.tolist()]

    def quantile(self, probability: Floats) -> Floats:
        """Return the values that a share ``probability`` (0 to 1) of all values does not exceed."""
        normal = normal_quantile(probability)
        place = (np.clip(normal, _LOWEST, _HIGHEST) - _LOWEST) * self._fineness
        step = np.minimum(place.astype(np.int64), len(self._rows) - 1)
        place -= step
        logs = self._steps[5].take(step)
        for row in self._steps[4::-1]:
            logs *= place
            logs += row.take(step)
        values: Floats = np.exp(logs)
        outside = np.abs(normal) > _HIGHEST
        if outside.any():
            values[outside] = self._beyond(normal[outside])
        return values

    def at(self, uniform: float) -> float:
        """Return the value that a uniform number in [0, 1) stands for."""
        place = (normal_quantile_at(uniform) - _LOWEST) * self._fineness
        if place < 0:
            return float(self._beyond(np.array([normal_quantile_at(uniform)]))[0])
        step = int(place)
        place -= step
        c0, c1, c2, c3, c4, c5 = self._rows[step]
        return math.exp(c0 + place * (c1 + place * (c2 + place * (c3 + place * (c4 + place * c5)))))

    def _beyond(self, normal: Floats) -> Floats:
        """Return the values at standard normal values beyond the table."""
        values = np.where(normal > 0, math.inf, 0.0)
        small = (normal < 0) & np.isfinite(normal)
        if small.any():
            logs, _, _ = _solve(self._curve, np.maximum(normal[small], _SMALLEST), self._middle)
            values[small] = np.exp(logs)
        return values


def _accurate(curve: CurveAt, middle: float) -> tuple[int, Floats]:
    """Return steps in one unit, as many as the accuracy needs, and their coefficients."""
    fineness, before = _COARSEST, math.inf
    while True:
        steps = _tabulate(curve, middle, fineness)
        error = _largest_error(curve, steps)
        # An error that does not fall any more is rounding.
        if error < _WANTED or error > before / 2 or fineness == _FINEST:
            return fineness, steps
        fineness, before = fineness * 2, error


def _tabulate(curve: CurveAt, middle: float, fineness: int) -> Floats:
    """Return the coefficients of the steps' polynomials, constant first, shape (6, steps)."""
    nodes = _LOWEST + np.arange(int((_HIGHEST - _LOWEST) * fineness) + 1) / fineness
    return _hermite(fineness, *_solve(curve, nodes, middle))


def _largest_error(curve: CurveAt, steps: Floats) -> float:
    """Return how far, relatively, the values in the middle of each step are from those wanted."""
    width = (_HIGHEST - _LOWEST) / steps.shape[1]
    wanted = _LOWEST + width * (np.arange(steps.shape[1]) + 0.5)
    logs = 0.5 ** np.arange(6) @ steps
    here = curve(logs)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.abs((_normal_at(here) - wanted) * normal_density(wanted) / here.density)
    # Smaller values than any float's are 0 whatever their logarithm.
    return float(np.max(errors[logs > _SMALLEST_LOG], initial=0.0))


def _solve(curve: CurveAt, normal: Floats, middle: float) -> tuple[Floats, Floats, Floats]:
    """Return the logarithms of the values at standard normal values, and their two derivatives."""
    low, high = _reach(curve, middle, -1.0, normal), _reach(curve, middle, 1.0, normal)
    coarse = np.linspace(low, high, _FIRST_LOOK)
    at_coarse = _normal_at(curve(coarse))
    logs = np.interp(normal, np.maximum.accumulate(at_coarse), coarse)
    below, above = np.full_like(logs, low), np.full_like(logs, high)
    for _ in range(_MOST_ROUNDS):
        here = curve(logs)
        miss = _normal_at(here) - normal
        below, above = np.where(miss <= 0, logs, below), np.where(miss >= 0, logs, above)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            better = logs - miss * normal_density(normal + miss) / here.density
        inside = (better >= below) & (better <= above)
        better = np.where(inside, better, (below + above) / 2)
        change, logs = np.abs(better - logs), better
        if np.all(change <= _SMALLEST_CHANGE * (1 + np.abs(logs))):
            break
    here = curve(logs)
    first = normal_density(normal) / here.density
    return logs, first, first * (-normal - first * here.bend)


def _reach(curve: CurveAt, middle: float, step: float, wanted: Floats) -> float:
    """Return a logarithm, beyond the middle in a direction, that lies outside all that is wanted."""
    lowest, highest = float(wanted.min()), float(wanted.max())
    for _ in range(_MOST_ROUNDS):
        normal = float(_normal_at(curve(np.array([middle + step])))[0])
        if normal < lowest if step < 0 else normal > highest:
            return middle + step
        step *= 2
    raise ArithmeticError("the distribution has no end within the range of floats")


def _normal_at(curve: Curve) -> Floats:
    return np.where(curve.below < 0.5, normal_quantile(curve.below), -normal_quantile(curve.above))


def _hermite(fineness: int, value: Floats, first: Floats, second: Floats) -> Floats:
    """Return the coefficients, constant first, of the polynomials of degree five for the steps between nodes."""
    slope, bend = first / fineness, second / fineness**2 / 2
    rise = value[1:] - value[:-1] - slope[:-1] - bend[:-1]
    turn = slope[1:] - slope[:-1] - 2 * bend[:-1]
    curl = bend[1:] - bend[:-1]
    return np.array(
        [
            value[:-1],
            slope[:-1],
            bend[:-1],
            10 * rise - 4 * turn + curl,
            -15 * rise + 7 * turn - 2 * curl,
            6 * rise - 3 * turn + curl,
        ]
    )
