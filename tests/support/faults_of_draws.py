"""Faults to plant in the draws of demand and stays (see ``faults``)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from drawn_stays import Stay, each_stay

from hospital_sim.clock import DAY
from hospital_sim.config.calendar import Profile
from hospital_sim.config.sources import Source
from hospital_sim.draws import requests as demand
from hospital_sim.draws import stays
from hospital_sim.draws.streams import Streams
from hospital_sim.simulation import runner as simulation

Fault = Callable[[pytest.MonkeyPatch], None]
"""Replaces one part of the real simulation by a wrong one."""


def every_department_draws_from_one_stream(patch: pytest.MonkeyPatch) -> None:
    real = Streams.__init__
    patch.setattr(
        Streams, "__init__", lambda self, seed, hospital, ward, *source: real(self, seed, "one", "one", *source)
    )


def a_stream_serves_two_purposes(patch: pytest.MonkeyPatch) -> None:
    """The length of a stay is drawn from the stream that says whether it is long."""
    real = Streams.stream
    patch.setattr(Streams, "stream", lambda self, purpose: real(self, "stay" if purpose == "long_stay" else purpose))


def draws_depend_on_the_other_departments(patch: pytest.MonkeyPatch) -> None:
    """Streams are numbered as they are made, over all departments."""
    real = Streams.stream
    made = 0

    def stream(self: Streams, purpose: str) -> np.random.Generator:
        nonlocal made
        made += 1
        return real(self, f"{purpose}/{made // 20}")

    patch.setattr(Streams, "stream", stream)


def draws_are_never_the_same(patch: pytest.MonkeyPatch) -> None:
    """Every run has a seed of its own, as a clock would give."""
    clock = iter(range(10**6))
    real = simulation.Streams
    patch.setattr(simulation, "Streams", lambda seed, hospital, ward: real(seed + next(clock), hospital, ward))


def draws_depend_on_the_end(patch: pytest.MonkeyPatch) -> None:
    """The requests of a run are drawn backwards from its last day."""
    real = demand._poisson

    def backwards(source: Source, rng: np.random.Generator, days: Iterable[date]) -> Iterator[list[int]]:
        yield from reversed(list(real(source, rng, reversed(list(days)))))

    patch.setattr(demand, "_poisson", backwards)


def seasons_come_a_month_late(patch: pytest.MonkeyPatch) -> None:
    _demand(patch, lambda source: _with_months(source, (source.profile.by_month[-1], *source.profile.by_month[:-1])))


def seasons_are_left_out(patch: pytest.MonkeyPatch) -> None:
    _demand(patch, lambda source: _with_months(source, (1.0,) * 12))


def _with_months(source: Source, by_month: Sequence[float]) -> Source:
    return replace(source, profile=Profile(by_month, source.profile.by_weekday, source.profile.by_hour))


def _demand(patch: pytest.MonkeyPatch, change: Callable[[Source], Source]) -> None:
    real = demand._poisson
    patch.setattr(demand, "_poisson", lambda source, rng, days: real(change(source), rng, days))


def the_rate_is_off_by(percent: float) -> Fault:
    def fault(patch: pytest.MonkeyPatch) -> None:
        _demand(patch, lambda source: replace(source, per_day=source.per_day * (1 + percent / 100)))

    fault.__name__ = f"the_rate_is_{percent:g}_percent_off"
    return fault


def demand_comes_in_the_first_half_of_the_day(patch: pytest.MonkeyPatch) -> None:
    real = demand._poisson

    def squeezed(*arguments: Any) -> Iterator[list[int]]:
        for seconds in real(*arguments):
            yield [second - second % DAY + second % DAY // 2 for second in seconds]

    patch.setattr(demand, "_poisson", squeezed)


def long_stays_are_left_out(patch: pytest.MonkeyPatch) -> None:
    real = stays.StayDraws.__init__

    def init(self: stays.StayDraws, rule: Any, department: Any, streams: Streams) -> None:
        real(self, replace(rule, long_share=0.0), department, streams)

    patch.setattr(stays.StayDraws, "__init__", init)


def demand_is_as_regular_as_a_clock(patch: pytest.MonkeyPatch) -> None:
    """The number of requests of a day is its mean: no chance in it."""

    class Regular:
        def __init__(self, rng: np.random.Generator) -> None:
            self._rng = rng

        def poisson(self, rate: float) -> int:
            return round(rate)

        def random(self, size: int) -> np.ndarray[Any, Any]:
            return self._rng.random(size)

    real = Streams.stream
    patch.setattr(
        Streams,
        "stream",
        lambda self, purpose: Regular(real(self, purpose)) if purpose == "demand" else real(self, purpose),
    )


def _stays(patch: pytest.MonkeyPatch, change: Callable[[Stay], Stay]) -> None:
    real = stays.StayDraws.draw

    def draw(self: stays.StayDraws, size: int) -> stays.Stays:
        changed = [change(stay) for stay in each_stay(real(self, size))]
        return stays.Stays(*([stay[column] for stay in changed] for column in range(len(Stay._fields))))

    patch.setattr(stays.StayDraws, "draw", draw)


def stays_are_whole_days(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(length=stay.length // DAY * DAY, delay=stay.delay // DAY * DAY))


def stays_lean_to_the_short(patch: pytest.MonkeyPatch) -> None:
    """Of an ordinary stay one fiftieth beyond the first day is missing."""
    _stays(
        patch,
        lambda stay: stay if stay.length > 8 * DAY else stay._replace(length=DAY + (stay.length - DAY) * 49 // 50),
    )


def a_long_stay_is_not_told_from_an_ordinary_one(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(length=min(stay.length, 8 * DAY)))


def delays_are_half_as_frequent(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(delay=stay.delay * (stay.length % 2)))


def long_stays_are_delayed(patch: pytest.MonkeyPatch) -> None:
    _stays(patch, lambda stay: stay._replace(delay=stay.delay or DAY) if stay.length > 8 * DAY else stay)


def words_are_drawn_alike(patch: pytest.MonkeyPatch) -> None:
    """Every word has the same chance, whatever its share."""
    real = stays.Choice.__init__
    patch.setattr(
        stays.Choice, "__init__", lambda self, shares, rng: real(self, dict.fromkeys(shares, 1 / len(shares)), rng)
    )
