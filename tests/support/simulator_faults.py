"""Faults that a validation must catch, planted in the real simulator while a context lasts."""

import dataclasses
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from heapq import heapify
from typing import Any

import pytest
from simpy.events import Event

from hospital_sim.blocks import bed_pool as beds
from hospital_sim.blocks import bed_queue, pathways
from hospital_sim.draws import requests as demand
from hospital_sim.draws.streams import Streams
from hospital_sim.observe import window
from hospital_sim.simulation import runner as simulation
from hospital_sim.simulation.recorder import EventRecorder

Planted = Callable[[], AbstractContextManager[None]]


def fault(plant: Callable[[pytest.MonkeyPatch], None]) -> Planted:
    """Make a context manager from a function that patches."""

    @contextmanager
    def planted() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            yield

    planted.__name__ = plant.__name__
    return planted


@fault
def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    def wait_for_bed(self: Any, occupant: Any) -> Generator[Event, Any, Any]:
        turn = Event(self.env)
        self._queue.appendleft((occupant, turn))
        for watcher in self.watchers:
            watcher.asked(occupant)
        return (yield turn)

    patch.setattr(bed_queue.BedQueue, "wait_for_bed", wait_for_bed)


@fault
def a_bed_leaks(patch: pytest.MonkeyPatch) -> None:
    """Once in the life of a ward with several beds, a bed that becomes free is lost."""
    real = beds.BedPool.leave

    def leave(self: Any, number: int, *, clean: bool = True) -> Any:
        occupant = real(self, number, clean=clean)
        self.leaves = getattr(self, "leaves", 0) + 1
        if self.leaves == 20 and number in self._free and self.capacity > 1:
            self._free.remove(number)
            heapify(self._free)
        return occupant

    patch.setattr(beds.BedPool, "leave", leave)


@fault
def departments_share_their_streams(patch: pytest.MonkeyPatch) -> None:
    real = Streams.__init__
    patch.setattr(Streams, "__init__", lambda self, seed, *names: real(self, seed, "one", "one", *names[2:]))


@fault
def replications_share_their_streams(patch: pytest.MonkeyPatch) -> None:
    real = Streams.__init__
    patch.setattr(Streams, "__init__", lambda self, _seed, *names: real(self, 1, *names))


@fault
def stay_and_delay_share_a_stream(patch: pytest.MonkeyPatch) -> None:
    """The number from which the stay is drawn also decides whether the discharge is delayed."""
    real = Streams.stream
    patch.setattr(Streams, "stream", lambda self, purpose: real(self, "stay" if purpose == "delay" else purpose))


@fault
def statistics_count_a_stay_twice(patch: pytest.MonkeyPatch) -> None:
    """One in a hundred."""
    real = window.DepartmentWindow.left

    def left(self: Any, spell: Any) -> None:
        real(self, spell)
        if self.statistics.discharges % 100 == 0:
            self.statistics.occupied_bed_seconds += spell.discharged - spell.admitted

    patch.setattr(window.DepartmentWindow, "left", left)


class _Twice:
    """Calls an observer twice with one discharge in a hundred.

    The recorder is called once, because it refuses a spell that it has discharged.
    """

    def __init__(self, observer: Any) -> None:
        self._observer = observer
        self._is_recorder = isinstance(observer, EventRecorder)
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._observer, name)

    def discharged(self, spell: Any) -> None:
        self._count += 1
        for _ in range(2 if self._count % 100 == 0 and not self._is_recorder else 1):
            self._observer.discharged(spell)


@fault
def a_discharge_is_observed_twice(patch: pytest.MonkeyPatch) -> None:
    real = simulation.arrivals
    patch.setattr(
        simulation,
        "arrivals",
        lambda env, department, requests, observer: real(env, department, requests, _Twice(observer)),
    )


class _Faster:
    """A distribution whose times are shorter by a factor."""

    def __init__(self, times: Any, factor: float) -> None:
        self._times, self._factor = times, factor
        self.mean = times.mean / factor

    def sample(self, rng: Any, size: int) -> Any:
        return self._times.sample(rng, size) / self._factor


def the_rate_is_off(percent: float) -> Planted:
    """More or fewer patients come from every source than the configuration says."""
    factor = 1 + percent / 100
    poisson, renewals, gaps = demand._poisson, demand._renewals, pathways._gaps

    def plant(patch: pytest.MonkeyPatch) -> None:
        def more(source: Any, rng: Any, days: Any) -> Any:
            return poisson(dataclasses.replace(source, per_day=source.per_day * factor), rng, days)

        patch.setattr(demand, "_poisson", more)
        patch.setattr(demand, "_renewals", lambda times, rng, start: renewals(_Faster(times, factor), rng, start))
        patch.setattr(pathways, "_gaps", lambda times, seed, name: gaps(_Faster(times, factor), seed, name))

    plant.__name__ = f"the_rate_is_{percent:+g}_percent_off".replace("+", "plus_").replace("-", "minus_")
    return fault(plant)


RATE_HIGH, RATE_LOW = the_rate_is_off(5), the_rate_is_off(-5)
