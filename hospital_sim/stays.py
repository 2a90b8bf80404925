"""How long patients hold a bed: the stay until they are fit to leave, and the delay after it.

Stays and delays are drawn for each request before it meets a bed. The simple rule: a stay is uniform between one day
and the department's maximum; a small share of stays is long, several maximum stays; a small share of discharges is
delayed.
"""

from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hospital_sim.clock import DAY, to_seconds
from hospital_sim.config import DepartmentConfig
from hospital_sim.distributions import Floats, Uniform
from hospital_sim.events.fields import DelayReason, DischargeDestination
from hospital_sim.streams import Streams

Seconds = NDArray[np.int64]
Word = TypeVar("Word", bound=str)


class Stay(NamedTuple):
    """What was drawn for one patient's time in the bed.

    Attributes:
        length: Seconds from admission until fit for discharge, at least 1.
        delay: Seconds from then until the bed is left, 0 unless the discharge is delayed.
        destination: NHS discharge destination code.
        delay_reason: Why the discharge is delayed; None unless it is.
    """

    length: int
    delay: int
    destination: DischargeDestination
    delay_reason: DelayReason | None


class StayDraws:
    """Draws the stays of one department, a block at a time.

    Args:
        department: Whose stays.
        streams: The department's random streams.
    """

    def __init__(self, department: DepartmentConfig, streams: Streams) -> None:
        self._department = department
        self._stay = streams.stream("stay")
        self._is_long = streams.stream("long_stay")
        self._long = streams.stream("long_stay_length")
        self._is_delayed = streams.stream("delay")
        self._delay = streams.stream("delay_length")
        self._reasons = Choice(department.delay_reasons, streams.stream("delay_reason"))
        self._destinations = Choice(department.discharge_destinations, streams.stream("discharge_destination"))

    def draw(self, size: int) -> Iterator[Stay]:
        """Draw ``size`` stays."""
        delays = self._delays(size)
        reasons = [
            reason if delay else None for reason, delay in zip(self._reasons.draw(size), delays.tolist(), strict=True)
        ]
        return map(Stay, self._lengths(size).tolist(), delays.tolist(), self._destinations.draw(size), reasons)

    def _lengths(self, size: int) -> Seconds:
        if self._department.stay is not None:
            return np.maximum(_seconds(self._department.stay.sample(self._stay, size)), 1)
        longest = self._department.max_stay_days or 1.0
        ordinary = _seconds(Uniform(1, longest).sample(self._stay, size))
        low, high = self._department.long_stay_multiple
        long = _seconds(Uniform(low * longest, high * longest).sample(self._long, size))
        is_long = self._is_long.random(size) < self._department.long_stay_share
        # A stay is called long if it is above the maximum, so that it can be told from the timestamps.
        return np.where(is_long, np.maximum(long, to_seconds(longest) + 1), ordinary)

    def _delays(self, size: int) -> Seconds:
        delays = _seconds(Uniform(*self._department.delay_days).sample(self._delay, size))
        is_delayed = self._is_delayed.random(size) < self._department.delay_share
        return np.where(is_delayed, np.maximum(delays, 1), 0)


class Choice(Generic[Word]):
    """Draws words by their shares.

    Args:
        shares: The share of each word; they add up to 1.
        rng: The random stream.
    """

    def __init__(self, shares: Mapping[Word, float], rng: np.random.Generator) -> None:
        # Sorted, so that the order in a file changes nothing.
        words = sorted(word for word, share in shares.items() if share > 0)
        self._words = np.array(words, dtype=object)
        self._bounds = np.cumsum([shares[word] for word in words])[:-1]
        self._rng = rng

    def draw(self, size: int) -> list[Word]:
        """Draw ``size`` words."""
        words: list[Word] = self._words[np.searchsorted(self._bounds, self._rng.random(size), side="right")].tolist()
        return words


def _seconds(days: Floats) -> Seconds:
    return np.rint(days * DAY).astype(np.int64)
