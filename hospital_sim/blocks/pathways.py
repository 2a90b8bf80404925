"""Patients who arrive and follow your own pathway, in the environment's unit of time.

A patient's draw depends only on the seed, the patient's number, the purpose of the draw and how often the patient drew
for it before, not on draws for other purposes. So two models with the same seed are compared on common random numbers,
patient by patient and visit by visit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

from simpy import Environment
from simpy.events import Event, Process

from hospital_sim.blocks.processes import StartedProcess
from hospital_sim.distributions import Distribution, value_at
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.draws.streams import Streams

_UNIT = 2.0**-53
_BLOCK = 256


@dataclass(slots=True, frozen=True)
class Patient:
    """A patient on a pathway.

    Attributes:
        number: The patient's number among the arrivals, from 0.
        arrived: Time of arrival.
        stream: Seed and name of the arrivals; the patient's draws are keyed by it and the number.
    """

    number: int
    arrived: float
    stream: str
    _draws: dict[tuple[str, str], int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def draw(self, purpose: str, distribution: Distribution) -> float:
        """Return this patient's value from a distribution. Each call for the same purpose gives a new value.

        So a patient who comes back to a ward has another stay there. Keep the value to use it twice.

        Args:
            purpose: Name of the draw, such as a step of the pathway.
            distribution: The distribution.
        """
        return value_at(distribution, self._uniform("draw", purpose))

    def chance(self, purpose: str, probability: float) -> bool:
        """Return True with a probability. Each call for the same purpose gives a new answer.

        Args:
            purpose: Name of the chance, such as a step of the pathway.
            probability: The probability, 0 to 1.

        Raises:
            ValueError: If the probability is not between 0 and 1.
        """
        if not 0 <= probability <= 1:
            raise ValueError(f"probability of {purpose!r}: must be between 0 and 1, not {probability}")
        return self._uniform("chance", purpose) < probability

    def _uniform(self, kind: str, purpose: str) -> float:
        # The kind is in the key, because a chance and a draw may share a purpose: a stay in a ward, and its length.
        key = f"{self.stream}/{kind}/{purpose}/{self.number}"
        earlier = self._draws.get((kind, purpose), 0)
        self._draws[kind, purpose] = earlier + 1
        digest = blake2b((f"{key}/{earlier}" if earlier else key).encode(), digest_size=8).digest()
        return ((int.from_bytes(digest, "little") >> 11) + 0.5) * _UNIT


_streams_by_environment: WeakKeyDictionary[Environment, set[tuple[int, str]]] = WeakKeyDictionary()
"""Seed and name of the arrivals in each environment."""

Pathway = Callable[[Patient], Generator[Event, Any, object]]
"""A generator function that runs the pathway of one patient."""


def arrivals(
    env: Environment, interarrival: Distribution, pathway: Pathway, *, seed: int, name: str = "arrivals"
) -> Process:
    """Start a pathway for each patient who arrives, until the simulation ends.

    Use it with a ward, for example::

        def pathway(patient):
            with (yield from ward.admit(patient)):
                yield env.timeout(patient.draw("stay", hs.Lognormal(mean=7, sd=8)))
        hs.arrivals(env, hs.Exponential(mean=1.2), pathway, seed=1)

    Args:
        env: The environment.
        interarrival: Distribution of the time between one arrival and the next.
        pathway: Called with each patient; returns the generator to run.
        seed: Seed of the arrivals and of all draws of their patients.
        name: Name of these arrivals, to be used once with a seed. Arrivals of different names are independent.

    Returns:
        The process of the arrivals.

    Raises:
        ValueError: If the mean time between arrivals is 0, the seed is below 0, or the environment has arrivals with
            this seed and name already, which would be the same.
        TypeError: If the seed is not a whole number.
    """
    seed = whole_number("seed", seed, 0)
    if not interarrival.mean > 0:
        raise ValueError(f"interarrival: must have a mean above 0, not {interarrival.mean}")
    streams = _streams_by_environment.setdefault(env, set())
    if (seed, name) in streams:
        raise ValueError(
            f"name: arrivals {name!r} with the seed {seed} are in this environment already, and these would draw the "
            "same patients; give each arrivals a name of their own"
        )
    streams.add((seed, name))
    return env.process(_arrive(env, _gaps(interarrival, seed, name), pathway, f"{seed}/{name}"))


def _arrive(env: Environment, gaps: Iterator[float], pathway: Pathway, stream: str) -> Generator[Event, Any, None]:
    for number, gap in enumerate(gaps):
        yield env.timeout(gap)
        StartedProcess(env, pathway(Patient(number, env.now, stream)))


def _gaps(interarrival: Distribution, seed: int, name: str) -> Iterator[float]:
    rng = Streams(seed, "pathway", name).stream("interarrival")
    while True:
        yield from interarrival.sample(rng, _BLOCK).tolist()
