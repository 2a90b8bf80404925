"""Who asks for a bed. Patients never change the flow: when someone asks and how long they stay is drawn without them.

Each department has patients of its own. A share of its requests comes from people who have been there before. One who
is waiting, in a bed, or was last admitted that day is passed over for the next who is eligible; if there is none, the
request is a new patient's. No request is dropped, so demand stays Poisson.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np

from hospital_sim.clock import DAY, EPOCH_ORDINAL
from hospital_sim.config import DepartmentConfig
from hospital_sim.demand import Request
from hospital_sim.distributions import Floats
from hospital_sim.events.fields import Sex
from hospital_sim.identity import Identity
from hospital_sim.streams import Streams

REMEMBERED = 512
"""How many former patients a department remembers; the one discharged longest ago is forgotten first."""

_BLOCK = 256
_DAYS_IN_YEAR = 365.2425
_NEVER = -1

fromordinal = date.fromordinal


class Person:
    """A patient, as far as a hospital's events know one.

    Attributes:
        patient_id: Identifier.
        sex: ``"female"`` or ``"male"``.
        birth_date: Date of birth.
        last_admitted: Number of the day of the last admission; negative before the first.
    """

    __slots__ = ("birth_date", "last_admitted", "patient_id", "sex")

    def __init__(self, patient_id: str, sex: Sex, birth_date: date) -> None:
        self.patient_id = patient_id
        self.sex = sex
        self.birth_date = birth_date
        self.last_admitted = _NEVER


class PatientRegister:
    """Finds the patient for each request of one department.

    Args:
        department: Whose patients.
        streams: The department's random streams.
        identity: Derives patient identifiers.
    """

    def __init__(self, department: DepartmentConfig, streams: Streams, identity: Identity) -> None:
        self._return_share = department.return_share
        self._people = _people(department, streams, identity)
        self._former: list[Person] = []

    def patient_for(self, request: Request) -> Person:
        """Return who makes a request: someone who is neither waiting nor in a bed, nor was admitted that day."""
        if request.returning < self._return_share:
            former = self._former_patient(request)
            if former is not None:
                return former
        sex, age_in_days, patient_id = next(self._people)
        return Person(patient_id, sex, fromordinal(EPOCH_ORDINAL + request.second // DAY - age_in_days))

    def discharged(self, patient: Person) -> None:
        """Note that a patient has left and may come back."""
        former = self._former
        former.append(patient)
        if len(former) > REMEMBERED:
            del former[0]

    def _former_patient(self, request: Request) -> Person | None:
        today = request.second // DAY
        size = len(self._former)
        first = int(request.pick * size)
        for step in range(size):
            position = (first + step) % size
            if self._former[position].last_admitted != today:
                return self._former.pop(position)
        return None


def _people(department: DepartmentConfig, streams: Streams, identity: Identity) -> Iterator[tuple[Sex, int, str]]:
    """Yield the sex, the age in days and the identifier of one new patient after another."""
    sexes, ages = streams.stream("sex"), streams.stream("age")
    youngest, mode, oldest = department.ages
    people = identity.patients()
    while True:
        female = sexes.random(_BLOCK) < department.female_share
        age = np.floor(_triangular(ages.random(_BLOCK), youngest, mode, oldest) * _DAYS_IN_YEAR).astype(np.int64)
        # The people are an endless stream: the block ends first, and takes none too many.
        yield from zip(np.where(female, "female", "male").tolist(), age.tolist(), people, strict=False)


def _triangular(uniform: Floats, low: float, mode: float, high: float) -> Floats:
    if high == low:
        return np.full_like(uniform, low)
    peak = (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    return np.where(uniform < peak, rising, falling)
