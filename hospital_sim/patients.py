"""Who asks for a bed. Patients never change the flow: when someone asks and how long they stay is drawn without them.

Each department has patients of its own. A share of its requests comes from people who have been there before. One who
is waiting, in a bed, or was last admitted that day is passed over for the next who is eligible; if there is none, the
request is a new patient's. No request is dropped, so demand stays Poisson.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from hospital_sim.clock import DAY, date_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.demand import Request
from hospital_sim.events.fields import Sex
from hospital_sim.identity import Identity
from hospital_sim.streams import Streams

REMEMBERED = 512
"""How many former patients a department remembers; the one discharged longest ago is forgotten first."""

_BLOCK = 256
_DAYS_IN_YEAR = 365.2425
_NEVER = -1


@dataclass(slots=True, eq=False)
class Patient:
    """A person, as far as a hospital's events know one.

    Attributes:
        patient_id: Identifier.
        sex: ``"female"`` or ``"male"``.
        birth_date: Date of birth.
        last_admitted: Number of the day of the last admission; negative before the first.
    """

    patient_id: str
    sex: Sex
    birth_date: date
    last_admitted: int = _NEVER


class PatientRegister:
    """Finds the patient for each request of one department.

    Args:
        department: Whose patients.
        streams: The department's random streams.
        identity: Derives patient identifiers.
    """

    def __init__(self, department: DepartmentConfig, streams: Streams, identity: Identity) -> None:
        self._return_share = department.return_share
        self._people = _people(department, streams)
        self._identity = identity
        self._known = 0
        self._former: list[Patient] = []

    def patient_for(self, request: Request) -> Patient:
        """Return who makes a request: someone who is neither waiting nor in a bed, nor was admitted that day."""
        if request.returning < self._return_share:
            former = self._former_patient(request)
            if former is not None:
                return former
        sex, age = next(self._people)
        birth_date = date_of(request.second) - timedelta(days=int(age * _DAYS_IN_YEAR))
        patient = Patient(self._identity.derive("patient", self._known), sex, birth_date)
        self._known += 1
        return patient

    def admitted(self, patient: Patient, second: int) -> None:
        """Note the day on which a patient was admitted."""
        patient.last_admitted = second // DAY

    def discharged(self, patient: Patient) -> None:
        """Note that a patient has left and may come back."""
        self._former.append(patient)
        if len(self._former) > REMEMBERED:
            del self._former[0]

    def _former_patient(self, request: Request) -> Patient | None:
        today = request.second // DAY
        size = len(self._former)
        first = int(request.pick * size)
        for step in range(size):
            position = (first + step) % size
            if self._former[position].last_admitted != today:
                return self._former.pop(position)
        return None


def _people(department: DepartmentConfig, streams: Streams) -> Iterator[tuple[Sex, float]]:
    """Yield the sex and the age in years of one new patient after another."""
    sexes, ages = streams.stream("sex"), streams.stream("age")
    youngest, mode, oldest = department.ages
    while True:
        female = sexes.random(_BLOCK) < department.female_share
        age = _triangular(ages.random(_BLOCK), youngest, mode, oldest)
        yield from zip(np.where(female, "female", "male").tolist(), age.tolist(), strict=True)


def _triangular(
    uniform: np.typing.NDArray[np.float64], low: float, mode: float, high: float
) -> np.typing.NDArray[np.float64]:
    if high == low:
        return np.full_like(uniform, low)
    peak = (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    return np.where(uniform < peak, rising, falling)
