"""Probability distributions of times, by their usual parameters, in any unit; values are never negative.

A distribution is immutable. It has a mean, and draws by inversion: one uniform number for each value. The
configuration of a hospital names one, for example ``stay = { distribution = "lognormal", mean = 7.4, sd = 8.61 }``.
"""

from hospital_sim.distributions.base import ByInversion, value_at
from hospital_sim.distributions.families.bounded import Fixed, Triangular, Uniform
from hospital_sim.distributions.families.empirical import Empirical
from hospital_sim.distributions.families.gamma import Erlang, Exponential, Gamma
from hospital_sim.distributions.families.lognormal import Lognormal
from hospital_sim.distributions.families.mixture import Hyperexponential, Mixture
from hospital_sim.distributions.families.phase_type import Coxian, PhaseType
from hospital_sim.distributions.families.weibull import Weibull
from hospital_sim.distributions.protocol import Distribution, Floats, UniformSource
from hospital_sim.distributions.registry import decode, distribution, names, parse, register
from hospital_sim.distributions.truncated import Truncated

__all__ = [
    "ByInversion",
    "Coxian",
    "Distribution",
    "Empirical",
    "Erlang",
    "Exponential",
    "Fixed",
    "Floats",
    "Gamma",
    "Hyperexponential",
    "Lognormal",
    "Mixture",
    "PhaseType",
    "Triangular",
    "Truncated",
    "Uniform",
    "UniformSource",
    "Weibull",
    "decode",
    "distribution",
    "names",
    "parse",
    "register",
    "value_at",
]
