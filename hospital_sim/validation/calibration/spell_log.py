"""An observer that records every spell and every change of beds, so that any census can be taken after the run."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell

Seconds = NDArray[np.int64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.str_]


class SpellLog:
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
            watch: Callable[[], None] = partial(self._record_beds, department)
            department.ward.on_beds_changed.append(watch)
            watch()

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Ignore the end of a day."""

    def spells(self) -> Spells:
        """Return the spells recorded so far."""
        columns = zip(*self._spells, strict=True) if self._spells else [()] * 7
        place, admitted, ready, discharged, method, destination, reason = columns
        return Spells(
            np.array(place, np.int64),
            np.array(admitted, np.int64),
            np.array(ready, np.int64),
            np.array(discharged, np.int64),
            np.array(method, "U2"),
            np.array(destination, "U2"),
            np.array(reason, str),
        )

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


@dataclass(frozen=True, slots=True)
class Spells:
    """Spells as columns, with one element for each spell.

    Attributes:
        place: Position of the department whose bed it is.
        admitted: Second of the admission.
        ready: Second from which the patient is ready for discharge.
        discharged: Second of the discharge; it may lie after the end of the run.
        method: NHS admission method code.
        destination: NHS discharge destination code.
        reason: Reason for the delay of the discharge; empty without delay.
    """

    place: Seconds
    admitted: Seconds
    ready: Seconds
    discharged: Seconds
    method: Codes
    destination: Codes
    reason: Codes

    def where(self, mask: Mask) -> Spells:
        """Return the spells for which a mask is true."""
        return Spells(*(getattr(self, column.name)[mask] for column in fields(self)))

    def of(self, places: Collection[int]) -> Spells:
        """Return the spells in beds of some departments."""
        return self.where(np.isin(self.place, list(places)))

    def discharged_in(self, start: int, end: int) -> Spells:
        """Return the spells discharged from ``start`` up to, and without, ``end``."""
        return self.where((self.discharged >= start) & (self.discharged < end))

    def present(self, at: Seconds) -> Seconds:
        """Return the number of patients in a bed at the beginning of each second of ``at``."""
        return since(self.admitted, at) - since(self.discharged, at)

    def delayed(self, at: Seconds) -> Seconds:
        """Return the number of patients in a bed who are ready for discharge, at the beginning of each second."""
        return since(self.ready, at) - since(self.discharged, at)


def since(times: Seconds, at: Seconds) -> Seconds:
    """Return the number of times before each second of ``at``."""
    counts: Seconds = np.searchsorted(np.sort(times), at, side="left")
    return counts
