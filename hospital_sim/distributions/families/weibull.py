"""The Weibull distribution by its mean and standard deviation."""

import math
from functools import lru_cache

import numpy as np

from hospital_sim.distributions.base import ByMeanAndSd
from hospital_sim.distributions.checks import above_zero, uniforms
from hospital_sim.distributions.protocol import Floats
from hospital_sim.distributions.special import special


class Weibull(ByMeanAndSd, frozen=True):
    """Weibull with the given mean and standard deviation."""

    @classmethod
    def of(cls, shape: float, scale: float) -> "Weibull":
        """Return the Weibull distribution with a shape and a scale."""
        shape, scale = above_zero("shape", shape), above_zero("scale", scale)
        mean = scale * math.gamma(1 + 1 / shape)
        return cls(mean, mean * math.sqrt(_weibull_variation(shape)))

    @property
    def shape(self) -> float:
        """The shape."""
        return _weibull_shape(self.sd / self.mean)

    @property
    def scale(self) -> float:
        """The scale."""
        return self.mean / math.gamma(1 + 1 / self.shape)

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        with np.errstate(divide="ignore"):
            values: Floats = self.scale * (-np.log1p(-uniforms(probability))) ** (1 / self.shape)
        return values

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        return self.scale * float((-math.log1p(-uniform)) ** (1 / self.shape))

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        shape, scale = self.shape, self.scale
        power = (np.maximum(upto, 0.0) / scale) ** shape
        part: Floats = scale**order * math.gamma(1 + order / shape) * special().gammainc(1 + order / shape, power)
        return part


def _weibull_variation(shape: float) -> float:
    """Return the squared coefficient of variation of a Weibull distribution."""
    return math.expm1(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape))


@lru_cache(maxsize=256)
def _weibull_shape(variation: float) -> float:
    """Return the shape for a coefficient of variation."""
    from scipy.optimize import brentq

    def difference(log_shape: float) -> float:
        return _weibull_variation(math.exp(log_shape)) / variation**2 - 1

    return math.exp(brentq(difference, math.log(0.02), math.log(1e4), xtol=1e-15))
