"""Patients of a department: a new or a former one for each request.

Patients never change the flow, because requests and stays are drawn without them. Each department has its own patients.
A share of its requests is made by former patients, all equally likely, except those who are waiting, in a bed, or were
last admitted that day. If no former patient is eligible, a new one makes the request. No request is dropped, so demand
stays Poisson. Nobody is born before 1900, the earliest date of the contract: ages are drawn again until they fit.
"""

from collections import deque
from collections.abc import Iterator
from datetime import date
from itertools import chain

import numpy as np
from msgspec import Struct

from hospital_sim.clock import DAY, EPOCH_ORDINAL
from hospital_sim.config import DepartmentConfig
from hospital_sim.distributions import Floats
from hospital_sim.draws.identity import Identity
from hospital_sim.draws.streams import Streams
from hospital_sim.events import EARLIEST
from hospital_sim.events.fields import Sex

REMEMBERED = 512
"""Most former patients that a department remembers; the one discharged longest ago is forgotten first."""

_BLOCK = 256
DAYS_IN_YEAR = 365.2425
_EARLIEST_BIRTH = EARLIEST.toordinal()
_SEXES = np.array(["male", "female"], dtype=object)

fromordinal = date.fromordinal


class Person(Struct, frozen=True, gc=False):
    """A patient, as in the events of a hospital.

    Attributes:
        patient_id: Identifier.
        sex: ``"female"`` or ``"male"``.
        birth_date: Date of birth.
    """

    patient_id: str
    sex: Sex
    birth_date: date


class PatientRegister:
    """Chooses the patient for each request of one department.

    Args:
        department: The department.
        streams: The department's random streams.
        identity: Derives patient identifiers.
    """

    def __init__(self, department: DepartmentConfig, streams: Streams, identity: Identity) -> None:
        self._return_share = department.return_share
        self._identifiers = identity.patients()
        self._people = _people(department, streams, self._identifiers)
        self._former: list[Person] = []
        self._today = self._tomorrow = 0
        self._ordinal = EPOCH_ORDINAL
        self._admitted_today: deque[Person] = deque(maxlen=REMEMBERED)

    def change(self, department: DepartmentConfig, streams: Streams) -> None:
        """Draw the patients of later requests by another configuration.

        Args:
            department: The department after the change.
            streams: Its random streams from the change on.
        """
        self._return_share = department.return_share
        self._people = _people(department, streams, self._identifiers)

    def patient_for(self, second: int, returning: float, pick: float) -> Person:
        """Return the patient who makes a request: one who is not waiting, in a bed, or last admitted that day.

        Args:
            second: Second of the request, not before that of an earlier call.
            returning: A number in [0, 1) that decides if the patient is a former one.
            pick: A number in [0, 1) that selects the former patient.
        """
        if second >= self._tomorrow:
            self._begin_day(second)
        if returning < self._return_share:
            former = self._former
            if former:
                return former.pop(int(pick * len(former)))
        sex, age_in_days, patient_id = next(self._people)
        while self._ordinal - age_in_days < _EARLIEST_BIRTH:
            sex, age_in_days, patient_id = next(self._people)
        return Person(patient_id, sex, fromordinal(self._ordinal - age_in_days))

    def discharged(self, patient: Person, admitted: int, second: int) -> None:
        """Make a patient a former one, who may come back from the day after the admission.

        Args:
            patient: The patient.
            admitted: Second of the admission.
            second: Second of the discharge, not before that of an earlier call.
        """
        if second >= self._tomorrow:
            self._begin_day(second)
        if admitted >= self._today:
            self._admitted_today.append(patient)
            return
        self._former.append(patient)
        if len(self._former) > REMEMBERED:
            del self._former[0]

    def _begin_day(self, second: int) -> None:
        """Begin the day of a second, so that patients admitted on earlier days may come back."""
        day = second // DAY
        self._today, self._tomorrow = day * DAY, (day + 1) * DAY
        self._ordinal = EPOCH_ORDINAL + day
        if self._admitted_today:
            self._former = [*self._former, *self._admitted_today][-REMEMBERED:]
            self._admitted_today.clear()


def _people(
    department: DepartmentConfig, streams: Streams, identifiers: Iterator[str]
) -> Iterator[tuple[Sex, int, str]]:
    """Return the sex, age in days and identifier of new patients, without end."""
    # Not strict, because identifiers never end. They come last, so that zip takes no identifier that it drops.
    return chain.from_iterable(zip(*block, strict=False) for block in _blocks(department, streams, identifiers))


def _blocks(
    department: DepartmentConfig, streams: Streams, identifiers: Iterator[str]
) -> Iterator[tuple[list[Sex], list[int], Iterator[str]]]:
    sexes, ages = streams.stream("sex"), streams.stream("age")
    youngest, mode, oldest = department.ages
    while True:
        sex = _SEXES[(sexes.random(_BLOCK) < department.female_share).astype(np.intp)].tolist()
        age = np.floor(_triangular(ages.random(_BLOCK), youngest, mode, oldest) * DAYS_IN_YEAR)
        yield sex, age.astype(np.int64).tolist(), identifiers


def _triangular(uniform: Floats, low: float, mode: float, high: float) -> Floats:
    if high == low:
        return np.full_like(uniform, low)
    peak = (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    return np.where(uniform < peak, rising, falling)
