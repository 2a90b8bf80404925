"""The coroutines of a hospital: arrivals, the spell of a patient, and the census.

They know beds and time. What happens is handed to an observer; nothing here knows what becomes of it.
"""

from collections.abc import Generator, Iterable, Sequence
from typing import Protocol

from simpy import Environment
from simpy.events import Event

from hospital_sim.beds import Ward
from hospital_sim.clock import DAY
from hospital_sim.config import DepartmentConfig
from hospital_sim.demand import Request
from hospital_sim.identity import Identity
from hospital_sim.order import Order, Phase, Turn
from hospital_sim.patients import Patient, PatientRegister


class Spell:
    """A patient's way through a department.

    Attributes:
        department: The department that was asked.
        request: The request, with the stay that was drawn for it.
        patient: Who made it.
        bed: Number of the bed; 0 while waiting.
        admitted: Second of the admission; 0 while waiting.
    """

    __slots__ = ("admitted", "bed", "department", "patient", "request")

    def __init__(self, department: "Department", request: Request, patient: Patient) -> None:
        self.department = department
        self.request = request
        self.patient = patient
        self.bed = 0
        self.admitted = 0

    @property
    def ready(self) -> int:
        """Second at which the patient is fit for discharge."""
        return self.admitted + self.request.stay.length

    @property
    def discharged(self) -> int:
        """Second at which the patient leaves the bed."""
        return self.ready + self.request.stay.delay


class Department:
    """A department at work: its configuration, beds, waiting list and patients.

    Args:
        env: The environment, on the clock of a hospital run.
        config: What the department is.
        identity: Derives the department's identifiers.
        patients: Who may be admitted.
        position: Position of the department in the hospital.
        order: The order of things that fall on one second.
    """

    def __init__(
        self,
        env: Environment,
        config: DepartmentConfig,
        identity: Identity,
        patients: PatientRegister,
        position: int,
        order: Order,
    ) -> None:
        self.config = config
        self.identity = identity
        self.patients = patients
        self.position = position
        self.at_request = order.priority(Phase.REQUEST, position)
        self.at_discharge = order.priority(Phase.DISCHARGE, position)
        self.ward: Ward[Spell] = Ward(env, config.beds, order.priority(Phase.ADMISSION, position))


class Observer(Protocol):
    """Who is told what happens in a hospital, in the order in which it happens."""

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
    env: Environment, department: Department, requests: Iterable[Request], observer: Observer
) -> Generator[Event, None, None]:
    """Start a spell at the second of each request.

    Args:
        env: The environment.
        department: Who is asked.
        requests: The requests, in the order of their seconds.
        observer: Who is told.
    """
    for request in requests:
        yield Turn(env, request.second - env.now, department.at_request)
        env.process(spell(env, department, request, observer))


def spell(
    env: Environment, department: Department, request: Request, observer: Observer
) -> Generator[Event, int, None]:
    """Take a bed, or wait for one; hold it for the stay and the delay; leave.

    Args:
        env: The environment.
        department: Who is asked.
        request: The request that begins the spell now.
        observer: Who is told.
    """
    ward = department.ward
    if department.config.when_full == "divert" and ward.pool.occupied == ward.pool.beds:
        observer.diverted(department, request)
        return
    this = Spell(department, request, department.patients.patient_for(request))
    bed = ward.take_bed(this)
    if bed is None:
        bed = yield from ward.wait_for_bed(this)
    this.bed, this.admitted = bed, int(env.now)
    department.patients.admitted(this.patient, this.admitted)
    observer.admitted(this)
    yield Turn(env, this.discharged - this.admitted, department.at_discharge)
    ward.leave_bed(bed)
    department.patients.discharged(this.patient)
    observer.discharged(this)


def census(
    env: Environment, departments: Sequence[Department], order: Order, observer: Observer
) -> Generator[Event, None, None]:
    """Tell the observer of the first and the last second of each day.

    Args:
        env: The environment, at the beginning of a day.
        departments: The departments, in order.
        order: The order of things that fall on one second.
        observer: Who is told.
    """
    until_start = 0
    while True:
        yield Turn(env, until_start, order.priority(Phase.START_OF_DAY))
        observer.start_of_day(int(env.now), departments)
        yield Turn(env, DAY - 1, order.priority(Phase.END_OF_DAY))
        observer.end_of_day(int(env.now), departments)
        until_start = 1
