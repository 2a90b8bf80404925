"""The exponential, Erlang and gamma distributions."""

import math
from functools import cached_property

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion, ByMeanAndSd, Derived
from hospital_sim.distributions.checks import above_zero, uniforms, whole
from hospital_sim.distributions.protocol import Floats
from hospital_sim.distributions.special import special

_SAME_SD = 5e-4
"""Largest relative difference between a standard deviation, rounded to four digits, and an exact one."""


class Exponential(ByInversion, frozen=True):
    """Exponential with the given mean.

    Attributes:
        mean: Mean, above 0.
    """

    mean: float

    def __post_init__(self) -> None:
        force_setattr(self, "mean", above_zero("mean", self.mean))

    @property
    def variance(self) -> float:
        """The variance."""
        return self.mean**2

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        with np.errstate(divide="ignore"):
            values: Floats = -self.mean * np.log1p(-uniforms(probability))
        return values

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return -self.mean * math.log1p(-uniform)

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        return _partial_moment(1.0, self.mean, order, upto)


class Gamma(ByMeanAndSd, frozen=True):
    """Gamma with the given mean and standard deviation."""

    @property
    def shape(self) -> float:
        """The shape."""
        return (self.mean / self.sd) ** 2

    @property
    def scale(self) -> float:
        """The scale."""
        return self.sd**2 / self.mean

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        values: Floats = self.scale * special().gammaincinv(self.shape, uniforms(probability))
        return values

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self.scale * float(special().gammaincinv(self.shape, uniform))

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        return _partial_moment(self.shape, self.scale, order, upto)


class Erlang(Derived, frozen=True):
    """Erlang with the given mean, and either a number of phases or a standard deviation.

    The other one may be omitted (0), because the standard deviation is the mean over the root of the number of phases.

    Attributes:
        mean: Mean, above 0.
        phases: Number of phases; 0 to give ``sd`` instead.
        sd: Standard deviation; 0 to give ``phases`` instead.
    """

    mean: float
    phases: int = 0
    sd: float = 0.0

    def __post_init__(self) -> None:
        force_setattr(self, "mean", above_zero("mean", self.mean))
        phases, sd = _erlang(self.mean, self.phases, self.sd)
        force_setattr(self, "phases", phases)
        force_setattr(self, "sd", sd)

    @property
    def variance(self) -> float:
        """The variance."""
        return self.sd**2

    @cached_property
    def form(self) -> ByInversion:
        """The same distribution as a gamma or an exponential."""
        return Exponential(self.mean) if self.phases == 1 else Gamma(self.mean, self.sd)


def _partial_moment(shape: float, scale: float, order: int, upto: Floats) -> Floats:
    whole_moment = scale**order * math.prod(shape + step for step in range(order))
    part: Floats = whole_moment * special().gammainc(shape + order, np.maximum(upto, 0.0) / scale)
    return part


def _erlang(mean: float, phases: int, sd: float) -> tuple[int, float]:
    """Return the phases and the standard deviation of an Erlang distribution; either argument may be 0 (omitted)."""
    if not sd and not phases:
        raise ValueError("phases: must be a whole number of at least 1, or give sd")
    if not sd:
        phases = whole("phases", phases)
        return phases, mean / math.sqrt(phases)
    sd = above_zero("sd", sd)
    nearest = max(1, round((mean / sd) ** 2))
    if phases and whole("phases", phases) != nearest:
        raise ValueError(f"sd: must be {mean / math.sqrt(phases):g} with {phases} phases, not {sd:g}; give one of both")
    if abs(sd * math.sqrt(nearest) - mean) > _SAME_SD * mean:
        fewer = max(1, math.floor((mean / sd) ** 2))
        near = " or ".join(f"{mean / math.sqrt(count):g} ({count} phases)" for count in (fewer, fewer + 1))
        raise ValueError(f"sd: no Erlang has mean {mean:g} and sd {sd:g}; the nearest have sd {near}; or use gamma")
    return nearest, mean / math.sqrt(nearest)
