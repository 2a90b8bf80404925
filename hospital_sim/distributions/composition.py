"""Draws from one of several distributions with a single uniform number.

The number picks a part, and its place within that part's share draws from it. So greater numbers make greater values
within a part, not across them.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

import numpy as np

from hospital_sim.distributions.protocol import Floats

_BELOW_ONE = math.nextafter(1.0, 0.0)


class Part(Protocol):
    """What can be drawn from."""

    def at(self, uniform: float) -> float:
        """Return the value that a uniform number in [0, 1) stands for."""
        ...

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values that uniform numbers stand for."""
        ...


class Composition:
    """Several parts, each with its probability.

    Args:
        parts: Probabilities above 0, which add up to 1, and what they belong to.
    """

    def __init__(self, parts: Sequence[tuple[float, Part]]) -> None:
        self._parts = [part for _, part in parts]
        self._weights = [weight for weight, _ in parts]
        self._bounds = list(accumulate(self._weights[:-1]))
        self._starts = [0.0, *self._bounds]

    def at(self, uniform: float) -> float:
        """Return the value that a uniform number in [0, 1) stands for."""
        pick = bisect_right(self._bounds, uniform)
        return self._parts[pick].at(min((uniform - self._starts[pick]) / self._weights[pick], _BELOW_ONE))

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values that uniform numbers stand for."""
        picks = np.searchsorted(self._bounds, uniform, side="right")
        values = np.empty(uniform.shape)
        for pick, part in enumerate(self._parts):
            own = picks == pick
            place = (uniform[own] - self._starts[pick]) / self._weights[pick]
            values[own] = part.at_each(np.minimum(place, _BELOW_ONE))
        return values
