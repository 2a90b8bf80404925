"""Seconds at which the patients of a source ask for a bed, by its own rule, in blocks.

A block has many days, because NumPy takes about as long for the five requests of a day as for five hundred. The size of
the blocks changes no draw: each number comes from the stream of its purpose, in the order of the requests.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, takewhile

import numpy as np

from hospital_sim.clock import DAY, HOUR, days_from, second_of
from hospital_sim.config.calendar import Profile
from hospital_sim.config.parts import WEEKDAYS, ScheduledList
from hospital_sim.config.sources import Source
from hospital_sim.distributions import Distribution, Floats

_REQUESTS = 512
"""Requests in a block, on average."""

_MOST_DAYS = 256
"""Most days in a block, so that a source with few requests draws no more than that ahead."""


def days_in_block(source: Source) -> int:
    """Return the days that a source draws at a time."""
    return max(1, int(_REQUESTS / max(source.per_day, _REQUESTS / _MOST_DAYS)))


def comes_by_day(source: Source) -> bool:
    """Return True if the blocks of a source are days: its requests are a Poisson process or follow a schedule."""
    return source.config.interarrival is None and source.config.arrivals is None


def request_times(
    source: Source, rng: np.random.Generator, first_day: date, last_day: date | None, days_at_once: int
) -> Iterator[list[int]]:
    """Return the seconds of a source's requests, in blocks.

    Args:
        source: The source.
        rng: The stream of its demand.
        first_day: First day of the warm-up.
        last_day: Last day, inclusive; without end if None. Arrivals that are replayed, and requests with independent
            times between them, may go on after it.
        days_at_once: Days in a block of a Poisson process or a schedule.
    """
    config = source.config
    days = takewhile(lambda day: last_day is None or day <= last_day, days_from(first_day))
    if config.interarrival is not None:
        return _renewals(config.interarrival, rng, second_of(first_day))
    if config.arrivals is not None:
        seconds = [int(moment.timestamp()) for moment in config.arrivals]
        return iter([[second for second in seconds if second >= second_of(first_day)]])
    blocks = iter(lambda: list(islice(days, days_at_once)), [])
    if config.schedule is not None:
        return _appointments(config.schedule, blocks)
    return _poisson(source, rng, blocks)


def _poisson(source: Source, rng: np.random.Generator, blocks: Iterable[list[date]]) -> Iterator[list[int]]:
    """Yield the seconds of each block: the number of a day is Poisson, the times follow the profile."""
    by_month, by_weekday = source.profile.month_multipliers, source.profile.weekday_multipliers
    offsets = _Offsets(source.profile)
    for days in blocks:
        drawn = []
        for day in days:
            rate = source.per_day * by_month[day.month - 1] * by_weekday[day.weekday()]
            drawn.append(rng.random(rng.poisson(rate)))
        starts = np.repeat([second_of(day) for day in days], [len(uniform) for uniform in drawn])
        seconds = starts + offsets.at_each(np.concatenate(drawn))
        seconds.sort()
        yield seconds.tolist()


class _Offsets:
    """Turns uniform numbers into seconds of a day, by the hours of a profile."""

    def __init__(self, profile: Profile) -> None:
        self._ends = np.cumsum(profile.hour_multipliers) / 24
        self._starts = np.concatenate(([0.0], self._ends[:-1]))
        self._widths = np.maximum(self._ends - self._starts, np.finfo(float).tiny)
        self._is_flat = len(set(profile.by_hour)) == 1

    def at_each(self, uniform: Floats) -> np.typing.NDArray[np.int64]:
        """Return the second for each number in [0, 1)."""
        if self._is_flat:
            offsets = np.floor(uniform * DAY)
        else:
            hours = np.minimum(np.searchsorted(self._ends, uniform, side="right"), 23)
            offsets = np.floor((hours + (uniform - self._starts[hours]) / self._widths[hours]) * HOUR)
        return np.minimum(offsets.astype(np.int64), DAY - 1)


def _renewals(interarrival: Distribution, rng: np.random.Generator, start: int) -> Iterator[list[int]]:
    """Yield the seconds of requests with independent times between them, in blocks."""
    block = 64
    elapsed = 0.0
    while True:
        times = elapsed + np.cumsum(interarrival.sample(rng, block)) * DAY
        elapsed = float(times[-1])
        yield (np.floor(times).astype(np.int64) + start).tolist()


def _appointments(schedule: tuple[ScheduledList, ...], blocks: Iterable[list[date]]) -> Iterator[list[int]]:
    """Yield the seconds of the appointments of each block."""
    by_weekday: list[list[int]] = [[] for _ in WEEKDAYS]
    for entry in schedule:
        hours, minutes = map(int, entry.time.split(":"))
        by_weekday[WEEKDAYS.index(entry.weekday)] += [hours * HOUR + minutes * 60] * entry.patients
    for offsets in by_weekday:
        offsets.sort()
    for days in blocks:
        yield [second_of(day) + offset for day in days for offset in by_weekday[day.weekday()]]
