"""Beds and the waiting list of a department.

A patient takes the lowest free bed. Nobody overtakes: while someone waits, a new patient joins the end of the list,
even in the second in which a bed becomes free. Beds that become free in one second go to the head of the list together,
once all discharges of that second are done.
"""

from collections import deque
from collections.abc import Generator, Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from simpy import Environment
from simpy.events import Event, EventPriority

from hospital_sim.order import Turn

Occupant = TypeVar("Occupant")


class BedPool(Generic[Occupant]):
    """Numbered beds, each free or with an occupant.

    Args:
        beds: How many; they are numbered from 1.
    """

    def __init__(self, beds: int) -> None:
        self.beds = beds
        self._free = list(range(1, beds + 1))
        heapify(self._free)
        self._occupants: dict[int, Occupant] = {}

    @property
    def occupied(self) -> int:
        """How many beds have an occupant."""
        return len(self._occupants)

    @property
    def occupants(self) -> Iterator[Occupant]:
        """Everyone who is in a bed, the longest there first."""
        return iter(self._occupants.values())

    def take(self, occupant: Occupant) -> int | None:
        """Give the lowest free bed to an occupant and return its number; None if there is none."""
        if not self._free:
            return None
        number = heappop(self._free)
        self._occupants[number] = occupant
        return number

    def leave(self, number: int) -> None:
        """Make a bed free again.

        Raises:
            KeyError: If nobody is in it.
        """
        del self._occupants[number]
        heappush(self._free, number)


class Ward(Generic[Occupant]):
    """The beds of a department and those who wait for one, first come, first served.

    Args:
        env: The environment.
        beds: How many beds.
        admission: Priority of admissions from the queue among the events of one time.
    """

    def __init__(self, env: Environment, beds: int, admission: EventPriority) -> None:
        self._env = env
        self._admission = admission
        self._round_is_due = False
        self._queue: deque[tuple[Occupant, Event]] = deque()
        self.pool: BedPool[Occupant] = BedPool(beds)

    @property
    def waiting(self) -> Iterator[Occupant]:
        """Everyone who waits, the head of the list first."""
        return (occupant for occupant, _ in self._queue)

    @property
    def waiting_list_size(self) -> int:
        """How many wait."""
        return len(self._queue)

    def take_bed(self, occupant: Occupant) -> int | None:
        """Give a free bed to a newcomer and return its number; None if none is free or others wait."""
        return None if self._queue else self.pool.take(occupant)

    def wait_for_bed(self, occupant: Occupant) -> Generator[Event, int, int]:
        """Wait at the end of the list; return the number of the bed."""
        turn = Event(self._env)
        self._queue.append((occupant, turn))
        return (yield turn)

    def leave_bed(self, number: int) -> None:
        """Make a bed free; whoever heads the list gets it when all discharges of this time are done."""
        self.pool.leave(number)
        if self._queue and not self._round_is_due:
            self._round_is_due = True
            round_ = Turn(self._env, 0, self._admission)
            round_.callbacks = [self._admit_from_queue]

    def _admit_from_queue(self, _: Event) -> None:
        self._round_is_due = False
        while self._queue:
            occupant, turn = self._queue[0]
            number = self.pool.take(occupant)
            if number is None:
                return
            self._queue.popleft()
            turn.succeed(number)
