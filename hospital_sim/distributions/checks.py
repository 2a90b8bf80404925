"""Checks of parameters. Errors name the parameter and the value; a valid value is returned in its stored type."""

import math
from collections.abc import Iterable
from numbers import Real

import numpy as np

from hospital_sim.distributions.numbers import whole_number
from hospital_sim.distributions.protocol import Floats

_WIDEST, _NARROWEST = 100.0, 0.001
_ROUNDING = 1e-9


def finite(name: str, value: object) -> float:
    """Return a number as a float.

    Raises:
        TypeError: If it is not a number.
        ValueError: If it is infinite or NaN.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name}: must be a number, not {value!r}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{name}: must be finite, not {_brief(value)}")
    return result


def above_zero(name: str, value: object) -> float:
    """Return a finite number above 0 as a float (errors as in ``finite``)."""
    if type(value) is float and 0 < value < math.inf:  # fast, because models create distributions while they run
        return value
    result = finite(name, value)
    if result <= 0:
        raise ValueError(f"{name}: must be above 0, not {result:g}")
    return result


def not_negative(name: str, value: object) -> float:
    """Return a finite number of at least 0 as a float (errors as in ``finite``)."""
    result = finite(name, value)
    if result < 0:
        raise ValueError(f"{name}: must be at least 0, not {result:g}")
    return result


def whole(name: str, value: object) -> int:
    """Return a whole number of at least 1.

    Raises:
        TypeError: If it is not a whole number.
        ValueError: If it is below 1.
    """
    return whole_number(name, value, 1)


def spread(mean: object, sd: object) -> tuple[float, float]:
    """Return a mean and a standard deviation, both above 0 and of comparable size.

    Raises:
        TypeError: If one is not a number.
        ValueError: If one is not above 0 and finite, or the second is below a thousandth of the first or above a
            hundred times it.
    """
    centre, width = above_zero("mean", mean), above_zero("sd", sd)
    if not _NARROWEST * centre <= width <= _WIDEST * centre:
        bounds = f"{centre * _NARROWEST:g} and {centre * _WIDEST:g} where the mean is {centre:g}"
        raise ValueError(f"sd: must be between {bounds}, not {width:g}")
    return centre, width


def non_negatives(name: str, values: object) -> tuple[float, ...]:
    """Return one or more finite numbers of at least 0 (errors name the position, from 0)."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name}: must be a list of numbers, not {values!r}")
    result = tuple(not_negative(f"{name}[{position}]", value) for position, value in enumerate(values))
    if not result:
        raise ValueError(f"{name}: must not be empty")
    return result


def shares(name: str, values: object) -> tuple[float, ...]:
    """Return probabilities of alternatives.

    Raises:
        TypeError: If one is not a number.
        ValueError: If there are no values, one is negative, or they do not add up to 1.
    """
    result = non_negatives(name, values)
    total = math.fsum(result)
    if abs(total - 1) > _ROUNDING:
        raise ValueError(f"{name}: must add up to 1, not {total:g}")
    return result


def uniforms(values: Floats) -> Floats:
    """Return an array of probabilities as 64-bit floats.

    Raises:
        ValueError: If one is not between 0 and 1.
    """
    result = np.asarray(values, dtype=np.float64)
    if result.size and not (result.min() >= 0 and result.max() <= 1):
        raise ValueError("probability: must be between 0 and 1")
    return result


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
