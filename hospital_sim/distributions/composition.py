"""Draws from one of several distributions with a single uniform number.

The number selects a part, and its position within that part's share gives the value. So greater numbers give greater
values within a part, but not across parts.
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
    """A distribution to draw from."""

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        ...

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        ...


class Composition:
    """Several parts, each with its probability.

    Args:
        parts: Pairs of probability and distribution; probabilities are above 0 and add up to 1.
    """

    def __init__(self, parts: Sequence[tuple[float, Part]]) -> None:
        self._parts = [part for _, part in parts]
        self._weights = [weight for weight, _ in parts]
        self._bounds = list(accumulate(self._weights[:-1]))
        self._starts = [0.0, *self._bounds]

    def at(self, uniform: float) -> float:
        """Return the value for one uniform number in [0, 1)."""
        pick = bisect_right(self._bounds, uniform)
        return self._parts[pick].at(min((uniform - self._starts[pick]) / self._weights[pick], _BELOW_ONE))

    def at_each(self, uniform: Floats) -> Floats:
        """Return the values for an array of uniform numbers."""
        picks = np.searchsorted(self._bounds, uniform, side="right")
        values = np.empty(uniform.shape)
        for pick, part in enumerate(self._parts):
            selected = picks == pick
            place = (uniform[selected] - self._starts[pick]) / self._weights[pick]
            values[selected] = part.at_each(np.minimum(place, _BELOW_ONE))
        return values
