"""Beds and their waiting list, first come, first served, in any SimPy environment and any unit of time.

Nobody overtakes: while someone waits, a newcomer joins the end of the list, even at the moment at which a bed becomes
free. Beds that become free at one moment are given out together, after everything else that is due at that moment. A
patient whose coroutine ends while waiting, by an interrupt or an error, leaves the list, and no bed is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Generic, Protocol, TypeVar, cast

from simpy import Environment
from simpy.events import Event, EventPriority

from hospital_sim.blocks.bed_pool import BedPool, Occupant
from hospital_sim.blocks.turns import AFTER_ADMISSIONS, AFTER_ALL, Turn

Watched = TypeVar("Watched", contravariant=True)


class Watcher(Protocol[Watched]):
    """Receives a call for every change in a ward. Add one to ``ward.watchers``; the model needs no change."""

    def asked(self, occupant: Watched) -> None:
        """Called when a patient has joined the waiting list."""
        ...

    def admitted(self, occupant: Watched) -> None:
        """Called when a patient has taken a bed, at once or from the list."""
        ...

    def left(self, occupant: Watched) -> None:
        """Called when a patient has left a bed."""
        ...

    def withdrew(self, occupant: Watched) -> None:
        """Called when a patient has left the waiting list without a bed."""
        ...


Bed = tuple["BedQueue[Occupant]", int]
"""A ward and the number of a bed in it."""

NO_BED = 0
"""The number of a bed for a patient who lost patience."""


class BedQueue(Generic[Occupant]):
    """The beds of a ward and its waiting list.

    Args:
        env: The environment.
        name: Name of the ward.
        beds: Beds open at first.
        capacity: Bed spaces; ``beds`` if None.
        admission: Priority of admissions from the list among the events of one time.

    Attributes:
        env: The environment.
        name: Name of the ward.
        pool: The beds.
        watchers: Watchers to call for each change.
        on_room: Functions to call when a bed is free and nobody waits for it: a bed has become free, or a round of
            admissions from the list has left one.
        on_beds_changed: Functions to call when ``set_open`` has opened or closed beds.
    """

    def __init__(
        self,
        env: Environment,
        name: str,
        *,
        beds: int,
        capacity: int | None = None,
        admission: EventPriority = AFTER_ALL,
    ) -> None:
        self.env = env
        self.name = name
        self.pool: BedPool[Occupant] = BedPool(beds, capacity)
        self.watchers: list[Watcher[Occupant]] = []
        self.on_room: list[Callable[[], None]] = []
        self.on_beds_changed: list[Callable[[], None]] = []
        self._admission = admission
        self._round_is_due = False
        self._queue: deque[tuple[Occupant, Event]] = deque()

    @property
    def beds(self) -> int:
        """Beds open now; a closing bed counts until its patient leaves."""
        return self.pool.beds

    @property
    def occupied(self) -> int:
        """Beds with a patient in them."""
        return self.pool.occupied

    @property
    def waiting(self) -> Iterator[Occupant]:
        """The waiting patients, the head of the list first."""
        return (occupant for occupant, _ in self._queue)

    @property
    def head(self) -> Occupant | None:
        """The patient at the head of the list; None if nobody waits."""
        return self._queue[0][0] if self._queue else None

    @property
    def waiting_list_size(self) -> int:
        """Number of waiting patients."""
        return len(self._queue)

    @property
    def has_room(self) -> bool:
        """True if a newcomer would get a bed at once."""
        return not self._queue and self.pool.has_free_bed

    def take_bed(self, occupant: Occupant) -> int | None:
        """Give a free bed to a newcomer and return its number; None if no bed is free or others wait."""
        number = None if self._queue else self.pool.take(occupant)
        if number is not None and self.watchers:
            for watcher in self.watchers:
                watcher.admitted(occupant)
        return number

    def wait_for_bed(
        self, occupant: Occupant, patience: float | None = None
    ) -> Generator[Event, Bed[Occupant], Bed[Occupant]]:
        """Wait at the end of the list, until a bed is free.

        For a patient for whom ``take_bed`` returned None::

            number = ward.take_bed(patient)
            if number is None:
                ward, number = yield from ward.wait_for_bed(patient)
            yield env.timeout(3)
            ward.leave_bed(number)

        Args:
            occupant: The patient.
            patience: Longest time to wait; without end if None. A bed that is free at its end is still taken.

        Returns:
            The ward that gave the bed, another one if ``give_head_to`` sent the patient there, and the bed's number:
            ``NO_BED`` if the patience ended first.
        """
        turn = self.join_list(occupant)
        if patience is not None:
            end = Turn(self.env, self.env.now + patience, AFTER_ADMISSIONS)
            end.callbacks = [lambda _: self._lose_patience(occupant, turn)]
        try:
            bed = yield turn
        except Exception:
            self._withdraw(occupant, turn)
            raise
        return bed

    def join_list(self, occupant: Occupant) -> Event:
        """Join the end of the list, and stay until a bed is free: for a coroutine that nothing interrupts.

        Returns:
            The event of the admission; its value is what ``wait_for_bed`` returns.
        """
        turn = Event(self.env)
        self._queue.append((occupant, turn))
        for watcher in self.watchers:
            watcher.asked(occupant)
        return turn

    def leave_bed(self, number: int, *, clean: bool = True) -> None:
        """Leave a bed. The head of the list gets it, after everything else that is due now.

        Args:
            number: Number of the bed.
            clean: False if the bed must be cleaned first; call ``bed_cleaned`` when it is.

        Raises:
            KeyError: If nobody is in the bed.
        """
        occupant = self.pool.leave(number, clean=clean)
        if self.watchers:
            for watcher in self.watchers:
                watcher.left(occupant)
        if clean and (self._queue or self.on_room):
            self._offer_free_beds()

    def bed_cleaned(self, number: int) -> None:
        """Free a bed after cleaning.

        Raises:
            KeyError: If the bed was not being cleaned.
        """
        self.pool.cleaned(number)
        self._offer_free_beds()

    def set_open(self, beds: int) -> None:
        """Open or close beds; a bed with a patient in it closes when the patient leaves.

        Raises:
            ValueError: If ``beds`` is not between 0 and the capacity.
        """
        self.pool.set_open(beds)
        for call in self.on_beds_changed:
            call()
        self._offer_free_beds()

    def give_head_to(self, other: BedQueue[Occupant]) -> bool:
        """Send the head of the list to a bed of another ward; False if nobody waits or the other has no room."""
        if not self._queue or not other.has_room:
            return False
        occupant, turn = self._queue.popleft()
        other._give(occupant, turn)
        return True

    def _offer_free_beds(self) -> None:
        """Schedule a round of admissions if someone waits for a free bed; else tell of the room."""
        if self.has_room:
            self._tell_of_room()
        elif self.pool.has_free_bed and not self._round_is_due:
            self._round_is_due = True
            round_ = Turn(self.env, self.env.now, self._admission)
            round_.callbacks = [self._admit_from_list]

    def _admit_from_list(self, _: Event) -> None:
        self._round_is_due = False
        while self._queue and self.pool.has_free_bed:
            self._give(*self._queue.popleft())
        if self.has_room:
            self._tell_of_room()

    def _tell_of_room(self) -> None:
        for call in self.on_room:
            call()

    def _give(self, occupant: Occupant, turn: Event) -> None:
        number = self.pool.take(occupant)
        for watcher in self.watchers:
            watcher.admitted(occupant)
        turn.succeed((self, number))

    def _lose_patience(self, occupant: Occupant, turn: Event) -> None:
        # A patient who was interrupted before has left the list.
        if not turn.triggered and (occupant, turn) in self._queue:
            self._remove(occupant, turn)
            turn.succeed((self, NO_BED))

    def _withdraw(self, occupant: Occupant, turn: Event) -> None:
        if not turn.triggered:
            self._remove(occupant, turn)
            return
        ward, number = cast("Bed[Occupant]", turn.value)
        if number != NO_BED:
            ward.leave_bed(number)

    def _remove(self, occupant: Occupant, turn: Event) -> None:
        self._queue.remove((occupant, turn))
        for watcher in self.watchers:
            watcher.withdrew(occupant)
