"""Offered load: the beds that the demand for a department needs, before anything runs.

The offered load is the rate of requests times the mean time in the bed, long stays and delays included (Little's law).
Divided by the beds, it is the mean occupancy of a department that turns nobody away.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from hospital_sim.config.open_beds import mean_open_beds
from hospital_sim.config.schema import DepartmentConfig
from hospital_sim.config.sources import Source, sources


def requests_per_day(department: DepartmentConfig) -> float:
    """Return the mean requests a day over a year, all sources together."""
    return sum(source.per_day for source in sources(department))


def mean_bed_days(department: DepartmentConfig) -> float:
    """Return the mean days that a patient is in the bed, long stays and delays included."""
    return mean_over_patients(department, lambda source: source.stay.mean_bed_days)


def mean_ready_days(department: DepartmentConfig) -> float:
    """Return the mean days from admission to being fit for discharge, long stays included."""
    return mean_over_patients(department, lambda source: source.stay.mean_ready_days)


def offered_load(department: DepartmentConfig) -> float:
    """Return the offered load over the year as a share of the beds that are open on average."""
    return beds_needed(department) / mean_open_beds(department)


def beds_needed(department: DepartmentConfig) -> float:
    """Return the mean beds that the demand needs over a year: the offered load in beds."""
    return requests_per_day(department) * mean_bed_days(department)


def beds_needed_by_month(department: DepartmentConfig) -> list[float]:
    """Return the beds that the demand of each month needs, January first."""
    beds = [0.0] * 12
    for source in sources(department):
        for month, factor in enumerate(source.month_multipliers):
            beds[month] += source.per_day * factor * source.stay.mean_bed_days
    return beds


def queue_load(department: DepartmentConfig) -> float:
    """Return the load over the year by patients who wait for a bed, turnarounds included; at 1 the queue grows.

    Patients who are turned away when no bed is free never join the queue, and take no bed while someone waits.
    """
    waiting = [source for source in sources(department) if source.when_full == "wait"]
    beds = sum(source.per_day * source.stay.mean_held_days for source in waiting)
    return share_of_beds(beds, mean_open_beds(department)) or (math.inf if beds else 0.0)


def share_of_beds(needed: float, open_beds: float) -> float | None:
    """Return the beds needed as a share of the open beds; None if none is open."""
    return needed / open_beds if open_beds else None


def month_multipliers(department: DepartmentConfig) -> tuple[float, ...]:
    """Return twelve factors on the daily rate of all sources, January first, that average 1 over a calendar year."""
    all_sources = sources(department)
    total = sum(source.per_day for source in all_sources)
    factors = [source.month_multipliers for source in all_sources]
    return tuple(
        sum(source.per_day * multipliers[month] for source, multipliers in zip(all_sources, factors, strict=True))
        / total
        for month in range(12)
    )


def mean_over_patients(department: DepartmentConfig, value: Callable[[Source], float]) -> float:
    """Return the mean of a value of the sources, each weighted by its requests a day."""
    all_sources = sources(department)
    total = sum(source.per_day for source in all_sources)
    return sum(source.per_day * value(source) for source in all_sources) / total
