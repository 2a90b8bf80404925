"""Distributions on a bounded range: uniform, triangular and fixed."""

import math
from functools import cached_property

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion
from hospital_sim.distributions.checks import not_negative, uniforms
from hospital_sim.distributions.protocol import Floats


class Uniform(ByInversion, frozen=True):
    """Uniform between ``low`` and ``high``, which are at least 0.

    Attributes:
        low: Smallest value, at least 0.
        high: Largest value.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            force_setattr(self, name, not_negative(name, getattr(self, name)))
        if self.high < self.low:
            raise ValueError(f"high: must be at least low ({self.low:g}), not {self.high:g}")

    @property
    def mean(self) -> float:
        """The expected value."""
        return self.low + (self.high - self.low) / 2

    @property
    def variance(self) -> float:
        """The variance."""
        return (self.high - self.low) ** 2 / 12

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        return self.low + (self.high - self.low) * uniforms(probability)

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self.low + (self.high - self.low) * uniform

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        if self.high == self.low:
            return Fixed(self.low).partial_moment(order, upto)
        end = np.clip(upto, self.low, self.high)
        power = order + 1
        return (end**power - self.low**power) / (power * (self.high - self.low))


class Triangular(ByInversion, frozen=True):
    """Triangular between ``low`` and ``high`` with its peak at ``mode``; all are at least 0.

    Attributes:
        low: Smallest value, at least 0.
        mode: Most frequent value.
        high: Largest value, above ``low``.
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        for name in ("low", "mode", "high"):
            force_setattr(self, name, not_negative(name, getattr(self, name)))
        if self.high <= self.low:
            raise ValueError(f"high: must be above low ({self.low:g}), not {self.high:g}")
        if not self.low <= self.mode <= self.high:
            raise ValueError(f"mode: must be between low ({self.low:g}) and high ({self.high:g}), not {self.mode:g}")

    @property
    def mean(self) -> float:
        """The expected value."""
        return (self.low + self.mode + self.high) / 3

    @property
    def variance(self) -> float:
        """The variance."""
        rise, fall = self.mode - self.low, self.high - self.mode
        return (rise * rise + rise * fall + fall * fall) / 18

    @cached_property
    def _share_below_mode(self) -> float:
        return (self.mode - self.low) / (self.high - self.low)

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        share, width = uniforms(probability), self.high - self.low
        rising = self.low + np.sqrt(share * (width * (self.mode - self.low)))
        falling = self.high - np.sqrt((1 - share) * (width * (self.high - self.mode)))
        return np.where(share < self._share_below_mode, rising, falling)

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        width = self.high - self.low
        if uniform < self._share_below_mode:
            return self.low + math.sqrt(uniform * (width * (self.mode - self.low)))
        return self.high - math.sqrt((1 - uniform) * (width * (self.high - self.mode)))

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        low, mode, high = self.low, self.mode, self.high
        total = np.zeros(np.shape(upto))
        for start, end, foot, sign in ((low, mode, low, 1), (mode, high, high, -1)):
            if end > start:
                slope = sign * 2 / ((high - low) * (end - start))
                total += slope * _ramp(order, foot, start, np.clip(upto, start, end))
        return total


class Fixed(ByInversion, frozen=True):
    """Always the same value, at least 0.

    Attributes:
        value: The value.
    """

    value: float

    def __post_init__(self) -> None:
        force_setattr(self, "value", not_negative("value", self.value))

    @property
    def mean(self) -> float:
        """The expected value."""
        return self.value

    @property
    def variance(self) -> float:
        """The variance."""
        return 0.0

    def quantile(self, probability: Floats) -> Floats:
        """Return the value for each probability."""
        return np.full(uniforms(probability).shape, self.value)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Return ``size`` times the value; draws nothing."""
        del rng
        return np.full(size, self.value)

    def at(self, uniform: float) -> float:
        """Return the value."""
        del uniform
        return self.value

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        return np.where(np.asarray(upto) >= self.value, self.value**order, 0.0)


def _ramp(order: int, foot: float, start: float, end: Floats) -> Floats:
    """Integrate x**order * (x - foot) from ``start`` to ``end``."""
    first, second = order + 2, order + 1
    area: Floats = (end**first - start**first) / first - foot * (end**second - start**second) / second
    return area
