"""An observer that records every spell and every change of beds, so that any census can be taken after the run."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell
from hospital_sim.validation.instruments.observers import NullObserver

Seconds = NDArray[np.int64]

_SPELL = np.dtype("i8, i8, i8, i8, U2, U2, O")
_SPELL.names = ("place", "admitted", "ready", "discharged", "method", "destination", "reason")

Spells = NDArray[np.void]
"""An array of spells, with these fields:

- ``place``: position of the department whose bed it is;
- ``admitted``, ``ready`` and ``discharged``: seconds of the admission, of the readiness for discharge, and of the
  discharge, which may lie after the end of the run;
- ``method`` and ``destination``: NHS codes of the admission method and the discharge destination;
- ``reason``: reason for the delay of the discharge; empty without delay.
"""


class SpellLog(NullObserver):
    """Records every spell of a run, including the warm-up, in some hundred bytes each.

    Attributes:
        positions: Position of each department in the hospital by its identifier; empty until the run begins.
    """

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self._spells: list[tuple[int, int, int, int, str, str, str]] = []
        self._requests: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self._beds: dict[int, dict[int, int]] = {}

    def requested(self, spell: Spell) -> None:
        """Record a request."""
        self._record_request(spell.request)

    def diverted(self, department: Department, request: Request) -> None:
        """Record a request that was turned away."""
        del department
        self._record_request(request)

    def admitted(self, spell: Spell) -> None:
        """Record a spell; its end is known as soon as it begins."""
        request = spell.request
        times = (spell.admitted, spell.ready, spell.discharged)
        codes = (request.admission_method, request.destination, request.delay_reason or "")
        self._spells.append((spell.place.position, *times, *codes))

    def discharged(self, spell: Spell) -> None:
        """Record the open beds, because a closing bed may have closed."""
        self._record_beds(spell.place)

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Begin to watch the beds on the first day."""
        del second
        if self.positions:
            return
        for department in departments:
            self.positions[department.id] = department.position
            self._beds[department.position] = {}
            watch = partial(self._record_beds, department)
            department.ward.on_beds_changed.append(watch)
            watch()

    def spells(self) -> Spells:
        """Return the spells recorded so far."""
        return np.array(self._spells, _SPELL)

    def requests(self, methods: Iterable[str]) -> Seconds:
        """Return the seconds of the requests by some admission methods, including requests turned away."""
        seconds = [np.array(self._requests[method], np.int64) for method in methods if method in self._requests]
        return np.concatenate([np.array([], np.int64), *seconds])

    def open_beds(self, places: Collection[int], at: Seconds) -> Seconds:
        """Return the open beds of some departments, in total, at the beginning of each second of ``at``."""
        total = np.zeros(len(at), np.int64)
        for place in places:
            changes = self._beds[place]
            last = np.maximum(np.searchsorted(list(changes), at) - 1, 0)
            total += np.array(list(changes.values()))[last]
        return total

    def _record_request(self, request: Request) -> None:
        self._requests[request.admission_method].append(request.second)

    def _record_beds(self, department: Department) -> None:
        changes = self._beds[department.position]
        if next(reversed(changes.values()), None) != department.ward.beds:
            changes[int(department.ward.env.now)] = department.ward.beds


def in_beds_of(spells: Spells, places: Collection[int]) -> Spells:
    """Return the spells in beds of some departments."""
    return spells[np.isin(spells["place"], list(places))]


def present(spells: Spells, at: Seconds, since: str = "admitted") -> Seconds:
    """Return the number of patients in a bed at the beginning of each second of ``at``.

    Args:
        spells: The spells.
        at: The seconds.
        since: Time from which a patient counts; ``"ready"`` counts those who are ready for discharge.
    """
    return earlier(spells[since], at) - earlier(spells["discharged"], at)


def earlier(times: Seconds, at: Seconds) -> Seconds:
    """Return the number of times before each second of ``at``."""
    counts: Seconds = np.searchsorted(np.sort(times), at, side="left")
    return counts
