"""Base classes of distributions that draw by inversion: one uniform number gives one value.

A greater number never gives a smaller value. So scenarios that use the same uniform numbers stay comparable (common
random numbers), whichever parameter changes.
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
    """Base of all distributions of this package.

    A subclass defines ``mean``, as a field or a property, and ``quantile``; the rest follows from these. With
    ``partial_moment`` it also has a variance and can be truncated and mixed.
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
        """Return the quantiles for an array of probabilities: the inverse of ``cdf``.

        Args:
            probability: Array of any shape, each between 0 and 1.

        Raises:
            ValueError: If a probability is not between 0 and 1.
        """
        raise NotImplementedError(f"{type(self).__name__} offers no quantile")

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``; of order 0 this is the ``cdf``.

        Args:
            order: 0, 1 or 2.
            upto: Array of any shape; infinity gives the full moment.
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
        """Return the value for one uniform number in [0, 1)."""
        return float(self.at_each(np.array([uniform]))[0])

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        return self.quantile(uniform)

    @property
    def draws_quantiles(self) -> bool:
        """True if ``at`` returns the quantile of its number; False for a mixture."""
        return True

    @property
    def parts(self) -> tuple[tuple[float, "ByInversion"], ...]:
        """The distributions of a mixture with their probabilities; otherwise the distribution itself."""
        return ((1.0, self),)


class ByMeanAndSd(ByInversion, frozen=True):
    """Base of distributions with a mean and a standard deviation as parameters, both above 0.

    Attributes:
        mean: Mean, above 0.
        sd: Standard deviation, above 0.
    """

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
    """Base of distributions that only reparametrise another one."""

    @property
    def form(self) -> ByInversion:
        """The same distribution by its other parameters."""
        raise NotImplementedError(f"{type(self).__name__} offers no form")

    @property
    def draws_quantiles(self) -> bool:
        """True if ``at`` returns the quantile of its number."""
        return self.form.draws_quantiles

    @property
    def parts(self) -> tuple[tuple[float, ByInversion], ...]:
        """The distributions of a mixture with their probabilities."""
        return self.form.parts

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        return self.form.quantile(probability)

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        return self.form.partial_moment(order, upto)

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self.form.at(uniform)

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        return self.form.at_each(uniform)


def value_at(distribution: Distribution, uniform: float) -> float:
    """Return the value of any distribution for one uniform number.

    Draws keyed by patient use this. A distribution that can only sample draws from a generator seeded with the number,
    which is slower, and its values do not grow with the number.

    Args:
        distribution: The distribution to draw from.
        uniform: A number in [0, 1).
    """
    if isinstance(distribution, ByInversion):
        return distribution.at(uniform)
    return float(distribution.sample(np.random.default_rng(int(uniform * 2**53)), 1)[0])
