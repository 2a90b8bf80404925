"""An observer that notes when each bed was held and by whom, so that any census can be taken afterwards."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell

Seconds = NDArray[np.int64]
Which = NDArray[np.bool_]

_INTEGER = "q"


class SpellLog:
    """Notes every spell of a run, warm-up included, as whole numbers: some hundred bytes each.

    Attributes:
        positions: Position of each department in the hospital, by identifier, once the run has begun.
    """

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self._times: dict[str, array[int]] = {name: array(_INTEGER) for name in ("place", "admitted", "ready", "left")}
        self._methods: list[str] = []
        self._destinations: list[str] = []
        self._reasons: list[str | None] = []
        self._asked_at = array(_INTEGER)
        self._asked_how: list[str] = []
        self._changed_at: list[list[int]] = []
        self._beds: list[list[int]] = []

    def requested(self, spell: Spell) -> None:
        """Note a request."""
        self._asked(spell.request)

    def diverted(self, department: Department, request: Request) -> None:
        """Note a request that was turned away."""
        del department
        self._asked(request)

    def admitted(self, spell: Spell) -> None:
        """Note a spell: when it ends is settled as it begins."""
        times = self._times
        times["place"].append(spell.place.position)
        times["admitted"].append(spell.admitted)
        times["ready"].append(spell.ready)
        times["left"].append(spell.discharged)
        self._methods.append(spell.request.admission_method)
        self._destinations.append(spell.request.destination)
        self._reasons.append(spell.request.delay_reason)

    def discharged(self, spell: Spell) -> None:
        """Note that a closing bed may have closed."""
        self._note_beds(spell.place)

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Begin to watch the beds, on the first day."""
        del second
        if self.positions:
            return
        for department in departments:
            self.positions[department.id] = department.position
            self._changed_at.append([])
            self._beds.append([])
            watch: Callable[[], None] = partial(self._note_beds, department)
            department.ward.on_beds_changed.append(watch)
            watch()

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Ignore the end of a day."""

    def spells(self) -> Spells:
        """Return the spells so far."""
        return Spells(
            **{name: np.array(values, dtype=np.int64) for name, values in self._times.items()},
            method=np.array(self._methods, dtype="U2"),
            destination=np.array(self._destinations, dtype="U2"),
            reason=np.array([reason or "" for reason in self._reasons]),
        )

    def requests(self, methods: Iterable[str]) -> Seconds:
        """Return the seconds of the requests by some methods of admission, those turned away included."""
        wanted = np.isin(np.array(self._asked_how, dtype="U2"), list(methods))
        return np.array(self._asked_at, dtype=np.int64)[wanted]

    def open_beds(self, places: Collection[int], at: Seconds) -> Seconds:
        """Return how many beds of some departments are open at the beginning of each of some seconds."""
        total = np.zeros(len(at), np.int64)
        for place in places:
            changed, beds = self._changed_at[place], np.array(self._beds[place])
            last = [max(bisect_left(changed, second) - 1, 0) for second in at.tolist()]
            total += beds[last]
        return total

    def _asked(self, request: Request) -> None:
        self._asked_at.append(request.second)
        self._asked_how.append(request.admission_method)

    def _note_beds(self, department: Department) -> None:
        beds, known = department.ward.beds, self._beds[department.position]
        if not known or known[-1] != beds:
            known.append(beds)
            self._changed_at[department.position].append(int(department.ward.env.now))


class Spells:
    """Spells as columns, one element for each.

    Attributes:
        place: Position of the department whose bed it is.
        admitted: Second of the admission.
        ready: Second from which the patient is fit for discharge.
        left: Second at which the bed is left; it may lie after the end of the run.
        method: NHS admission method code.
        destination: NHS discharge destination code.
        reason: Why the discharge is delayed; empty unless it is.
    """

    def __init__(
        self,
        *,
        place: Seconds,
        admitted: Seconds,
        ready: Seconds,
        left: Seconds,
        method: NDArray[np.str_],
        destination: NDArray[np.str_],
        reason: NDArray[np.str_],
    ) -> None:
        self.place, self.admitted, self.ready, self.left = place, admitted, ready, left
        self.method, self.destination, self.reason = method, destination, reason

    def where(self, which: Which) -> Spells:
        """Return those of them that are meant."""
        return Spells(
            place=self.place[which],
            admitted=self.admitted[which],
            ready=self.ready[which],
            left=self.left[which],
            method=self.method[which],
            destination=self.destination[which],
            reason=self.reason[which],
        )

    def of(self, places: Collection[int]) -> Spells:
        """Return those in a bed of some departments."""
        return self.where(np.isin(self.place, list(places)))

    def leaving(self, start: int, end: int) -> Spells:
        """Return those that end from one second up to, and without, another."""
        return self.where((self.left >= start) & (self.left < end))

    def present(self, at: Seconds) -> Seconds:
        """Return how many are in a bed at the beginning of each of some seconds."""
        return since(self.admitted, at) - since(self.left, at)

    def delayed(self, at: Seconds) -> Seconds:
        """Return how many are in a bed at the beginning of each of some seconds although they are fit to leave."""
        return since(self.ready, at) - since(self.left, at)


def since(times: Seconds, at: Seconds) -> Seconds:
    """Return how many times come before each of some seconds."""
    counts: Seconds = np.searchsorted(np.sort(times), at, side="left")
    return counts
