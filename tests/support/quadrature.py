"""Moments by quadrature of a quantile, as a check that uses no formula of the distribution."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def integral(function: Callable[[Floats], Floats], start: float, end: float, panels: int = 400) -> float:
    """Integrate a function of arrays by Gauss-Legendre quadrature on equal panels."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    width = (end - start) / panels
    middles = start + width * (np.arange(panels) + 0.5)
    points = middles[:, np.newaxis] + width / 2 * nodes
    return float((function(points.ravel()).reshape(points.shape) @ weights).sum() * width / 2)


def moment_of_quantile(quantile: Callable[[Floats], Floats], order: int) -> float:
    """Integrate a power of a quantile over all shares, with both ends stretched because it may be unbounded."""

    def both_ends(tail: Floats) -> Floats:
        share = np.exp(-tail) / 2
        ends: Floats = (quantile(share) ** order + quantile(1 - share) ** order) * share
        return ends

    return integral(both_ends, 0, 34)
