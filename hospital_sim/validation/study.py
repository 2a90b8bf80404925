"""A study: a model to simulate in many replications, and the checks of its results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hospital_sim.distributions import Floats
from hospital_sim.validation.checks import Check

Measures = dict[str, Floats]
"""Measures of one replication: arrays by name, of the same shape in every replication."""

Samples = dict[str, Floats]
"""Measures of all replications: arrays by name, whose first dimension is the replication."""


@dataclass(frozen=True, slots=True)
class Study:
    """A model to simulate in many replications, and the checks of its results.

    Attributes:
        name: Name, as people see it.
        replicate: Called with a seed; runs one replication.
        judge: Called with the measures of all replications; returns the checks.
        cost: Approximate processor seconds of a replication. The most expensive studies start first, so that no
            process runs alone at the end.
    """

    name: str
    replicate: Callable[[int], Measures]
    judge: Callable[[Samples], list[Check]]
    cost: float = 0.1


def gather(replications: Sequence[Measures]) -> Samples:
    """Return the measures of all replications as arrays."""
    return {name: np.stack([measures[name] for measures in replications]) for name in replications[0]}
