"""A department at work, a patient's spell in it, and the observer of both."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from simpy import Environment

from hospital_sim.blocks.bed_queue import BedQueue
from hospital_sim.clock import date_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.draws.requests import Request
from hospital_sim.simulation.discharge_profile import discharge_clock
from hospital_sim.simulation.order import Order, Phase


class Spell(Struct, eq=False):
    """A patient's way through a hospital.

    Attributes:
        department: The department that was asked.
        request: The request, with the stay that was drawn for it.
        place: The department whose bed it is; the one that was asked while waiting.
        bed: Number of the bed; 0 while waiting.
        admitted: Second of the admission; 0 while waiting.
        ready: Second at which the patient is fit for discharge; likewise.
        discharged: Second at which the patient leaves the bed; likewise.
    """

    department: "Department"
    request: Request
    place: "Department"
    bed: int = 0
    admitted: int = 0
    ready: int = 0
    discharged: int = 0

    def admit(self, place: "Department", bed: int, second: int) -> None:
        """Note the bed, and when the patient will leave it."""
        self.place, self.bed, self.admitted = place, bed, second
        clock, request = self.department.clock, self.request
        if clock is None:
            self.ready = second + request.length
            self.discharged = self.ready + request.delay
        else:
            self.ready = clock.after(second, request.length)
            self.discharged = clock.after(self.ready, request.delay) if request.delay else self.ready


class Department:
    """A department at work: its configuration, beds, waiting list and patients.

    Args:
        env: The environment, on the clock of a hospital run.
        config: What the department is.
        position: Position of the department in the hospital.
        order: The order of things that fall on one second.

    Attributes:
        id: Its identifier.
        config: What it is.
        position: Its position in the hospital.
        clock: The clock by which stays end; None if time passes at one pace.
        ward: The beds and the waiting list.
        on_waiting: Called when a patient begins to wait.
        outlier_places: Where else its patients may be sent, by identifier.
    """

    def __init__(
        self,
        env: Environment,
        config: DepartmentConfig,
        position: int,
        order: Order,
    ) -> None:
        self.id = config.id
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
            beds=planned_beds(config, date_of(int(env.now) - 1)),
            capacity=config.bed_spaces,
            admission=order.priority(Phase.ADMISSION, position),
        )
        self.on_waiting: Callable[[Spell], None] | None = None
        self.outlier_places: dict[str, Department] = {}


class Observer(Protocol):
    """Who is told what happens in a hospital, in the order in which it happens."""

    def requested(self, spell: Spell) -> None:
        """A patient asks for a bed and will get one, now or later."""
        ...

    def admitted(self, spell: Spell) -> None:
        """A patient was given a bed."""
        ...

    def discharged(self, spell: Spell) -> None:
        """A patient left the bed."""
        ...

    def diverted(self, department: Department, request: Request) -> None:
        """A request was turned away."""
        ...

    def start_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """A day begins; nothing of it has happened yet."""
        ...

    def end_of_day(self, second: int, departments: Sequence[Department]) -> None:
        """A day ends; all of it has happened."""
        ...
