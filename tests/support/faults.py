"""Faults to plant in the real simulation, so that each check can show that it fails.

A fault is a function that takes pytest's ``monkeypatch`` and replaces one part by a wrong one.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from faults_of_draws import *  # noqa: F403
from faults_of_draws import Fault as Fault
from faults_of_events import *  # noqa: F403
from simpy.events import Event as SimPyEvent
from simpy.events import EventPriority

from hospital_sim.blocks import bed_pool as beds
from hospital_sim.blocks import bed_queue
from hospital_sim.blocks.turns import Turn
from hospital_sim.clock import DAY
from hospital_sim.draws import patients
from hospital_sim.draws import requests as demand
from hospital_sim.draws.streams import Streams
from hospital_sim.simulation import department
from hospital_sim.simulation import runner as simulation
from hospital_sim.simulation.order import Order, Phase


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    def wait_for_bed(self: bed_queue.BedQueue[Any], occupant: Any) -> Generator[SimPyEvent, Any, Any]:
        turn = SimPyEvent(self.env)
        self._queue.appendleft((occupant, turn))
        return (yield turn)

    patch.setattr(bed_queue.BedQueue, "wait_for_bed", wait_for_bed)


def a_bed_leaks(patch: pytest.MonkeyPatch) -> None:
    """Once, in the middle of things, a bed that becomes free is forgotten."""

    class Leaking(beds.BedPool[Any]):
        departures = 0

        def leave(self, number: int, *, clean: bool = True) -> Any:
            occupant = super().leave(number, clean=clean)
            self.departures += 1
            if self.departures == 30 and self.beds > 1:
                self._free.remove(number)
            return occupant

    patch.setattr(bed_queue, "BedPool", Leaking)


def a_bed_is_given_twice(patch: pytest.MonkeyPatch) -> None:
    """Every tenth patient shares bed 1 with the patient who is in it, and takes no other bed."""

    class Doubling(beds.BedPool[Any]):
        taken = 0
        sharers: tuple[Any, ...] = ()

        def take(self, occupant: Any) -> int | None:
            number = super().take(occupant)
            self.taken += 1
            if number is None or number == 1 or self.taken % 10 or 1 not in self._occupants:
                return number
            super().leave(number)
            self.sharers = (*self.sharers, occupant)
            return 1

        def leave(self, number: int, *, clean: bool = True) -> Any:
            if number != 1 or not self.sharers:
                return super().leave(number, clean=clean)
            leaver, *others = sorted([self._occupants[1], *self.sharers], key=lambda spell: spell.discharged)
            self._occupants[1], self.sharers = others[0], tuple(others[1:])
            return leaver

    patch.setattr(bed_queue, "BedPool", Doubling)


def the_highest_free_bed_is_taken(patch: pytest.MonkeyPatch) -> None:
    class Highest(beds.BedPool[Any]):
        def take(self, occupant: Any) -> int | None:
            if not self._free:
                return None
            number = max(self._free)
            self._free.remove(number)
            self._occupants[number] = occupant
            return number

    patch.setattr(bed_queue, "BedPool", Highest)


def admissions_from_the_queue_are_a_second_late(patch: pytest.MonkeyPatch) -> None:
    class Late(Turn):
        def __init__(self, env: Any, delay: int, priority: EventPriority) -> None:
            super().__init__(env, delay + 1, priority)

    patch.setattr(bed_queue, "Turn", Late)


def one_bed_is_filled_in_a_round(patch: pytest.MonkeyPatch) -> None:
    """Of two beds that become free in one second only one goes to the queue."""

    def admit(self: bed_queue.BedQueue[Any], _: SimPyEvent) -> None:
        self._round_is_due = False
        if self._queue and self.pool.has_free_bed:
            self._give(*self._queue.popleft())

    patch.setattr(bed_queue.BedQueue, "_admit_from_list", admit)


def a_delay_is_counted_twice(patch: pytest.MonkeyPatch) -> None:
    _spell_ends_later(patch, lambda request: request.delay)


def a_bed_is_left_a_second_late(patch: pytest.MonkeyPatch) -> None:
    _spell_ends_later(patch, lambda request: 1)


def _spell_ends_later(patch: pytest.MonkeyPatch, seconds: Callable[[demand.Request], int]) -> None:
    real = department.Spell.admit

    def admit(self: department.Spell, place: department.Department, bed: int, second: int) -> None:
        real(self, place, bed, second)
        self.discharged += seconds(self.request)

    patch.setattr(department.Spell, "admit", admit)


def _phases(patch: pytest.MonkeyPatch, moved: dict[Phase, float]) -> None:
    """Move phases to other places in the order; a half is between two phases."""
    real = Order.priority

    def priority(self: Order, phase: Phase, department: int = 0) -> EventPriority:
        by = moved.get(phase, phase) - phase
        return EventPriority(int(2 * real(self, phase, department) + 2 * by * self._departments))

    patch.setattr(Order, "priority", priority)


def new_requests_come_before_admissions_and_overtake(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.REQUEST: Phase.ADMISSION - 0.5})
    patch.setattr(bed_queue.BedQueue, "take_bed", lambda self, occupant: self.pool.take(occupant))


def new_requests_come_before_discharges(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.REQUEST: Phase.DISCHARGE - 0.5})


def the_start_of_day_census_comes_last(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.START_OF_DAY: Phase.END_OF_DAY + 1})


def the_end_of_day_census_comes_first(patch: pytest.MonkeyPatch) -> None:
    _phases(patch, {Phase.END_OF_DAY: Phase.START_OF_DAY})


def departments_take_their_turn_backwards(patch: pytest.MonkeyPatch) -> None:
    real = Order.priority
    patch.setattr(Order, "priority", lambda self, phase, entry=0: real(self, phase, self._departments - 1 - entry))


def a_patient_in_a_bed_asks_for_another(patch: pytest.MonkeyPatch) -> None:
    real = patients.PatientRegister.patient_for
    remembered: dict[patients.PatientRegister, patients.Person] = {}

    def patient_for(self: patients.PatientRegister, second: int, returning: float, pick: float) -> patients.Person:
        if self not in remembered or returning >= self._return_share:
            remembered[self] = real(self, second, 1.0, pick)
        return remembered[self]

    patch.setattr(patients.PatientRegister, "patient_for", patient_for)


def a_patient_comes_back_on_the_day_of_the_admission(patch: pytest.MonkeyPatch) -> None:
    real = patients.PatientRegister.discharged

    def discharged(self: patients.PatientRegister, patient: patients.Person, admitted: int, second: int) -> None:
        real(self, patient, admitted - DAY, second)

    patch.setattr(patients.PatientRegister, "discharged", discharged)


def a_patient_is_of_two_departments(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patients.PatientRegister, "__init__", _of_one_department(patients.PatientRegister.__init__))


def _of_one_department(init: Callable[..., None]) -> Callable[..., None]:
    def wrong(self: patients.PatientRegister, department: Any, streams: Streams, identity: Any) -> None:
        init(self, department, streams, type(identity)(0, "one", "one"))

    return wrong


def a_request_is_dropped(patch: pytest.MonkeyPatch) -> None:
    """One in a hundred never comes to the department."""
    real = simulation.requests

    def dropping(*arguments: Any) -> Iterator[demand.Request]:
        return (each for ordinal, each in enumerate(real(*arguments)) if ordinal % 100)

    patch.setattr(simulation, "requests", dropping)
