"""Numbered beds: free, occupied, being cleaned, closed.

A patient takes the lowest free bed. The beds in use are the lowest numbers; when there are to be fewer, the highest
close first. A bed with a patient in it closes when the patient leaves, counts until then, and takes no one else.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

Occupant = TypeVar("Occupant")


class BedPool(Generic[Occupant]):
    """The beds of a ward.

    Args:
        beds: How many are open at first; beds are numbered from 1.
        capacity: How many there is space for; as many as are open if None.
    """

    def __init__(self, beds: int, capacity: int | None = None) -> None:
        self.capacity = beds if capacity is None else capacity
        if not 0 <= beds <= self.capacity:
            raise ValueError(f"beds: must be between 0 and the capacity of {self.capacity}, not {beds}")
        self._open = beds
        self._free = list(range(1, beds + 1))
        self._occupants: dict[int, Occupant] = {}
        self._cleaning: set[int] = set()

    @property
    def beds(self) -> int:
        """Beds open now; a closing bed counts until its patient leaves."""
        if self._open == self.capacity:
            return self._open
        return self._open + sum(number > self._open for number in self._occupants)

    @property
    def occupied(self) -> int:
        """How many beds have an occupant."""
        return len(self._occupants)

    @property
    def occupants(self) -> Iterator[Occupant]:
        """Everyone who is in a bed, the longest there first."""
        return iter(self._occupants.values())

    @property
    def has_free_bed(self) -> bool:
        """Whether a bed is open, clean and empty."""
        return bool(self._free)

    def take(self, occupant: Occupant) -> int | None:
        """Give the lowest free bed to an occupant and return its number; None if there is none."""
        if not self._free:
            return None
        number = heappop(self._free)
        self._occupants[number] = occupant
        return number

    def leave(self, number: int, *, clean: bool = True) -> Occupant:
        """Let the occupant leave a bed, which is free again, or closed, or has to be cleaned first.

        Args:
            number: The bed.
            clean: Whether the next patient can have it at once; else ``cleaned`` says when.

        Returns:
            Who was in it.

        Raises:
            KeyError: If nobody is in it.
        """
        occupant = self._occupants.pop(number)
        if not clean:
            self._cleaning.add(number)
        elif number <= self._open:
            heappush(self._free, number)
        return occupant

    def cleaned(self, number: int) -> None:
        """Make a bed free that was being cleaned, unless it has been closed meanwhile.

        Raises:
            KeyError: If it was not being cleaned.
        """
        self._cleaning.remove(number)
        if number <= self._open:
            heappush(self._free, number)

    def set_open(self, beds: int) -> None:
        """Open or close beds, so that in the end this many are open.

        Raises:
            ValueError: If there is no space for so many.
        """
        if not 0 <= beds <= self.capacity:
            raise ValueError(f"beds: must be between 0 and the capacity of {self.capacity}, not {beds}")
        before, self._open = self._open, beds
        if beds < before:
            self._free = [number for number in self._free if number <= beds]
            heapify(self._free)
        for number in range(before + 1, beds + 1):
            if number not in self._occupants and number not in self._cleaning:
                heappush(self._free, number)
