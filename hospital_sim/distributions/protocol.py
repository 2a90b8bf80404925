"""What a model needs to know of a distribution, and the randomness it hands to one."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of numbers."""


@runtime_checkable
class Distribution(Protocol):
    """What a model needs to know of a distribution.

    Whatever offers these two can be a stay or a time between arrivals. Those that are named in a configuration are
    values of a registered class besides (see ``registry``).
    """

    @property
    def mean(self) -> float:
        """The expected value."""
        ...

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw ``size`` independent values as an array of shape ``(size,)``."""
        ...


class UniformSource(Protocol):
    """Whatever yields uniform numbers: a NumPy generator, a ``random.Random``, a stream keyed by patient."""

    def random(self) -> float:
        """Return the next number in [0, 1)."""
        ...
