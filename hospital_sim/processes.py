"""The coroutines of a hospital: arrivals, the spell of a patient, and the census.

They know beds and time. What happens is handed to an observer; nothing here knows what becomes of it.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Protocol

from msgspec import Struct
from simpy import Environment
from simpy.events import Event

from hospital_sim.bed_queue import BedQueue
from hospital_sim.clock import DAY, date_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.coroutines import Clockwork, start
from hospital_sim.demand import Request
from hospital_sim.discharge_clock import discharge_clock
from hospital_sim.identity import SpellIds
from hospital_sim.order import Order, Phase, Turn
from hospital_sim.patients import Person

_UNSET: Any = None
"""Fails whoever uses it as if it were what it stands for."""


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
        patient: Who made the request; set by who records it, the flow does without.
        ids: What the spell and its events are called; set likewise.
        admitted_at: The timestamp of the admission; set likewise.
    """

    department: "Department"
    request: Request
    place: "Department"
    bed: int = 0
    admitted: int = 0
    ready: int = 0
    discharged: int = 0
    patient: Person = _UNSET
    ids: SpellIds = _UNSET
    admitted_at: datetime = _UNSET

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


def arrivals(
    env: Clockwork, department: Department, requests: Iterable[Request], observer: Observer
) -> Generator[Event, Any, None]:
    """Start a spell at the second of each request.

    Args:
        env: The environment.
        department: Who is asked.
        requests: The requests, in the order of their seconds.
        observer: Who is told.
    """
    at_request = department.at_request
    for request in requests:
        if not env.skip_to(request.second):
            yield Turn(env, request.second, at_request)
        start(spell(env, department, request, observer))


def spell(
    env: Environment, department: Department, request: Request, observer: Observer
) -> Generator[Event, Any, None]:
    """Take a bed, or wait for one; hold it for the stay and the delay; leave it to be cleaned.

    Args:
        env: The environment.
        department: Who is asked.
        request: The request that begins the spell now.
        observer: Who is told.
    """
    if request.when_full == "divert" and not department.ward.has_room:
        observer.diverted(department, request)
        return
    this = Spell(department, request, department)
    observer.requested(this)
    bed = department.ward.take_bed(this)
    place, second = department, request.second
    if bed is None:
        if department.on_waiting is not None:
            department.on_waiting(this)
        ward, bed = yield from department.ward.wait_for_bed(this)
        place, second = department.outlier_places.get(ward.name, department), int(env.now)
    this.admit(place, bed, second)
    observer.admitted(this)
    yield Turn(env, this.discharged, place.at_discharge)
    turnaround = request.turnaround
    place.ward.leave_bed(bed, clean=not turnaround)
    observer.discharged(this)
    if turnaround:
        yield Turn(env, this.discharged + turnaround, place.at_beds_change)
        place.ward.bed_cleaned(bed)


def census(
    env: Environment, departments: Sequence[Department], order: Order, observer: Observer
) -> Generator[Event, Any, None]:
    """Tell the observer of the first and the last second of each day.

    Args:
        env: The environment, at the beginning of a day.
        departments: The departments, in order.
        order: The order of things that fall on one second.
        observer: Who is told.
    """
    for midnight in count(int(env.now), DAY):
        yield Turn(env, midnight, order.priority(Phase.START_OF_DAY))
        observer.start_of_day(midnight, departments)
        last_second = midnight + DAY - 1
        yield Turn(env, last_second, order.priority(Phase.END_OF_DAY))
        observer.end_of_day(last_second, departments)
