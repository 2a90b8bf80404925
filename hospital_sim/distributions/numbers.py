"""Numbers that callers pass, such as NumPy's, as numbers of Python."""

from operator import index
from typing import TypeVar, cast

import numpy as np

from hospital_sim.errors import ConfigurationError, ConfigurationTypeError

Value = TypeVar("Value")


def whole_number(name: str, value: object, least: int | None = None, most: int | None = None) -> int:
    """Return a whole number of any type, such as NumPy's, as an ``int``.

    Args:
        name: Name of the argument, for the error.
        value: The number.
        least: Smallest allowed number; without limit if None.
        most: Largest allowed number; without limit if None.

    Raises:
        ConfigurationTypeError: If it is not a whole number. True and False are not, and floats neither.
        ConfigurationError: If it is out of range.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigurationTypeError(f"{name}: must be a whole number, not {value!r}")
    try:
        number = index(value)
    except TypeError as error:
        raise ConfigurationTypeError(f"{name}: must be a whole number, not {value!r}") from error
    if most is not None and not (least or 0) <= number <= most:
        raise ConfigurationError(f"{name}: must be between {least or 0} and {most}, not {number}")
    if least is not None and number < least:
        raise ConfigurationError(f"{name}: must be {least} or more, not {number}")
    return number


def plain(value: Value) -> Value:
    """Return a number of NumPy as one of Python, so that times do not take its precision; any other value as it is."""
    return cast("Value", to_python(value)) if isinstance(value, np.generic) else value


def to_python(value: object) -> object:
    """Return a number or an array of NumPy as one of Python; the hook of msgspec's encoders.

    Raises:
        TypeError: If it is neither.
    """
    if isinstance(value, np.longdouble):  # its ``item`` is itself
        return float(value)
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"must be a number, a text, a list or a table, not {value!r}")
