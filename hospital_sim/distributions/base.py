"""Distributions by inversion: one uniform number makes one value, and a greater number never a smaller value.

So scenarios that share uniform numbers stay close to each other (common random numbers), whatever is changed.
"""

import math
import re

import numpy as np
from msgspec import Struct
from msgspec.structs import force_setattr

from hospital_sim.distributions.checks import spread
from hospital_sim.distributions.protocol import Distribution, Floats, UniformSource


def _tag(class_name: str) -> str:
    """Return the name of a class in a configuration: ``PhaseType`` is ``phase_type``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()


class ByInversion(Struct, frozen=True, forbid_unknown_fields=True, dict=True, tag_field="distribution", tag=_tag):
    """Base of the distributions: values that know their moments and turn uniform numbers into their own.

    A subclass offers ``mean``, as a field or a property, and ``quantile``; the rest follows from them. With
    ``partial_moment`` it has a variance too, and can be truncated and mixed in every way.
    """

    @property
    def mean(self) -> float:
        """The expected value."""
        raise NotImplementedError(f"{type(self).__name__} offers no mean")

    @property
    def variance(self) -> float:
        """The variance."""
        return max(float(self.partial_moment(2, np.array([math.inf]))[0]) - self.mean**2, 0.0)

    @property
    def sd(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.variance)

    def quantile(self, probability: Floats) -> Floats:
        """Return the values that a share ``probability`` of all values does not exceed (the inverse of ``cdf``).

        Args:
            probability: Array of any shape, each between 0 and 1.

        Raises:
            ValueError: If a probability is not between 0 and 1.
        """
        raise NotImplementedError(f"{type(self).__name__} offers no quantile")

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return E[X**order where X <= upto, else 0]; of order 0, the share of values up to there.

        Args:
            order: 0, 1 or 2.
            upto: Array of any shape; infinity gives the whole moment.
        """
        raise NotImplementedError(f"{type(self).__name__} offers no partial_moment")

    def cdf(self, value: Floats) -> Floats:
        """Return the share of values that do not exceed each of ``value``."""
        return self.partial_moment(0, value)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values, from one uniform number each, as an array of shape ``(size,)``."""
        return self.at_each(rng.random(size))

    def draw(self, source: UniformSource) -> float:
        """Draw one value from the next uniform number of a source."""
        return self.at(source.random())

    def at(self, uniform: float) -> float:
        """Return the value that a uniform number in [0, 1) stands for."""
        return float(self.at_each(np.array([uniform]))[0])

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values that uniform numbers stand for, as ``at`` does for one."""
        return self.quantile(uniform)

    @property
    def draws_quantiles(self) -> bool:
        """Whether ``at`` is the quantile of its number: so it is, but for a mixture."""
        return True

    @property
    def parts(self) -> tuple[tuple[float, "ByInversion"], ...]:
        """What is mixed, each with its probability; the distribution itself unless it is a mixture."""
        return ((1.0, self),)


class ByMeanAndSd(ByInversion, frozen=True):
    """Base of the distributions that are given by their mean and standard deviation, both above 0."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        mean, sd = spread(self.mean, self.sd)
        force_setattr(self, "mean", mean)
        force_setattr(self, "sd", sd)

    @property
    def variance(self) -> float:
        """The variance."""
        return self.sd**2


class Derived(ByInversion, frozen=True):
    """A distribution that is another one, written by other parameters."""

    @property
    def form(self) -> ByInversion:
        """The distribution that it is."""
        raise NotImplementedError(f"{type(self).__name__} offers no form")

    @property
    def draws_quantiles(self) -> bool:
        """Whether ``at`` is the quantile of its number."""
        return self.form.draws_quantiles

    @property
    def parts(self) -> tuple[tuple[float, ByInversion], ...]:
        """What is mixed, each with its probability."""
        return self.form.parts

    def quantile(self, probability: Floats) -> Floats:
        """Return the values that a share ``probability`` of all values does not exceed."""
        return self.form.quantile(probability)

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return E[X**order where X <= upto, else 0]."""
        return self.form.partial_moment(order, upto)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values, from one uniform number each."""
        return self.form.sample(rng, size)

    def at(self, uniform: float) -> float:
        """Return the value that a uniform number in [0, 1) stands for."""
        return self.form.at(uniform)

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values that uniform numbers stand for."""
        return self.form.at_each(uniform)


def value_at(distribution: Distribution, uniform: float) -> float:
    """Return the value that one uniform number stands for, of any distribution.

    Draws keyed by patient come from here. A distribution that can only sample draws from a generator that the number
    seeds, which is slower and does not grow with the number.

    Args:
        distribution: What to draw from.
        uniform: A number in [0, 1).
    """
    if isinstance(distribution, ByInversion):
        return distribution.at(uniform)
    return float(distribution.sample(np.random.default_rng(int(uniform * 2**53)), 1)[0])
