"""Offered load: the beds that the demand for a department needs, before anything runs.

The offered load is the rate of requests times the mean time in the bed, long stays and delays included (Little's law).
Divided by the beds, it is the mean occupancy of a department that turns nobody away.
"""

from __future__ import annotations

from collections.abc import Callable

from hospital_sim.config.open_beds import mean_open_beds, open_beds_by_month
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
    return requests_per_day(department) * mean_bed_days(department) / mean_open_beds(department)


def held_load(department: DepartmentConfig) -> float:
    """Return the load over the year as a share of the beds, turnarounds included; at 1 the queue grows."""
    held_days = mean_over_patients(department, lambda source: source.stay.mean_held_days)
    return requests_per_day(department) * held_days / mean_open_beds(department)


def monthly_load(department: DepartmentConfig) -> tuple[float, ...]:
    """Return the offered load of each month, January first, as a share of the beds that are open in it."""
    loads = [0.0] * 12
    for source in sources(department):
        for month, factor in enumerate(_month_factors(source)):
            loads[month] += source.per_day * factor * source.stay.mean_bed_days
    return tuple(load / beds for load, beds in zip(loads, open_beds_by_month(department), strict=True))


def month_multipliers(department: DepartmentConfig) -> tuple[float, ...]:
    """Return twelve factors on the daily rate of all sources, January first, that average 1 over a calendar year."""
    all_sources = sources(department)
    total = sum(source.per_day for source in all_sources)
    factors = [_month_factors(source) for source in all_sources]
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


def _month_factors(source: Source) -> tuple[float, ...]:
    return source.profile.month_multipliers if source.follows_profile else (1.0,) * 12
