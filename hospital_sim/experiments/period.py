"""The days of an experiment, as its callers give them."""

from datetime import date, timedelta

from hospital_sim.clock import parse_date
from hospital_sim.errors import ConfigurationError

FIRST_DAY = date(2025, 1, 1)
"""The first day of an experiment that is not told when: a whole year follows, without a leap day."""


def period(start: str | date | None, end: str | date | None) -> tuple[date, date]:
    """Return first and last day: a year from the start if there is no end, from ``FIRST_DAY`` if there is no start.

    Raises:
        ConfigurationError: If a day is not one, or the end is before the start.
    """
    first = FIRST_DAY if start is None else parse_date("start", start)
    last = _year_after(first) if end is None else parse_date("end", end)
    if last < first:
        raise ConfigurationError(f"end: {last} is before the start, {first}; both days are included")
    return first, last


def _year_after(first: date) -> date:
    """Return the last day of the year that begins on a day."""
    leap_day = (first.month, first.day) == (2, 29)
    following = date(first.year + 1, 3, 1) if leap_day else first.replace(year=first.year + 1)
    return following - timedelta(days=1)
