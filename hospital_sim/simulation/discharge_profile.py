"""When in the week patients leave: more on some days and at some hours than on others.

A profile gives the pace at which time in hospital passes: a stay that was drawn is used up quickly when many leave and
slowly when few do, and nobody leaves while it stands still. A later admission never ends earlier. Where stays are
spread over a week or more, discharges follow the profile, whenever patients are admitted; the mean stay is kept where
they are admitted evenly over the week. The shorter the stays, the more of the rhythm of admissions is left in that of
discharges; and patients who come at hours at which few leave wait a little longer or shorter on average, by hours.
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
"""1970-01-05, the first Monday of the clock."""


class DischargeClock:
    """Turns a stay that was drawn into the second at which it ends.

    Args:
        by_weekday: Seven relative numbers, Monday first.
        by_hour: Twenty-four relative numbers, UTC.
    """

    def __init__(self, by_weekday: Sequence[float], by_hour: Sequence[float]) -> None:
        relative = [Fraction(weekday) * Fraction(hour) for weekday in by_weekday for hour in by_hour]
        # Whole numbers, so that no rounding can make a later admission end earlier.
        unit = lcm(*(number.denominator for number in relative))
        self._pace = [int(number * unit) * len(relative) for number in relative]
        self._mean_pace = sum(self._pace) // len(relative)
        self._passed = [0, *accumulate(pace * HOUR for pace in self._pace)]

    def after(self, second: int, seconds: int) -> int:
        """Return the second in which a time that begins with a second is used up; a later one, in which time passes.

        Args:
            second: When it begins.
            seconds: How long it is, 1 or more, at the mean pace.
        """
        week, within = divmod(second - _MONDAY, _WEEK)
        hour, rest = divmod(within, HOUR)
        pace = self._pace[hour]
        due = self._passed[hour] + pace * rest + max(seconds * self._mean_pace, pace)
        weeks, left = divmod(due, self._passed[-1])
        hour = bisect_right(self._passed, left) - 1
        return _MONDAY + (week + weeks) * _WEEK + hour * HOUR + (left - self._passed[hour]) // self._pace[hour]


def discharge_clock(department: DepartmentConfig) -> DischargeClock | None:
    """Return the clock by which the stays of a department end; None if time passes at one pace."""
    by_weekday, by_hour = department.discharge_weekday_multipliers, department.discharge_hour_multipliers
    if by_weekday is None and by_hour is None:
        return None
    return DischargeClock(by_weekday or (1.0,) * 7, by_hour or (1.0,) * 24)
