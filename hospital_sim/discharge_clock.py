"""When in the week patients leave: more on some days and at some hours than on others.

A profile gives the pace at which time in hospital passes: a stay that was drawn is used up quickly when many leave and
slowly when few do. So discharges follow the profile, the mean stay is kept, and a later admission never ends earlier.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

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
        pace = [weekday * hour for weekday in by_weekday for hour in by_hour]
        scale = len(pace) / sum(pace)
        self._pace = [number * scale for number in pace]
        self._passed = [0.0, *accumulate(number * HOUR for number in self._pace)]

    def after(self, second: int, seconds: int) -> int:
        """Return the second at which a time that begins at a second ends; later than it by 1 at least.

        Args:
            second: When it begins.
            seconds: How long it is, 1 or more, at the mean pace.
        """
        week, within = divmod(second - _MONDAY, _WEEK)
        hour, rest = divmod(within, HOUR)
        due = self._passed[hour] + self._pace[hour] * rest + seconds
        weeks, left = divmod(due, self._passed[-1])
        return max(second + 1, _MONDAY + int(week + weeks) * _WEEK + self._second_of(left))

    def _second_of(self, passed: float) -> int:
        """Return the second of the week at which so much time has passed; the first, where time stands still."""
        hour = max(bisect_left(self._passed, passed) - 1, 0)
        pace = self._pace[hour]
        return hour * HOUR + (int((passed - self._passed[hour]) / pace) if pace else 0)


def discharge_clock(department: DepartmentConfig) -> DischargeClock | None:
    """Return the clock by which the stays of a department end; None if time passes at one pace."""
    by_weekday, by_hour = department.discharge_weekday_multipliers, department.discharge_hour_multipliers
    if by_weekday is None and by_hour is None:
        return None
    return DischargeClock(by_weekday or (1.0,) * 7, by_hour or (1.0,) * 24)
