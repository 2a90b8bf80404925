"""Stays, delays and turnarounds, drawn for each request before it meets a bed.

The simple rule: a stay is uniform between one day and the department's maximum; a small share of stays is long, several
times the maximum; a small share of discharges is delayed.
"""

from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hospital_sim.clock import DAY, HOUR, to_seconds
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.sources import StayRule
from hospital_sim.distributions import ByInversion, Floats
from hospital_sim.draws.streams import Streams
from hospital_sim.events.fields import DelayReason, DischargeDestination

Seconds = NDArray[np.int64]
Word = TypeVar("Word", bound=str)


class Stays(NamedTuple):
    """The stays of a block of patients; fields as in ``Request``, with one element for each patient."""

    length: list[int]
    delay: list[int]
    turnaround: list[int]
    outlier_turnarounds: Iterable[Mapping[str, int]]
    destination: list[DischargeDestination]
    delay_reason: list[DelayReason | None]


class StayDraws:
    """Draws the stays of one source, in blocks.

    Args:
        rule: Distributions and shares of the source's stays.
        department: The department.
        streams: The source's random streams.
        places: Departments that may take its patients as outliers.
    """

    def __init__(
        self, rule: StayRule, department: DepartmentConfig, streams: Streams, places: Iterable[DepartmentConfig] = ()
    ) -> None:
        self._rule = rule
        self._stay = streams.stream("stay")
        self._is_long = streams.stream("long_stay")
        self._long = streams.stream("long_stay_length")
        self._is_delayed = streams.stream("delay")
        self._delay = streams.stream("delay_length")
        self._turnaround = streams.stream("turnaround")
        # From the same stream, so that two departments with one distribution clean the bed of a patient equally long.
        self._places = [
            (place.id, place.turnaround_hours, streams.stream("turnaround"))
            for place in places
            if place.turnaround_hours is not None
        ]
        self._reasons = Choice(department.delay_reasons, streams.stream("delay_reason"))
        self._destinations = Choice(department.discharge_destinations, streams.stream("discharge_destination"))

    @property
    def are_by_inversion(self) -> bool:
        """True if each draw takes one number of its stream, so that the size of a block changes none."""
        rule, cleaning = self._rule, (hours for _, hours, _ in self._places)
        used = (rule.ordinary, rule.long, rule.delay, rule.turnaround_hours, *cleaning)
        return all(each is None or isinstance(each, ByInversion) for each in used)

    def draw(self, size: int) -> Stays:
        """Draw ``size`` stays."""
        delays = self._delays(size).tolist()
        reasons = [reason if delay else None for reason, delay in zip(self._reasons.draw(size), delays, strict=True)]
        lengths, turnarounds = self._lengths(size).tolist(), self._turnarounds(size).tolist()
        return Stays(
            lengths, delays, turnarounds, self._outlier_turnarounds(size), self._destinations.draw(size), reasons
        )

    def _lengths(self, size: int) -> Seconds:
        rule = self._rule
        ordinary = np.maximum(_seconds(rule.ordinary.sample(self._stay, size), DAY), 1)
        if rule.longest_ordinary is None:
            return ordinary
        long = _seconds(rule.long.sample(self._long, size), DAY)
        is_long = self._is_long.random(size) < rule.long_share
        # A long stay is above the maximum, so that the timestamps show it.
        return np.where(is_long, np.maximum(long, to_seconds(rule.longest_ordinary) + 1), ordinary)

    def _delays(self, size: int) -> Seconds:
        delays = _seconds(self._rule.delay.sample(self._delay, size), DAY)
        is_delayed = self._is_delayed.random(size) < self._rule.delay_share
        return np.where(is_delayed, np.maximum(delays, 1), 0)

    def _turnarounds(self, size: int) -> Seconds:
        if self._rule.turnaround_hours is None:
            return np.zeros(size, np.int64)
        return _seconds(self._rule.turnaround_hours.sample(self._turnaround, size), HOUR)

    def _outlier_turnarounds(self, size: int) -> Iterable[Mapping[str, int]]:
        if not self._places:
            return repeat({}, size)
        names = [name for name, _, _ in self._places]
        drawn = [_seconds(hours.sample(rng, size), HOUR).tolist() for _, hours, rng in self._places]
        return (dict(zip(names, seconds, strict=True)) for seconds in zip(*drawn, strict=True))


class Choice(Generic[Word]):
    """Draws words by their shares.

    Args:
        shares: The share of each word; they add up to 1.
        rng: The random stream.
    """

    def __init__(self, shares: Mapping[Word, float], rng: np.random.Generator) -> None:
        # Sorted, so that the order in a file does not change the draws.
        words = sorted(word for word, share in shares.items() if share > 0)
        self._words = np.array(words, dtype=object)
        self._bounds = np.cumsum([shares[word] for word in words])[:-1]
        self._rng = rng

    def draw(self, size: int) -> list[Word]:
        """Draw ``size`` words."""
        words: list[Word] = self._words[np.searchsorted(self._bounds, self._rng.random(size), side="right")].tolist()
        return words


def _seconds(times: Floats, unit: int) -> Seconds:
    return np.rint(times * unit).astype(np.int64)
