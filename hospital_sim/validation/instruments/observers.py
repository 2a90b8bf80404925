"""Small observers that each record one quantity for a study: waits, the daily census, or requests."""

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hospital_sim.draws.requests import Request
from hospital_sim.simulation.department import Department, Spell


class NullObserver:
    """An observer that ignores every call; the observers below override the calls that they need."""

    def requested(self, spell: Spell) -> None:
        """Ignore the call."""

    def admitted(self, spell: Spell) -> None:
        """Ignore the call."""

    def discharged(self, spell: Spell) -> None:
        """Ignore the call."""

    def diverted(self, department: Department, request: Request) -> None:
        """Ignore the call."""

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Ignore the call."""

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Ignore the call."""


class Waits(NullObserver):
    """Records the waits of patients who ask for a bed in a window, over all departments.

    Args:
        first: First second of the window.
        end: First second after it.

    Attributes:
        seconds: Waits in seconds.
    """

    def __init__(self, first: int, end: int) -> None:
        self._first, self._end = first, end
        self.seconds = array("q")

    def admitted(self, spell: Spell) -> None:
        """Record the wait of a patient."""
        asked = spell.request.second
        if self._first <= asked < self._end:
            self.seconds.append(spell.admitted - asked)


class DailyCensus(NullObserver):
    """Records the occupied beds at the end of each day.

    Args:
        first: Second from which days are recorded.
        departments: Number of departments.
    """

    def __init__(self, first: int, departments: int) -> None:
        self._first, self._departments = first, departments
        self._occupied = array("q")

    @property
    def occupied(self) -> NDArray[np.int64]:
        """Occupied beds, an array of shape (days, departments)."""
        return np.frombuffer(self._occupied, np.int64).reshape(-1, self._departments)

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Record the occupied beds of each department."""
        if second >= self._first:
            self._occupied.extend([department.ward.occupied for department in departments])


class Requests(NullObserver):
    """Records the second, the stay and the delay of every request that is not turned away.

    Args:
        departments: Number of departments.
    """

    def __init__(self, departments: int) -> None:
        self._requests = [array("q") for _ in range(departments)]

    def of(self, position: int) -> NDArray[np.int64]:
        """Return the requests of one department, an array of shape (requests, 3)."""
        return np.frombuffer(self._requests[position], np.int64).reshape(-1, 3)

    def requested(self, spell: Spell) -> None:
        """Record a request."""
        request = spell.request
        self._requests[spell.department.position].extend((request.second, request.length, request.delay))
