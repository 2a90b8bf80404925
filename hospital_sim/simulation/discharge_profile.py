"""Discharge profiles: more patients leave on some weekdays and at some hours than on others.

A profile sets the pace at which a stay is used up: fast when many patients leave, slow when few do; at a pace of 0
nobody leaves. A later admission never ends earlier.

- If stays are spread over a week or more, discharges follow the profile, whatever the times of admission.
- The mean stay does not change if admissions are even over the week. Otherwise it changes by some hours.
- The shorter the stays, the more the times of discharge follow the times of admission instead of the profile.
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm

from hospital_sim.clock import DAY, HOUR
from hospital_sim.config import DepartmentConfig

_WEEK = 7 * DAY
_MONDAY = 4 * DAY
"""The second at which 1970-01-05 begins, the first Monday of the clock."""


class DischargeClock:
    """Turns a stay that was drawn into the second at which it ends.

    Args:
        by_weekday: Seven relative numbers, Monday first.
        by_hour: Twenty-four relative numbers, UTC.
    """

    def __init__(self, by_weekday: Sequence[float], by_hour: Sequence[float]) -> None:
        relative = [Fraction(weekday) * Fraction(hour) for weekday in by_weekday for hour in by_hour]
        # Whole numbers, because rounding could make a later admission end earlier.
        unit = lcm(*(number.denominator for number in relative))
        self._pace = [int(number * unit) * len(relative) for number in relative]
        self._mean_pace = sum(self._pace) // len(relative)
        self._passed = [0, *accumulate(pace * HOUR for pace in self._pace)]

    def after(self, second: int, seconds: int) -> int:
        """Return the second at which a stay is used up: after its first second, and never at a pace of 0.

        Args:
            second: Beginning of the stay.
            seconds: Length of the stay at the mean pace, 1 or more.
        """
        paces, passed = self._pace, self._passed
        within = (second - _MONDAY) % _WEEK
        hour = within // HOUR
        pace, used = paces[hour], seconds * self._mean_pace
        due = passed[hour] + pace * (within - hour * HOUR) + (used if used > pace else pace)
        weeks = due // passed[-1]
        remaining = due - weeks * passed[-1]
        hour = bisect_right(passed, remaining) - 1
        return second - within + weeks * _WEEK + hour * HOUR + (remaining - passed[hour]) // paces[hour]


def discharge_clock(department: DepartmentConfig) -> DischargeClock | None:
    """Return the clock by which the stays of a department end; None without a discharge profile."""
    by_weekday, by_hour = department.discharge_weekday_multipliers, department.discharge_hour_multipliers
    if by_weekday is None and by_hour is None:
        return None
    return DischargeClock(by_weekday or (1.0,) * 7, by_hour or (1.0,) * 24)
