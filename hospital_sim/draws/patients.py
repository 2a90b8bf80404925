"""Who asks for a bed. Patients never change the flow: when someone asks and how long they stay is drawn without them.

Each department has patients of its own. A share of its requests comes from people who have been there before. One who
is waiting, in a bed, or was last admitted that day is not asked for: each of the others is as likely as the next. If
there is none, the request is a new patient's. No request is dropped, so demand stays Poisson.
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
from hospital_sim.events.fields import Sex

REMEMBERED = 512
"""How many former patients a department remembers; the one discharged longest ago is forgotten first."""

_BLOCK = 1024
_DAYS_IN_YEAR = 365.2425
_SEXES = np.array(["male", "female"], dtype=object)

fromordinal = date.fromordinal


class Person(Struct, frozen=True, gc=False):
    """A patient, as far as a hospital's events know one.

    Attributes:
        patient_id: Identifier.
        sex: ``"female"`` or ``"male"``.
        birth_date: Date of birth.
    """

    patient_id: str
    sex: Sex
    birth_date: date


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
        self._today = self._tomorrow = 0
        self._ordinal = EPOCH_ORDINAL
        self._admitted_today: deque[Person] = deque(maxlen=REMEMBERED)

    def patient_for(self, second: int, returning: float, pick: float) -> Person:
        """Return who makes a request: someone who is neither waiting nor in a bed, nor was admitted that day.

        Args:
            second: When the request is made; never before an earlier one.
            returning: A number in [0, 1): whether the patient has been there before.
            pick: A number in [0, 1): which of those who have.
        """
        if second >= self._tomorrow:
            self._begin_day(second)
        if returning < self._return_share:
            former = self._former
            if former:
                return former.pop(int(pick * len(former)))
        sex, age_in_days, patient_id = next(self._people)
        return Person(patient_id, sex, fromordinal(self._ordinal - age_in_days))

    def discharged(self, patient: Person, admitted: int, second: int) -> None:
        """Note that a patient has left and may come back, though not on the day of the admission.

        Args:
            patient: Who left.
            admitted: Second of the admission.
            second: Second of the discharge; never before an earlier one.
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
        """Begin the day of a second: whoever was admitted on an earlier one may come back."""
        day = second // DAY
        self._today, self._tomorrow = day * DAY, (day + 1) * DAY
        self._ordinal = EPOCH_ORDINAL + day
        self._former = [*self._former, *self._admitted_today][-REMEMBERED:]
        self._admitted_today.clear()


def _people(department: DepartmentConfig, streams: Streams, identity: Identity) -> Iterator[tuple[Sex, int, str]]:
    """Return the sex, the age in days and the identifier of one new patient after another, without end."""
    # The identifiers are an endless stream: the block ends first, and takes none too many.
    return chain.from_iterable(zip(*block, strict=False) for block in _blocks(department, streams, identity.patients()))


def _blocks(
    department: DepartmentConfig, streams: Streams, identifiers: Iterator[str]
) -> Iterator[tuple[list[Sex], list[int], Iterator[str]]]:
    sexes, ages = streams.stream("sex"), streams.stream("age")
    youngest, mode, oldest = department.ages
    while True:
        sex = _SEXES[(sexes.random(_BLOCK) < department.female_share).astype(np.intp)].tolist()
        age = np.floor(_triangular(ages.random(_BLOCK), youngest, mode, oldest) * _DAYS_IN_YEAR)
        yield sex, age.astype(np.int64).tolist(), identifiers


def _triangular(uniform: Floats, low: float, mode: float, high: float) -> Floats:
    if high == low:
        return np.full_like(uniform, low)
    peak = (mode - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - mode))
    return np.where(uniform < peak, rising, falling)
