"""Mixtures: each value comes from one of several distributions."""

import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np
from msgspec.structs import force_setattr

from hospital_sim.distributions.base import ByInversion, Derived
from hospital_sim.distributions.checks import shares, spread, uniforms
from hospital_sim.distributions.composition import Composition
from hospital_sim.distributions.families.gamma import Exponential
from hospital_sim.distributions.protocol import Distribution, Floats

_ROUNDS = 200


class Mixture(ByInversion, frozen=True):
    """One of the ``components``, with probabilities ``weights``, which add up to 1.

    A draw takes one uniform number, which selects the component and its quantile (see ``composition``). This is fast,
    but greater numbers give greater values within a component only. ``quantile`` is the inverse of ``cdf``, as for
    all distributions; it uses bisection and is slower.

    Attributes:
        weights: Probability of each component; they add up to 1.
        components: Distributions, as many as ``weights``.
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
        return math.fsum(weight * part.mean for weight, part in self._components)

    @property
    def variance(self) -> float:
        """The variance."""
        mean = self.mean
        return math.fsum(weight * (part.variance + (part.mean - mean) ** 2) for weight, part in self._components)

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        share = uniforms(probability)
        quantiles = np.array([part.quantile(share) for _, part in self._components])
        low: Floats = quantiles.min(axis=0)
        high: Floats = quantiles.max(axis=0)
        for _ in range(_ROUNDS):
            middle = low / 2 + high / 2
            between = np.flatnonzero((low < middle) & (middle < high) & (high < math.inf))
            if not between.size:
                break
            point = middle.flat[between]
            enough = self.cdf(point) >= share.flat[between]
            high.flat[between] = np.where(enough, point, high.flat[between])
            low.flat[between] = np.where(enough, low.flat[between], point)
        return high

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        total = np.zeros(np.shape(upto))
        for weight, part in self._components:
            total += weight * part.partial_moment(order, upto)
        return total

    @property
    def draws_quantiles(self) -> bool:
        """False, because a draw selects a component first."""
        return False

    @cached_property
    def parts(self) -> tuple[tuple[float, ByInversion], ...]:
        """The components with their probabilities; components of nested mixtures are listed themselves."""
        return tuple(
            (weight * inner, part) for weight, component in self._components for inner, part in component.parts
        )

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self._composition.at(uniform)

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        return self._composition.at_each(uniform)

    @cached_property
    def _components(self) -> list[tuple[float, ByInversion]]:
        """The components with a weight above 0."""
        pairs = zip(self.weights, self.components, strict=True)
        return [(weight, part) for weight, part in pairs if weight > 0 and isinstance(part, ByInversion)]

    @cached_property
    def _composition(self) -> Composition:
        return Composition(self.parts)


class Hyperexponential(Derived, frozen=True):
    """Hyperexponential with the given mean and a greater standard deviation.

    Many mixtures of two exponentials have these; this one has balanced means: both components contribute half of the
    mean (Whitt 1982).

    Attributes:
        mean: Mean, above 0.
        sd: Standard deviation, above the mean.
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
        """The same distribution as a mixture."""
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
