"""Mixtures: each value comes from one of several distributions."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion, Derived
from hospital_sim.distributions.checks import shares, spread, uniforms
from hospital_sim.distributions.gamma import Exponential
from hospital_sim.distributions.protocol import Distribution, Floats

_ROUNDS = 200
_PRECISION = 1e-14
_BELOW_ONE = math.nextafter(1.0, 0.0)


class Mixture(ByInversion, frozen=True):
    """One of the ``components``, with probability ``weights``, which add up to 1.

    A draw takes one uniform number: it picks the component, and its place within that component's share draws from
    it. So draws are fast, and greater numbers make greater values within a component, not across them. ``quantile`` is
    the inverse of ``cdf`` as everywhere; it is found by bisection and slower.
    """

    weights: tuple[float, ...]
    components: tuple[Distribution, ...]

    def __post_init__(self) -> None:
        force_setattr(self, "weights", shares("weights", self.weights))
        force_setattr(self, "components", _components(self.components))
        if len(self.components) != len(self.weights):
            raise ValueError(
                f"components: must be as many as the weights ({len(self.weights)}), not {len(self.components)}"
            )

    @property
    def mean(self) -> float:
        """The expected value."""
        return math.fsum(weight * part.mean for weight, part in self._parts)

    @property
    def variance(self) -> float:
        """The variance."""
        mean = self.mean
        return math.fsum(weight * (part.variance + (part.mean - mean) ** 2) for weight, part in self._parts)

    def quantile(self, probability: Floats) -> Floats:
        """Return the values that a share ``probability`` of all values does not exceed."""
        share = uniforms(probability)
        each = np.array([part.quantile(share) for _, part in self._parts])
        low: Floats = each.min(axis=0)
        high: Floats = each.max(axis=0)
        for _ in range(_ROUNDS):
            wide = np.flatnonzero((high - low > _PRECISION * high) & (high < math.inf))
            if not wide.size:
                break
            middle = (low.flat[wide] + high.flat[wide]) / 2
            enough = self.cdf(middle) >= share.flat[wide]
            high.flat[wide] = np.where(enough, middle, high.flat[wide])
            low.flat[wide] = np.where(enough, low.flat[wide], middle)
        return high

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return E[X**order where X <= upto, else 0]."""
        total = np.zeros(np.shape(upto))
        for weight, part in self._parts:
            total += weight * part.partial_moment(order, upto)
        return total

    @property
    def draws_quantiles(self) -> bool:
        """Whether ``at`` is the quantile of its number: it is not."""
        return False

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values that uniform numbers stand for."""
        picks = np.searchsorted(self._bounds, uniform, side="right")
        values = np.empty(uniform.shape)
        for pick, (weight, part) in enumerate(self._parts):
            own = picks == pick
            start = self._bounds[pick - 1] if pick else 0.0
            values[own] = part.at_each(np.clip((uniform[own] - start) / weight, 0.0, _BELOW_ONE))
        return values

    def at(self, uniform: float) -> float:
        """Return the value that a uniform number in [0, 1) stands for."""
        pick = bisect_right(self._bounds, uniform)
        weight, part = self._parts[pick]
        start = self._bounds[pick - 1] if pick else 0.0
        return part.at(min(max((uniform - start) / weight, 0.0), _BELOW_ONE))

    @cached_property
    def _parts(self) -> list[tuple[float, ByInversion]]:
        """The components that occur, with their weights."""
        together = zip(self.weights, self.components, strict=True)
        return [(weight, part) for weight, part in together if weight > 0 and isinstance(part, ByInversion)]

    @cached_property
    def _bounds(self) -> list[float]:
        """Where the uniform numbers of one component end and those of the next begin."""
        return list(accumulate(weight for weight, _ in self._parts))[:-1]


class Hyperexponential(Derived, frozen=True):
    """Hyperexponential with the given mean and a standard deviation above it.

    Of the many mixtures of two exponentials that have them, the one with balanced means: both contribute alike to the
    mean (Whitt 1982).
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        mean, sd = spread(self.mean, self.sd)
        if sd <= mean:
            raise ValueError(f"sd: must be above the mean ({mean:g}) in a hyperexponential, not {sd:g}; or use gamma")
        force_setattr(self, "mean", mean)
        force_setattr(self, "sd", sd)

    @property
    def variance(self) -> float:
        """The variance."""
        return self.sd**2

    @cached_property
    def form(self) -> Mixture:
        """The mixture that it is."""
        squared = (self.sd / self.mean) ** 2
        often = (1 + math.sqrt((squared - 1) / (squared + 1))) / 2
        short, long = Exponential(self.mean / (2 * often)), Exponential(self.mean / (2 * (1 - often)))
        return Mixture((often, 1 - often), (short, long))


def _components(components: Iterable[Distribution]) -> tuple[ByInversion, ...]:
    if not isinstance(components, Iterable):
        raise TypeError(f"components: must be a list of distributions, not {components!r}")
    result = []
    for position, part in enumerate(components):
        if not isinstance(part, ByInversion):
            raise TypeError(f"components[{position}]: must be a distribution by inversion, not {part!r}")
        result.append(part)
    return tuple(result)
