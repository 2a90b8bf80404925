"""Periods of a configuration: days between which nothing of it changes but what comes every year.

The dated parts of a configuration are the changes of beds with a year in their days. Each begins a period, and the day
after its last day begins another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain

from msgspec import structs

from hospital_sim.config.parts import BedChange
from hospital_sim.config.schema import DepartmentConfig
from hospital_sim.config.sources import with_fixed_demand

Period = tuple[date, date]
"""First and last day, inclusive; ``date.min`` or ``date.max`` where a period has no bound."""

ALWAYS: Period = (date.min, date.max)


def periods(departments: Iterable[DepartmentConfig]) -> tuple[Period, ...]:
    """Return the periods of some departments together, in order; they cover all days."""
    changes = chain.from_iterable(department.bed_change for department in departments)
    starts = sorted({date.min}.union(*map(_starts, changes)))
    ends = [start - timedelta(days=1) for start in starts[1:]]
    return tuple(zip(starts, [*ends, date.max], strict=True))


def in_period(department: DepartmentConfig, period: Period) -> DepartmentConfig:
    """Return a department as it is in a period, without dated parts: those that hold apply always, the others never.

    Its demand stays the same, as requests a day instead of a target occupancy. It may have no bed.
    """
    applying = [change for change in department.bed_change if change.is_dated and _holds(change, period)]
    changes = [change for change in department.bed_change if not change.is_dated]
    changes += [structs.replace(change, first=None, last=None) for change in applying if change.weekdays]
    return structs.replace(
        with_fixed_demand(department),
        beds=department.beds + sum(change.beds for change in applying if not change.weekdays),
        bed_change=tuple(changes),
    )


def _holds(change: BedChange, period: Period) -> bool:
    first, last = change.bounds
    return first <= period[0] <= last


def _starts(change: BedChange) -> Iterator[date]:
    """Yield the first day of a change and the day after its last one, if they have a year."""
    if change.is_dated:
        first, last = change.bounds
        yield first
        if last < date.max:
            yield last + timedelta(days=1)
