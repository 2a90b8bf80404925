"""When patients ask for a bed: a Poisson process whose daily rate follows the month.

Demand is drawn apart from the flow: a request carries its second, its stay and its delay before it meets a bed. So it
is the same whatever the number of beds.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import takewhile
from typing import NamedTuple

import numpy as np

from hospital_sim.clock import DAY, days_from, second_of
from hospital_sim.config import DepartmentConfig
from hospital_sim.config.offered_load import month_multipliers, requests_per_day
from hospital_sim.events.fields import AdmissionMethod
from hospital_sim.stays import Choice, Stay, StayDraws
from hospital_sim.streams import Streams


class Request(NamedTuple):
    """One decision to admit, with all that was drawn for it.

    Attributes:
        ordinal: Its number in the department, from 0 at the beginning of the warm-up.
        second: When it is made.
        stay: How long a bed will be held.
        admission_method: NHS admission method code.
        returning: A number in [0, 1): whether the patient has been there before.
        pick: A number in [0, 1): which of those who have.
    """

    ordinal: int
    second: int
    stay: Stay
    admission_method: AdmissionMethod
    returning: float
    pick: float


def requests(
    department: DepartmentConfig, streams: Streams, first_day: date, last_day: date | None = None
) -> Iterator[Request]:
    """Yield the requests of a department in the order of their seconds.

    A day's requests are drawn when it is reached, so the requests up to a day do not depend on when a run ends.

    Args:
        department: Who is asked.
        streams: The department's random streams.
        first_day: The first day of the warm-up.
        last_day: The last day, included; without end if None.
    """
    stays = StayDraws(department, streams)
    methods = Choice(department.admission_methods, streams.stream("admission_method"))
    returning, pick = streams.stream("return"), streams.stream("return_pick")
    ordinal = 0
    days = takewhile(lambda day: last_day is None or day <= last_day, days_from(first_day))
    for seconds in _days_of_requests(department, streams.stream("demand"), days):
        size = len(seconds)
        yield from map(
            Request,
            range(ordinal, ordinal + size),
            seconds,
            stays.draw(size),
            methods.draw(size),
            returning.random(size).tolist(),
            pick.random(size).tolist(),
        )
        ordinal += size


def _days_of_requests(
    department: DepartmentConfig, rng: np.random.Generator, days: Iterable[date]
) -> Iterator[list[int]]:
    """Yield, for each day, the seconds of its requests: a Poisson number of them, each anywhere in the day."""
    rate = requests_per_day(department)
    rates = [rate * factor for factor in month_multipliers(department)]
    for day in days:
        offsets = np.floor(rng.random(rng.poisson(rates[day.month - 1])) * DAY).astype(np.int64)
        offsets.sort()
        yield (offsets + second_of(day)).tolist()
