"""The standard normal distribution: its share below a point and its quantile, on arrays and on one number."""

import math
from statistics import NormalDist

import numpy as np

from hospital_sim.distributions.protocol import Floats

_one = NormalDist().inv_cdf
_erfc = np.frompyfunc(math.erfc, 1, 1)
_ROOT_TWO = math.sqrt(2)
_ROOT_TWO_PI = math.sqrt(2 * math.pi)

# Wichura 1988, Algorithm AS 241 (PPND16): rational functions for the middle, the tails and the far tails; coefficients
# above and below the line, the highest power first. Accurate to about 1 part in 10**16.
_MIDDLE = (
    (2.5090809287301226727e3, 5.2264952788528545610e3),
    (3.3430575583588128105e4, 2.8729085735721942674e4),
    (6.7265770927008700853e4, 3.9307895800092710610e4),
    (4.5921953931549871457e4, 2.1213794301586595867e4),
    (1.3731693765509461125e4, 5.3941960214247511077e3),
    (1.9715909503065514427e3, 6.8718700749205790830e2),
    (1.3314166789178437745e2, 4.2313330701600911252e1),
    (3.3871328727963666080e0, 1.0),
)
_TAIL = (
    (7.74545014278341407640e-4, 1.05075007164441684324e-9),
    (2.27238449892691845833e-2, 5.47593808499534494600e-4),
    (2.41780725177450611770e-1, 1.51986665636164571966e-2),
    (1.27045825245236838258e0, 1.48103976427480074590e-1),
    (3.64784832476320460504e0, 6.89767334985100004550e-1),
    (5.76949722146069140550e0, 1.67638483018380384940e0),
    (4.63033784615654529590e0, 2.05319162663775882187e0),
    (1.42343711074968357734e0, 1.0),
)
_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.04426310338993978564e-15),
    (2.71155556874348757815e-5, 1.42151175831644588870e-7),
    (1.24266094738807843860e-3, 1.84631831751005468180e-5),
    (2.65321895265761230930e-2, 7.86869131145613259100e-4),
    (2.96560571828504891230e-1, 1.48753612908506148525e-2),
    (1.78482653991729133580e0, 1.36929880922735805310e-1),
    (5.46378491116411436990e0, 5.99832206555887937690e-1),
    (6.65790464350110377720e0, 1.0),
)


def normal_quantile(probability: Floats) -> Floats:
    """Return the standard normal values that shares ``probability`` (0 to 1) of all values do not exceed."""
    centred = np.asarray(probability, dtype=np.float64) - 0.5
    result = centred * _ratio(_MIDDLE, 0.180625 - centred * centred)
    outside = np.flatnonzero(np.abs(centred) > 0.425)
    if outside.size:
        share = np.ravel(probability)[outside]
        np.put(result, outside, _in_tail(share))
    return result


def normal_quantile_at(probability: float) -> float:
    """Return the standard normal value that a share ``probability`` (0 to 1) of all values does not exceed."""
    if 0 < probability < 1:
        return _one(probability)
    return -math.inf if probability <= 0 else math.inf


def normal_share(value: Floats) -> Floats:
    """Return the share of standard normal values that do not exceed each of ``value``."""
    share: Floats = np.asarray(_erfc(np.asarray(value) / -_ROOT_TWO), dtype=np.float64) / 2
    return share


def normal_density(value: Floats) -> Floats:
    """Return the standard normal density at each of ``value``."""
    density: Floats = np.exp(-0.5 * value * value) / _ROOT_TWO_PI
    return density


def _in_tail(probability: Floats) -> Floats:
    upper = probability > 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.sqrt(-np.log(np.where(upper, 1 - probability, probability)))
        size = np.where(depth <= 5, _ratio(_TAIL, depth - 1.6), _ratio(_FAR_TAIL, depth - 5))
    size[np.isinf(depth)] = np.inf
    return np.where(upper, size, -size)


def _ratio(coefficients: tuple[tuple[float, float], ...], variable: Floats) -> Floats:
    above, below = (np.full_like(variable, highest) for highest in coefficients[0])
    for add_above, add_below in coefficients[1:]:
        above *= variable
        above += add_above
        below *= variable
        below += add_below
    above /= below
    return above
