"""Numbered beds: free, occupied, being cleaned, closed.

A patient takes the lowest free bed. The highest beds close first. A bed with a patient in it closes when the patient
leaves; it counts until then, and no other patient takes it.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from hospital_sim.distributions.numbers import whole_number

Occupant = TypeVar("Occupant")


class BedPool(Generic[Occupant]):
    """The beds of a ward.

    Args:
        beds: Beds open at first, numbered from 1.
        capacity: Bed spaces; ``beds`` if None.

    Raises:
        ValueError: If ``beds`` is not between 0 and the capacity.
        TypeError: If a number is not whole.
    """

    def __init__(self, beds: int, capacity: int | None = None) -> None:
        beds = whole_number("beds", beds)
        self.capacity = beds if capacity is None else whole_number("capacity", capacity)
        if not 0 <= beds <= self.capacity:
            raise ValueError(f"beds: must be between 0 and the capacity of {self.capacity}, not {beds}")
        self._open = beds
        self._free = list(range(1, beds + 1))
        self._occupants: dict[int, Occupant] = {}
        self._cleaning: set[int] = set()
        self._closing = 0

    @property
    def beds(self) -> int:
        """Beds open now; a closing bed counts until its patient leaves."""
        return self._open + self._closing

    @property
    def occupied(self) -> int:
        """Number of beds with an occupant."""
        return len(self._occupants)

    @property
    def occupants(self) -> Iterator[Occupant]:
        """The occupants, in the order of admission."""
        return iter(self._occupants.values())

    @property
    def highest(self) -> int:
        """Number of the highest bed that is open or has an occupant; 0 without one."""
        return max(self._open, *self._occupants) if self._occupants else self._open

    @property
    def has_free_bed(self) -> bool:
        """True if a bed is open, clean and empty."""
        return bool(self._free)

    def take(self, occupant: Occupant) -> int | None:
        """Give the lowest free bed to an occupant and return its number; None if no bed is free."""
        if not self._free:
            return None
        number = heappop(self._free)
        self._occupants[number] = occupant
        return number

    def leave(self, number: int, *, clean: bool = True) -> Occupant:
        """Free a bed, or close it if it is to be closed, and return its last occupant.

        Args:
            number: Number of the bed.
            clean: False if the bed must be cleaned first; call ``cleaned`` when it is.

        Raises:
            KeyError: If nobody is in the bed.
        """
        occupant = self._occupants.pop(number)
        if number > self._open:
            self._closing -= 1
        if not clean:
            self._cleaning.add(number)
        elif number <= self._open:
            heappush(self._free, number)
        return occupant

    def cleaned(self, number: int) -> None:
        """Free a bed after cleaning, unless it was closed during the cleaning.

        Raises:
            KeyError: If the bed was not being cleaned.
        """
        self._cleaning.remove(number)
        if number <= self._open:
            heappush(self._free, number)

    def set_open(self, beds: int) -> None:
        """Open or close beds, so that ``beds`` are open once all closing beds are empty.

        Raises:
            ValueError: If ``beds`` is not between 0 and the capacity.
        """
        beds = whole_number("beds", beds)
        if not 0 <= beds <= self.capacity:
            raise ValueError(f"beds: must be between 0 and the capacity of {self.capacity}, not {beds}")
        before, self._open = self._open, beds
        if beds == before:
            return
        self._closing = sum(number > beds for number in self._occupants)
        if beds < before:
            self._free = [number for number in self._free if number <= beds]
            heapify(self._free)
        for number in range(before + 1, beds + 1):
            if number not in self._occupants and number not in self._cleaning:
                heappush(self._free, number)
