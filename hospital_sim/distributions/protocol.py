"""Protocols of distributions, and of the random numbers that they use."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of numbers."""


@runtime_checkable
class Distribution(Protocol):
    """A mean and samples: all that a stay or a time between arrivals needs.

    A configuration can only name distributions of a registered class (see ``registry``).
    """

    @property
    def mean(self) -> float:
        """The expected value."""
        ...

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values as an array of shape ``(size,)``."""
        ...


class UniformSource(Protocol):
    """A source of uniform numbers: a NumPy generator, a ``random.Random``, or a stream keyed by patient."""

    def random(self) -> float:
        """Return the next number in [0, 1)."""
        ...
