"""Probability distributions by their usual parameters, in any unit of time; non-negative unless they say otherwise.

A distribution is a value: it knows its mean and draws from a generator that it is given. The configuration of a
hospital names one by its tag, for example ``stay = { distribution = "lognormal", mean = 7.4, sd = 8.61 }``.
"""

import math
from typing import Annotated, Protocol

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]


class Distribution(Protocol):
    """What a model needs to know of a distribution."""

    @property
    def mean(self) -> float:
        """The expected value."""
        ...

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values as an array of shape ``(size,)``."""
        ...


class Exponential(Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag="exponential"):
    """Exponential with the given mean."""

    mean: Positive

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values."""
        return -self.mean * np.log1p(-rng.random(size))


class Uniform(Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag="uniform"):
    """Uniform between ``low`` and ``high``."""

    low: NotNegative
    high: NotNegative

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError(f"high ({self.high:g}) must be at least low ({self.low:g})")

    @property
    def mean(self) -> float:
        """The expected value."""
        return (self.low + self.high) / 2

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values."""
        return self.low + (self.high - self.low) * rng.random(size)


class Lognormal(Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag="lognormal"):
    """Lognormal with the given mean and standard deviation (of the values, not of their logarithms)."""

    mean: Positive
    sd: Positive

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return np.exp(math.log(self.mean) - variance / 2 + math.sqrt(variance) * rng.standard_normal(size))


class Fixed(Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag="fixed"):
    """Always the same value."""

    value: NotNegative

    @property
    def mean(self) -> float:
        """The expected value."""
        return self.value

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Return ``size`` times the value; draws nothing."""
        del rng
        return np.full(size, self.value)


AnyDistribution = Exponential | Uniform | Lognormal | Fixed
"""The distributions that a configuration can name."""
