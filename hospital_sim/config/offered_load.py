"""Offered load: how many beds the demand for a department asks for, before anything runs.

The offered load is the rate of requests times the mean time in the bed, long stays and delays included (Little's law
for a hospital that never says no). Divided by the beds it is the occupancy that the department would settle at.
"""

from hospital_sim.config.schema import DepartmentConfig

DAYS_IN_MONTH = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Mean days of each month, January first; a calendar year has 365.25."""


def mean_ready_days(department: DepartmentConfig) -> float:
    """Return the mean days from admission to being fit for discharge, long stays included."""
    if department.stay is not None:
        return department.stay.mean
    longest = _longest_ordinary_stay(department)
    ordinary = (1 + longest) / 2
    long = longest * sum(department.long_stay_multiple) / 2
    return ordinary + department.long_stay_share * (long - ordinary)


def mean_bed_days(department: DepartmentConfig) -> float:
    """Return the mean days that a patient holds the bed: until fit for discharge, and the delay after it."""
    return mean_ready_days(department) + department.delay_share * sum(department.delay_days) / 2


def requests_per_day(department: DepartmentConfig) -> float:
    """Return the mean requests a day over a year: as given, or derived so that the load meets the target."""
    if department.requests_per_day is not None:
        return department.requests_per_day
    if department.target_occupancy is None:
        raise ValueError(f"{department.id}: neither requests_per_day nor target_occupancy is given")
    return department.target_occupancy * department.beds / mean_bed_days(department)


def offered_load(department: DepartmentConfig) -> float:
    """Return the offered load over the year as a share of the beds."""
    return requests_per_day(department) * mean_bed_days(department) / department.beds


def month_multipliers(department: DepartmentConfig) -> tuple[float, ...]:
    """Return twelve factors on the daily rate, January first, that average 1 over the days of a calendar year."""
    given = department.month_multipliers
    mean = sum(factor * days for factor, days in zip(given, DAYS_IN_MONTH, strict=True)) / sum(DAYS_IN_MONTH)
    return tuple(factor / mean for factor in given)


def monthly_load(department: DepartmentConfig) -> tuple[float, ...]:
    """Return the offered load of each month, January first, as a share of the beds."""
    load = offered_load(department)
    return tuple(load * factor for factor in month_multipliers(department))


def _longest_ordinary_stay(department: DepartmentConfig) -> float:
    if department.max_stay_days is None:
        raise ValueError(f"{department.id}: neither max_stay_days nor stay is given")
    return department.max_stay_days
