"""Patients who arrive and take a pathway of one's own, in the environment's unit of time.

What is drawn for a patient depends on the seed, the patient's number and the purpose of the draw alone, not on what
happened before it. So two models with the same seed are compared on common random numbers, patient by patient.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from simpy import Environment
from simpy.events import Event, Process

from hospital_sim.blocks.processes import StartedProcess
from hospital_sim.distributions import Distribution, value_at
from hospital_sim.draws.streams import Streams

_UNIT = 2.0**-53
_BLOCK = 256


@dataclass(slots=True, frozen=True)
class Patient:
    """Somebody on a pathway.

    Attributes:
        number: The patient's number among the arrivals, from 0.
        arrived: Time of arrival.
        stream: Name of the arrivals, seed included: what the patient's draws are keyed by, beside the number.
    """

    number: int
    arrived: float
    stream: str

    def draw(self, purpose: str, distribution: Distribution) -> float:
        """Return this patient's value from a distribution; the same for the same purpose, however often it is asked.

        Args:
            purpose: What the value is for.
            distribution: What to draw from.
        """
        return value_at(distribution, self._uniform("draw", purpose))

    def chance(self, purpose: str, probability: float) -> bool:
        """Tell whether something that has a probability happens to this patient.

        Args:
            purpose: What it is.
            probability: How likely it is, 0 to 1.

        Raises:
            ValueError: If the probability is not between 0 and 1.
        """
        if not 0 <= probability <= 1:
            raise ValueError(f"probability of {purpose!r}: must be between 0 and 1, not {probability}")
        return self._uniform("chance", purpose) < probability

    def _uniform(self, kind: str, purpose: str) -> float:
        # A chance and a draw may have one purpose: whether there is a stay in a ward, and how long it is.
        digest = blake2b(f"{self.stream}/{kind}/{purpose}/{self.number}".encode(), digest_size=8).digest()
        return ((int.from_bytes(digest, "little") >> 11) + 0.5) * _UNIT


Pathway = Callable[[Patient], Generator[Event, Any, object]]
"""A coroutine function: what a patient does."""


def arrivals(
    env: Environment, interarrival: Distribution, pathway: Pathway, *, seed: int, name: str = "arrivals"
) -> Process:
    """Let patients arrive, without end, and set each on a pathway.

    Args:
        env: The environment.
        interarrival: Distribution of the time between one arrival and the next.
        pathway: What each patient does.
        seed: Seed of the arrivals and of every draw of their patients.
        name: Name of these arrivals; two of one seed need different names to be independent.

    Returns:
        The process that makes the patients arrive.

    Raises:
        ValueError: If the time between arrivals has a mean of 0.
    """
    if not interarrival.mean > 0:
        raise ValueError(f"interarrival: must have a mean above 0, not {interarrival.mean}")
    return env.process(_arrive(env, _gaps(interarrival, seed, name), pathway, f"{seed}/{name}"))


def _arrive(env: Environment, gaps: Iterator[float], pathway: Pathway, stream: str) -> Generator[Event, Any, None]:
    for number, gap in enumerate(gaps):
        yield env.timeout(gap)
        StartedProcess(env, pathway(Patient(number, env.now, stream)))


def _gaps(interarrival: Distribution, seed: int, name: str) -> Iterator[float]:
    rng = Streams(seed, "pathway", name).stream("interarrival")
    while True:
        yield from interarrival.sample(rng, _BLOCK).tolist()
