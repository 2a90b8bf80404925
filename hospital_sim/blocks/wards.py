"""Wards for your own pathways: a patient is admitted, stays, moves to another ward, leaves."""

from __future__ import annotations

import math
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.bed_queue import NO_BED, BedQueue
from hospital_sim.distributions.numbers import plain


class Ward(BedQueue["Stay"]):
    """Beds and a waiting list, first come, first served.

    Args:
        env: The environment; its unit of time is the ward's.
        name: Name of the ward.
        beds: Beds open at first.
        capacity: Bed spaces, the limit of ``set_open``; ``beds`` if None.

    Raises:
        ValueError: If ``beds`` is not between 0 and the capacity.
    """

    def __init__(self, env: Environment, name: str, *, beds: int, capacity: int | None = None) -> None:
        super().__init__(env, name, beds=beds, capacity=capacity)

    def __repr__(self) -> str:
        """Return the name and the state of the ward."""
        return f"<Ward {self.name}: {self.occupied} of {self.beds} beds occupied, {self.waiting_list_size} waiting>"

    def admit(self, patient: object, *, patience: float | None = None) -> Generator[Event, Any, Stay]:
        """Give a patient a bed, and wait for one if no bed is free.

        Use the stay as a context manager, so that the patient leaves the bed whatever happens::

            def pathway(patient):
                with (yield from ward.admit(patient)) as stay:
                    yield env.timeout(3)
                    yield from stay.move_to(rehab)

        A patient with patience may leave without a bed::

            with (yield from ward.admit(patient, patience=2)) as stay:
                if stay.bed is not None:
                    yield env.timeout(3)

        Args:
            patient: Any object that stands for the patient.
            patience: Longest wait; without end if None. A bed that is free at its end is still taken.

        Returns:
            The stay; its ``bed`` and ``admitted`` are None if the patience ended first.

        Raises:
            ValueError: If the patience is not at least 0.
        """
        if patience is not None and not patience >= 0:
            raise ValueError(f"patience: must be at least 0, not {patience}")
        stay = Stay(self, patient)
        number = self.take_bed(stay)
        if number is None:
            _, number = yield from self.wait_for_bed(stay, None if patience == math.inf else plain(patience))
        if number != NO_BED:
            stay.bed = number
            stay.admitted = self.env.now
        return stay


class Stay:
    """A patient's time in a bed; as a context manager, it leaves the bed whatever happens.

    Attributes:
        ward: The ward of the bed, also while waiting for it.
        patient: The patient.
        asked: Time of the request for the bed.
        admitted: Time of the admission; None before, and if the patient lost patience.
        bed: Number of the bed; None before the admission, after the stay, and if the patient lost patience.
    """

    __slots__ = ("admitted", "asked", "bed", "patient", "ward")

    def __init__(self, ward: Ward, patient: object) -> None:
        self.ward = ward
        self.patient = patient
        self.asked: float = ward.env.now
        self.admitted: float | None = None
        self.bed: int | None = None

    def __repr__(self) -> str:
        """Return the ward and the bed."""
        return f"<Stay in {self.ward.name}: {'no bed' if self.bed is None else f'bed {self.bed}'}>"

    def move_to(self, ward: Ward) -> Generator[Event, Any, None]:
        """Move to another ward. The patient holds this bed while waiting for one there.

        Args:
            ward: The other ward.
        """
        stay = yield from ward.admit(self.patient)
        self.leave()
        self.ward, self.bed, self.asked, self.admitted = ward, stay.bed, stay.asked, stay.admitted

    def leave(self) -> None:
        """Leave the bed, if the patient has one."""
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
