"""Planned beds of a department: on a day, the fewest and the most, and on average."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

from hospital_sim.config.calendar import mean_over_year
from hospital_sim.config.parts import BedChange
from hospital_sim.config.schema import DepartmentConfig

_ANY_YEAR = date(2023, 1, 1)
_CYCLE = 28
"""Years after which weekdays and leap days repeat."""


class PlansBeds(Protocol):
    """Beds, and the changes in them."""

    @property
    def beds(self) -> int:
        """Beds open without a change."""
        ...

    @property
    def bed_change(self) -> Sequence[BedChange]:
        """Beds that open or close on dates or weekdays."""
        ...


def planned_beds(department: PlansBeds, day: date) -> int:
    """Return the beds that are planned to be open on a day."""
    return department.beds + sum(change.beds for change in department.bed_change if change.applies(day))


def mean_open_beds(department: DepartmentConfig) -> float:
    """Return the mean open beds over a year, by the changes that come every year."""
    return mean_over_year(open_beds_by_month(department))


def open_beds_by_month(department: DepartmentConfig) -> list[float]:
    """Return the mean open beds of each month, January first, by the changes that come every year."""
    changes = tuple(change for change in department.bed_change if not change.is_dated)
    return list(_open_beds_by_month(department.beds, changes))


@lru_cache(maxsize=256)
def _open_beds_by_month(beds: int, changes: tuple[BedChange, ...]) -> tuple[float, ...]:
    """Return the mean open beds of each month; cached, because a plan of a run asks many times for each department."""
    if not changes:
        return (float(beds),) * 12
    months: list[list[int]] = [[] for _ in range(12)]
    for day in (_ANY_YEAR + timedelta(days=number) for number in range(365)):
        months[day.month - 1].append(beds + sum(change.beds for change in changes if change.applies(day)))
    return tuple(sum(open_beds) / len(open_beds) for open_beds in months)


def fewest_and_most_beds(department: DepartmentConfig) -> tuple[int, int]:
    """Return the fewest and the most beds that are planned for any day; below 0 if too many close."""
    bounds = {day for change in department.bed_change if change.is_dated for day in change.bounds}
    years = [day.year for day in bounds - {date.min, date.max}]
    # A full cycle before and after the dated changes, so that every combination with the yearly ones is seen.
    first = date(max(min(years, default=_ANY_YEAR.year) - _CYCLE, date.min.year), 1, 1)
    last = date(min(max(years, default=_ANY_YEAR.year) + _CYCLE, date.max.year), 12, 31)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    beds = [planned_beds(department, day) for day in days]
    return min(beds), max(beds)
