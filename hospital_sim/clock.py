"""The clock of a hospital run: whole seconds since 1970-01-01T00:00:00Z, and their UTC dates and timestamps."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from hospital_sim.errors import ConfigurationError, ConfigurationTypeError

HOUR = 3_600
"""Seconds in an hour."""

DAY = 24 * HOUR
"""Seconds in a day; the same for every day, because a hospital keeps UTC."""

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
"""Proleptic ordinal of 1970-01-01, where the clock begins."""

_ONE_DAY = timedelta(days=1)

_MINUTES = [timedelta(minutes=minutes) for minutes in range(DAY // 60)]
_SECONDS = [timedelta(seconds=seconds) for seconds in range(60)]

Day = str | date | np.datetime64
"""A date as a caller may pass it: a date, or ``YYYY-MM-DD``; those of NumPy and pandas too."""


def second_of(day: date) -> int:
    """Return the first second of a day."""
    return (day.toordinal() - EPOCH_ORDINAL) * DAY


def timestamp(second: int) -> datetime:
    """Return a second as a UTC timestamp."""
    return datetime.fromtimestamp(second, UTC)


class Timestamps:
    """Turns seconds of a day into UTC timestamps, one day after another.

    Midnight plus a minute of the day and a second of the minute takes half as long as ``timestamp``.
    """

    def __init__(self) -> None:
        self._today, self._midnight = 0, timestamp(0)

    def at(self, second: int) -> datetime:
        """Return a second as a UTC timestamp."""
        since = second - self._today
        if not 0 <= since < DAY:
            since = second % DAY
            self._today = second - since
            self._midnight = timestamp(self._today)
        return self._midnight + _MINUTES[since // 60] + _SECONDS[since % 60]


def date_of(second: int) -> date:
    """Return the UTC date on which a second falls."""
    return date.fromordinal(EPOCH_ORDINAL + second // DAY)


def days_from(first: date) -> Iterator[date]:
    """Yield a date and the dates after it, without end."""
    day = first
    while True:
        yield day
        day += _ONE_DAY


def to_seconds(days: float) -> int:
    """Return a number of days as the nearest whole number of seconds."""
    return round(days * DAY)


def parse_date(field: str, value: Day) -> date:
    """Return the date that a caller passed as a date or as text.

    Args:
        field: Name of the argument, for the error.
        value: A date, or ``YYYY-MM-DD``. NumPy and pandas have dates that are times: midnight, without a zone.

    Raises:
        ConfigurationError: If it is neither.
    """
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, datetime):
        if value.tzinfo is not None or value.time() != time.min:
            raise ConfigurationTypeError(f"{field}: {value} has a time of day; give a date")
        value = value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ConfigurationTypeError(f"{field}: must be a date or YYYY-MM-DD, not {value!r}")
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007  (a date has no time zone)
    except ValueError as error:
        raise ConfigurationError(f"{field}: {value!r} is not a date; write YYYY-MM-DD") from error
