"""A study: something to simulate many times over, and what is checked of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hospital_sim.distributions import Floats
from hospital_sim.validation.checks import Check

Measures = dict[str, Floats]
"""What was measured in one replication: arrays by name, of the same shape in each."""

Samples = dict[str, Floats]
"""The same of all replications: arrays whose first dimension is the replication."""


@dataclass(frozen=True, slots=True)
class Study:
    """Something to simulate many times over, and what is checked of it.

    Attributes:
        name: Its name.
        replicate: Runs one replication with a seed.
        judge: Compares what all of them showed with what is expected.
        cost: Processor seconds of a replication, roughly: the longest are begun first.
    """

    name: str
    replicate: Callable[[int], Measures]
    judge: Callable[[Samples], list[Check]]
    cost: float = 0.1


def gather(replications: Sequence[Measures]) -> Samples:
    """Return the measures of replications as arrays of all of them."""
    return {name: np.stack([each[name] for each in replications]) for name in replications[0]}
