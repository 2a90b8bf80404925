"""A department as it runs, the spell of a patient in it, and the observer of both."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from simpy import Environment

from hospital_sim.blocks.bed_queue import BedQueue
from hospital_sim.clock import date_of
from hospital_sim.config.changes import Timeline, first_configuration
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.draws.requests import Request
from hospital_sim.simulation.discharge_profile import DischargeClock, discharge_clock
from hospital_sim.simulation.order import Order, Phase


class Spell(Struct, eq=False):
    """The spell of a patient: from the request for a bed to the discharge.

    Attributes:
        department: The department that was asked.
        request: The request, with the stay that was drawn for it.
        place: The department that has the bed; the department that was asked while waiting.
        clock: The clock by which the stay ends; None without a discharge profile.
        bed: Number of the bed; 0 while waiting.
        admitted: Second of the admission; 0 while waiting.
        ready: Second at which the patient is fit for discharge; 0 while waiting.
        discharged: Second at which the patient leaves the bed; 0 while waiting.
    """

    department: "Department"
    request: Request
    place: "Department"
    clock: DischargeClock | None
    bed: int = 0
    admitted: int = 0
    ready: int = 0
    discharged: int = 0

    def admit(self, place: "Department", bed: int, second: int) -> None:
        """Set the bed, and the seconds at which the patient takes it, is fit for discharge and leaves."""
        self.place, self.bed, self.admitted = place, bed, second
        clock, request = self.clock, self.request
        if clock is None:
            self.ready = second + request.length
            self.discharged = self.ready + request.delay
        else:
            self.ready = clock.after(second, request.length)
            self.discharged = clock.after(self.ready, request.delay) if request.delay else self.ready


def ignore_list() -> None:
    """Do nothing when a waiting list changes: the department has no overflow."""


class Department:
    """A department as it runs: its configuration, beds and waiting list.

    Args:
        env: The environment, on the clock of a hospital run.
        timeline: The configurations of the department.
        position: Position of the department in the hospital, from 0.
        order: The order of events within a second.

    Attributes:
        id: Identifier.
        config: The configuration that holds now; the nearest one while the department is closed.
        is_open: True if it takes requests.
        is_counted: True if the census counts it, because it is open or was on this day.
        bed_spaces: Bed spaces; those that are given up count until their beds are closed and empty.
        turnaround_name: Name of its turnarounds in the requests of outliers.
        position: Position in the hospital, from 0.
        clock: The clock by which the stays of its requests end; None without a discharge profile.
        at_request: SimPy priority of its requests.
        at_overflow: SimPy priority of its overflow.
        at_discharge: SimPy priority of the discharges from its beds.
        at_beds_change: SimPy priority of changes of its beds.
        ward: The beds and the waiting list.
        on_list_changed: Called when a patient has joined or left the waiting list, which overflow follows.
        outlier_places: Departments to which its patients may overflow, by identifier.
    """

    def __init__(
        self,
        env: Environment,
        timeline: Timeline,
        position: int,
        order: Order,
    ) -> None:
        config = first_configuration(timeline)
        self.id = config.id
        self.is_open = self.is_counted = timeline[0][1] is not None
        self.bed_spaces = config.bed_spaces
        self.turnaround_name = self.id
        self.config = config
        self.position = position
        self.clock = discharge_clock(config)
        self.at_request = order.priority(Phase.REQUEST, position)
        self.at_overflow = order.priority(Phase.OVERFLOW, position)
        self.at_discharge = order.priority(Phase.DISCHARGE, position)
        self.at_beds_change = order.priority(Phase.BEDS_CHANGE, position)
        self.ward: BedQueue[Spell] = BedQueue(
            env,
            config.id,
            beds=planned_beds(config, date_of(int(env.now) - 1)) if self.is_open else 0,
            capacity=max(state.bed_spaces for _, state in timeline if state is not None),
            admission=order.priority(Phase.ADMISSION, position),
        )
        self.on_list_changed: Callable[[], None] = ignore_list
        self.outlier_places: dict[str, Department] = {}


class Observer(Protocol):
    """Receives a call for each change in a hospital, in the order in which they happen."""

    def requested(self, spell: Spell) -> None:
        """Called when a patient asks for a bed and will get one, now or later."""
        ...

    def admitted(self, spell: Spell) -> None:
        """Called when a patient has taken a bed."""
        ...

    def discharged(self, spell: Spell) -> None:
        """Called when a patient has left the bed."""
        ...

    def diverted(self, department: Department, request: Request) -> None:
        """Called when a request is turned away."""
        ...

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Called in the first second of a day, before everything else."""
        ...

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """Called in the last second of a day, after everything else."""
        ...
