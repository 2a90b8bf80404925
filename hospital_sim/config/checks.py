"""What types alone cannot say of a configuration: each function checks one constraint and names the field."""

import math
from collections.abc import Callable, Iterator, Mapping

import msgspec

from hospital_sim.config.offered_load import offered_load, requests_per_day
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig
from hospital_sim.errors import ConfigurationError

LONGEST_DAYS = 36_525
"""Days that a stay or a delay may last on average or at most: a century, so that every second can be counted."""

MOST_REQUESTS_A_DAY = 1_000_000
"""Requests a day of one department, on average: more than memory is for."""

Problem = tuple[str, str]
"""The name of a field and what is wrong with it."""


def check_hospital(config: HospitalConfig) -> None:
    """Raise ``ConfigurationError`` for the first constraint that a hospital breaks."""
    seen: set[str] = set()
    for position, department in enumerate(config.department):
        where = f"department[{position}] ({department.id})"
        if department.id in seen:
            raise ConfigurationError(f"{where}: id: {department.id!r} is used twice; give each department its own")
        seen.add(department.id)
        for check in _CHECKS:
            for field, problem in check(department):
                raise ConfigurationError(f"{where}: {field}: {problem}")


def _finite(department: DepartmentConfig) -> Iterator[Problem]:
    for field in department.__struct_fields__:
        value = getattr(department, field)
        numbers = value if isinstance(value, tuple) else (value,)
        if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
            yield field, f"must be finite, not {value}"


def _capacity(department: DepartmentConfig) -> Iterator[Problem]:
    if department.bed_spaces < department.beds:
        yield "capacity", f"must be at least the {department.beds} beds, not {department.capacity}"


def _one_demand(department: DepartmentConfig) -> Iterator[Problem]:
    if (department.target_occupancy is None) == (department.requests_per_day is None):
        yield "target_occupancy", "give either target_occupancy or requests_per_day"


def _one_stay(department: DepartmentConfig) -> Iterator[Problem]:
    if (department.max_stay_days is None) == (department.stay is None):
        yield "max_stay_days", "give either max_stay_days or stay"
    if department.stay is not None and department.stay.mean <= 0:
        yield "stay", "must have a mean above 0"


def _long_stay(department: DepartmentConfig) -> Iterator[Problem]:
    if department.long_stay_share > 0 and department.max_stay_days is None:
        yield "long_stay_share", "needs max_stay_days; set it to 0 where stays follow a distribution"
    low, high = department.long_stay_multiple
    if not 1 <= low <= high:
        yield "long_stay_multiple", f"must be two numbers of at least 1, the smaller first, not {[low, high]}"


def _times(department: DepartmentConfig) -> Iterator[Problem]:
    longest = department.max_stay_days or 0.0
    stay = () if department.stay is None else msgspec.structs.astuple(department.stay)
    times: dict[str, tuple[float, ...]] = {
        "max_stay_days": (longest,),
        "stay": stay,
        "long_stay_multiple": tuple(longest * multiple for multiple in department.long_stay_multiple),
        "delay_days": department.delay_days,
    }
    for field, days in times.items():
        if max(days, default=0.0) > LONGEST_DAYS:
            yield field, f"must be at most {LONGEST_DAYS:,} days, not {max(days):g}"


def _delay(department: DepartmentConfig) -> Iterator[Problem]:
    low, high = department.delay_days
    if not 0 < low <= high:
        yield "delay_days", f"must be two numbers above 0, the smaller first, not {[low, high]}"


def _multipliers(department: DepartmentConfig) -> Iterator[Problem]:
    multipliers = department.month_multipliers
    if min(multipliers) < 0 or max(multipliers) <= 0:
        yield "month_multipliers", f"must not be negative, and not all 0, not {list(multipliers)}"


def _ages(department: DepartmentConfig) -> Iterator[Problem]:
    youngest, mode, oldest = department.ages
    if not 0 <= youngest <= mode <= oldest <= 120:
        yield "ages", f"must be youngest, most frequent and oldest age, 0 to 120, not {list(department.ages)}"


def _shares(department: DepartmentConfig) -> Iterator[Problem]:
    for field in ("admission_methods", "discharge_destinations", "delay_reasons"):
        shares: Mapping[str, float] = getattr(department, field)
        total = math.fsum(shares.values())
        if abs(total - 1) > 1e-9:
            yield field, f"the shares must add up to 1, not {total:g}"


def _rate(department: DepartmentConfig) -> Iterator[Problem]:
    rate = requests_per_day(department)
    if rate > MOST_REQUESTS_A_DAY:
        field = "target_occupancy" if department.target_occupancy is not None else "requests_per_day"
        yield field, f"gives {rate:g} requests a day; there may be at most {MOST_REQUESTS_A_DAY:,}"


def _overload(department: DepartmentConfig) -> Iterator[Problem]:
    load = offered_load(department)
    if load >= 1 - 1e-12 and department.when_full == "wait" and not department.allow_overload:
        field = "target_occupancy" if department.target_occupancy is not None else "requests_per_day"
        effect = f"gives an offered load of {load:.3f} over the year, so the queue would grow without end"
        yield field, f"{effect}; lower it, add beds, or set allow_overload = true"


_CHECKS: tuple[Callable[[DepartmentConfig], Iterator[Problem]], ...] = (
    _finite,
    _capacity,
    _one_demand,
    _one_stay,
    _times,
    _long_stay,
    _delay,
    _multipliers,
    _ages,
    _shares,
    _rate,
    _overload,
)
