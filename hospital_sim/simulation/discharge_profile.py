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
from functools import lru_cache
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
        # At a second of the week, the offset of its hour plus its pace times the second has passed.
        starts = zip(self._passed[:-1], self._pace, range(0, _WEEK, HOUR), strict=True)
        self._offset = [passed - pace * second for passed, pace, second in starts]

    def after(self, second: int, seconds: int) -> int:
        """Return the second at which a stay is used up: after its first second, and never at a pace of 0.

        Args:
            second: Beginning of the stay.
            seconds: Length of the stay at the mean pace, 1 or more.
        """
        paces, offsets, passed = self._pace, self._offset, self._passed
        within = (second - _MONDAY) % _WEEK
        hour = within // HOUR
        pace, used = paces[hour], seconds * self._mean_pace
        weeks, due = divmod(offsets[hour] + pace * within + (used if used > pace else pace), passed[-1])
        hour = bisect_right(passed, due) - 1
        return second - within + weeks * _WEEK + (due - offsets[hour]) // paces[hour]


def discharge_clock(department: DepartmentConfig) -> DischargeClock | None:
    """Return the clock by which the stays of a department end; None without a discharge profile."""
    by_weekday, by_hour = department.discharge_weekday_multipliers, department.discharge_hour_multipliers
    if by_weekday is None and by_hour is None:
        return None
    return _clock(by_weekday or (1.0,) * 7, by_hour or (1.0,) * 24)


_clock = lru_cache(DischargeClock)
