"""Wards for pathways of one's own: a patient is admitted, stays, moves on, leaves."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.bed_queue import BedQueue


class Ward(BedQueue["Stay"]):
    """Beds and a waiting list, first come, first served.

    Args:
        env: The environment; its unit of time is the ward's.
        name: Name of the ward.
        beds: How many beds are open.
        capacity: How many there is space for; as many as are open if None. ``set_open`` opens and closes beds.

    Raises:
        ValueError: If ``beds`` is negative, or more than ``capacity``.
    """

    def __init__(self, env: Environment, name: str, *, beds: int, capacity: int | None = None) -> None:
        super().__init__(env, name, beds=beds, capacity=capacity)

    def admit(self, patient: object) -> Generator[Event, Any, Stay]:
        """Give a patient a bed, after waiting for it if there is none.

        Args:
            patient: Anything that stands for the patient.

        Returns:
            The stay: use it as a context manager, so that the bed is left whatever happens::

                with (yield from ward.admit(patient)) as stay:
                    yield env.timeout(3)
        """
        stay = Stay(self, patient)
        number = self.take_bed(stay)
        if number is None:
            _, number = yield from self.wait_for_bed(stay)
        stay.bed = number
        stay.admitted = self.env.now
        return stay


class Stay:
    """A patient's time in a bed; as a context manager, it leaves the bed whatever happens.

    Attributes:
        ward: Whose bed it is, or is waited for.
        patient: Whose stay.
        asked: When a bed was asked for.
        admitted: When it was given; None before.
        bed: Number of the bed; None without one.
    """

    __slots__ = ("admitted", "asked", "bed", "patient", "ward")

    def __init__(self, ward: Ward, patient: object) -> None:
        self.ward = ward
        self.patient = patient
        self.asked: float = ward.env.now
        self.admitted: float | None = None
        self.bed: int | None = None

    def move_to(self, ward: Ward) -> Generator[Event, Any, None]:
        """Wait for a bed in another ward, holding this one until there is one; then move.

        Args:
            ward: Where to.
        """
        there = yield from ward.admit(self.patient)
        self.leave()
        self.ward, self.bed, self.asked, self.admitted = ward, there.bed, there.asked, there.admitted

    def leave(self) -> None:
        """Leave the bed; without one, do nothing."""
        if self.bed is not None:
            number, self.bed = self.bed, None
            self.ward.leave_bed(number)

    def __enter__(self) -> Self:
        """Return the stay."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the bed."""
        self.leave()
