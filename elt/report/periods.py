"""The periods to choose from: those of ``mart_waiting_by_period``, so that each choice has a row in the mart."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["whole", "year", "quarter", "month"]


@dataclass(frozen=True)
class Period:
    """A period of a hospital.

    Attributes:
        key: Its name in the page's address: ``whole``, ``2024``, ``2024-Q1`` or ``2024-03``.
        kind: Its ``period_type`` in the mart.
        label: Its name for readers.
        start: Its ``period_start`` in the mart.
        first_day: Its first day with figures.
        last_day: Its last day with figures.
    """

    key: str
    kind: Kind
    label: str
    start: dt.date
    first_day: dt.date
    last_day: dt.date


def periods_between(first_day: dt.date, last_day: dt.date) -> list[Period]:
    """Return the whole period, then its years, quarters and months, each in order of time.

    Args:
        first_day: First day with a snapshot.
        last_day: Last day with a snapshot.
    """
    whole = Period("whole", "whole", "Whole period", first_day, first_day, last_day)
    kinds: tuple[Kind, ...] = ("year", "quarter", "month")
    return [whole, *(period for kind in kinds for period in _periods(kind, first_day, last_day))]


def day_text(day: dt.date) -> str:
    """Return a date in English, in any locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_text(first_day: dt.date, last_day: dt.date) -> str:
    """Return the text of a period from one day to another."""
    return day_text(first_day) if first_day == last_day else f"{day_text(first_day)} to {day_text(last_day)}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_LENGTHS = {"year": 12, "quarter": 3, "month": 1}


def _periods(kind: Kind, first_day: dt.date, last_day: dt.date) -> Iterator[Period]:
    months = _LENGTHS[kind]
    start = dt.date(first_day.year, (first_day.month - 1) // months * months + 1, 1)
    while start <= last_day:
        end_month = start.month + months - 1
        end = start.replace(month=end_month, day=calendar.monthrange(start.year, end_month)[1])
        key, label = _names(kind, start)
        yield Period(key, kind, label, start, max(start, first_day), min(end, last_day))
        start = end + dt.timedelta(days=1)


def _names(kind: Kind, start: dt.date) -> tuple[str, str]:
    if kind == "year":
        return f"{start.year}", f"{start.year}"
    if kind == "quarter":
        quarter = (start.month + 2) // 3
        return f"{start.year}-Q{quarter}", f"{_MONTHS[start.month - 1]} to {_MONTHS[start.month + 1]} {start.year}"
    return f"{start:%Y-%m}", f"{_MONTHS[start.month - 1]} {start.year}"
