"""Light observers: each keeps what one study needs, and nothing else."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell


class Silent:
    """An observer that keeps nothing; the others say what they keep."""

    def requested(self, spell: Spell) -> None:
        """Ignore it."""

    def admitted(self, spell: Spell) -> None:
        """Ignore it."""

    def discharged(self, spell: Spell) -> None:
        """Ignore it."""

    def diverted(self, department: Department, request: Request) -> None:
        """Ignore it."""

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Ignore it."""

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Ignore it."""


class Waits(Silent):
    """Keeps the waits of those who ask in a window, all departments together.

    Args:
        first: First second of the window.
        end: The second after its last; those who ask later are not kept.

    Attributes:
        seconds: The waits.
    """

    def __init__(self, first: int, end: int) -> None:
        self._first, self._end = first, end
        self.seconds = array("q")

    def admitted(self, spell: Spell) -> None:
        """Keep the wait."""
        asked = spell.request.second
        if self._first <= asked < self._end:
            self.seconds.append(spell.admitted - asked)


class DailyCensus(Silent):
    """Keeps how many patients hold a bed at the end of each day.

    Args:
        first: First second from which days are kept.
        departments: How many departments there are.
    """

    def __init__(self, first: int, departments: int) -> None:
        self._first, self._departments = first, departments
        self._occupied = array("q")

    @property
    def occupied(self) -> NDArray[np.int64]:
        """The census: an array of shape (days, departments)."""
        return np.frombuffer(self._occupied, np.int64).reshape(-1, self._departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Keep the census."""
        if second >= self._first:
            self._occupied.extend([department.ward.occupied for department in departments])


class TurnedAway(Silent):
    """Counts, for each department, those who ask from a second on and those of them who are turned away.

    Args:
        first: The second.
        departments: How many departments there are.

    Attributes:
        accepted: How many were given a bed.
        diverted_count: How many were turned away.
    """

    def __init__(self, first: int, departments: int) -> None:
        self._first = first
        self.accepted = [0] * departments
        self.diverted_count = [0] * departments

    def requested(self, spell: Spell) -> None:
        """Count a patient who is not turned away."""
        if spell.request.second >= self._first:
            self.accepted[spell.department.position] += 1

    def diverted(self, department: Department, request: Request) -> None:
        """Count a patient who is turned away."""
        if request.second >= self._first:
            self.diverted_count[department.position] += 1


class Requests(Silent):
    """Keeps the second, the stay and the delay of every request that is not turned away.

    Args:
        departments: How many departments there are.
    """

    def __init__(self, departments: int) -> None:
        self._drawn = [array("q") for _ in range(departments)]

    def of(self, position: int) -> NDArray[np.int64]:
        """Return those of one department: an array of shape (requests, 3)."""
        return np.frombuffer(self._drawn[position], np.int64).reshape(-1, 3)

    def requested(self, spell: Spell) -> None:
        """Keep a request."""
        request = spell.request
        self._drawn[spell.department.position].extend((request.second, request.length, request.delay))
