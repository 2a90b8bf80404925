"""The regularised incomplete gamma function: the shares of a gamma distribution below and above a point.

Below the mean by its power series, above it by its continued fraction (modified Lentz); both go on until nothing
changes any more.
"""

import math

import numpy as np

from hospital_sim.distributions.protocol import Floats

_SERIES_ENDS = 1e-17
_FRACTION_ENDS = 1e-15
_MOST_STEPS = 50_000
_TINY = 1e-300
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
_LARGE_SHAPE = 100.0


def log_density(shape: float, log_value: Floats, value: Floats) -> Floats:
    """Return the logarithm of x times the density of a gamma distribution with scale 1, at x.

    Args:
        shape: Its shape, above 0.
        log_value: The logarithms of x, which may be smaller than any float's.
        value: x.
    """
    if shape < _LARGE_SHAPE:
        small: Floats = shape * log_value - value - math.lgamma(shape)
        return small
    # Around the mode the terms are large and cancel each other: take the difference from the mode's.
    away = log_value - math.log(shape)
    correction = sum(term / shape ** (2 * power + 1) for power, term in enumerate(_STIRLING))
    large: Floats = shape * (away - np.expm1(away)) + 0.5 * math.log(shape / (2 * math.pi)) - correction
    return large


def gamma_shares(shape: float, log_value: Floats) -> tuple[Floats, Floats]:
    """Return the shares of a gamma distribution with scale 1 that lie below and above each point.

    Each is accurate relative to itself, so neither tail is lost.

    Args:
        shape: Its shape, above 0.
        log_value: The logarithms of the points, one-dimensional.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        value = np.exp(log_value)
        weight = np.exp(log_density(shape, log_value, value))
    below, above = np.zeros_like(value), np.zeros_like(value)
    high = value >= shape + 1
    below[~high] = weight[~high] * _series(shape, value[~high])
    above[~high] = 1 - below[~high]
    finite = high & (weight > 0)
    above[finite] = weight[finite] * _fraction(shape, value[finite])
    below[high] = 1 - above[high]
    return below, above


def share_below(shape: float, value: Floats) -> Floats:
    """Return the share of a gamma distribution with scale 1 that lies below each value, of any sign."""
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(value, 0.0))
    return gamma_shares(shape, np.ravel(logs))[0].reshape(np.shape(value))


def _series(shape: float, value: Floats) -> Floats:
    term = np.full_like(value, 1 / shape)
    total = term.copy()
    for step in range(1, _MOST_STEPS):
        if not value.size or float(np.max(term / total)) <= _SERIES_ENDS:
            return total
        term *= value / (shape + step)
        total += term
    raise ArithmeticError(f"the incomplete gamma function of shape {shape:g} has not converged")


def _fraction(shape: float, value: Floats) -> Floats:
    lead = value + 1 - shape
    inner, outer = np.full_like(value, 1 / _TINY), 1 / lead
    total = outer.copy()
    change = np.zeros_like(value)
    for step in range(1, _MOST_STEPS):
        if not value.size or float(np.max(np.abs(change - 1))) <= _FRACTION_ENDS:
            return total
        factor = -step * (step - shape)
        lead = lead + 2
        outer = 1 / _away_from_zero(factor * outer + lead)
        inner = _away_from_zero(lead + factor / inner)
        change = outer * inner
        total *= change
    raise ArithmeticError(f"the incomplete gamma function of shape {shape:g} has not converged")


def _away_from_zero(values: Floats) -> Floats:
    return np.where(np.abs(values) < _TINY, _TINY, values)
