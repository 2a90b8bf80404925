"""The lognormal distribution by its mean and standard deviation."""

import math

import numpy as np

from hospital_sim.distributions.base import ByMeanAndSd
from hospital_sim.distributions.checks import uniforms
from hospital_sim.distributions.protocol import Floats
from hospital_sim.distributions.special import special


class Lognormal(ByMeanAndSd, frozen=True):
    """Lognormal with the given mean and standard deviation (of the values, not of their logarithms)."""

    @property
    def log_mean(self) -> float:
        """The mean of the values' logarithms."""
        return math.log(self.mean) - math.log1p((self.sd / self.mean) ** 2) / 2

    @property
    def log_sd(self) -> float:
        """The standard deviation of the values' logarithms."""
        return math.sqrt(math.log1p((self.sd / self.mean) ** 2))

    def quantile(self, probability: Floats) -> Floats:
        """Return the quantiles for an array of probabilities."""
        values: Floats = np.exp(self.log_mean + self.log_sd * special().ndtri(uniforms(probability)))
        return values

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return self.mean * math.exp(math.sqrt(variance) * special().ndtri(uniform) - variance / 2)

    def partial_moment(self, order: int, upto: Floats) -> Floats:
        """Return the part of E[X**order] from values up to ``upto``."""
        centre, width = self.log_mean, self.log_sd
        with np.errstate(divide="ignore"):
            logs = np.log(np.maximum(upto, 0.0))
        whole = math.exp(order * centre + (order * width) ** 2 / 2)
        part: Floats = whole * special().ndtr((logs - centre) / width - order * width)
        return part
