"""A study: a model to simulate in many replications, and the checks of its results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hospital_sim.distributions import Floats
from hospital_sim.validation.checks import Check

Measures = Mapping[str, Floats | float]
"""Measures of one replication: numbers, or arrays of the same shape in every replication, by name."""

Samples = dict[str, Floats]
"""Measures of all replications: arrays by name, whose first dimension is the replication."""


@dataclass(frozen=True, slots=True)
class Study:
    """A model to simulate in many replications, and the checks of its results.

    Attributes:
        name: Name, as people see it.
        replicate: Called with a seed; runs one replication.
        checks: Each check by its name; called with the measures of all replications.
        cost: Approximate processor seconds of a replication. The most expensive studies start first, so that no
            process runs alone at the end.
    """

    name: str
    replicate: Callable[[int], Measures]
    checks: Mapping[str, Callable[[Samples], Check]]
    cost: float = 0.1
