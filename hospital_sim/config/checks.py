"""Checks of a configuration that types cannot express; each function checks one constraint and names the field."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import msgspec

from hospital_sim.config.demand_checks import (
    NEEDS_LONGEST_STAY,
    PROFILES,
    Problem,
    check_load,
    check_source,
    check_stay,
)
from hospital_sim.config.open_beds import fewest_and_most_beds, mean_open_beds
from hospital_sim.config.parts import BedChange
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig
from hospital_sim.config.sources import HOURS_IN_DAY
from hospital_sim.distributions import Distribution
from hospital_sim.errors import ConfigurationError

LONGEST_DAYS = 36_525
"""Most days of a stay or a delay, on average or at most: a century, so that its seconds can be counted."""


def check_hospital(config: HospitalConfig, name: str = "department[{position}] ({id})") -> None:
    """Raise ``ConfigurationError`` for the first constraint that a hospital violates; its changes are not checked.

    Args:
        config: The hospital.
        name: Name of a department in the error.
    """
    ids = [department.id for department in config.department]
    for position, department in enumerate(config.department):
        where = name.format(position=position, id=department.id)
        if department.id in ids[:position]:
            raise ConfigurationError(f"{where}: id: {department.id!r} is used twice; give each its own")
        for field, problem in _problems(department, ids):
            raise ConfigurationError(f"{where}: {field}: {problem}")


def _problems(department: DepartmentConfig, ids: list[str]) -> Iterator[Problem]:
    yield from _finite(department)
    yield from _overflow(department, ids)
    for position, source in enumerate(department.source):
        for field, problem in check_source(source):
            yield f"source[{position}] ({source.id}): {field}", problem
    for check in _CHECKS:
        yield from check(department)


def _finite(department: DepartmentConfig) -> Iterator[Problem]:
    for field in department.__struct_fields__:
        if not all(map(math.isfinite, _numbers(msgspec.to_builtins(getattr(department, field))))):
            yield field, f"must be finite, not {getattr(department, field)}"


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)


def _overflow(department: DepartmentConfig, ids: list[str]) -> Iterator[Problem]:
    when_full = {source.when_full or department.when_full for source in department.source} or {department.when_full}
    if department.overflow and "wait" not in when_full:
        yield "overflow", 'has no effect, because when_full = "divert" lets nobody wait; leave one of them out'
    if department.overflow:
        low, high = department.overflow.shortest_and_longest
        if low > high:
            yield "overflow.after_hours", f"must be a number or two, the smaller first, not {[low, high]}"
    for name in department.overflow.to if department.overflow else ():
        if name == department.id or name not in ids:
            others = ", ".join(other for other in ids if other != department.id)
            yield "overflow.to", f"{name!r} is not another department of this hospital; there are {others}"


def _sources(department: DepartmentConfig) -> Iterator[Problem]:
    ids = [source.id for source in department.source]
    for position, source in enumerate(department.source):
        if source.id in ids[:position]:
            yield f"source[{position}]: id", f"{source.id!r} is used twice; give each its own"
        if source.long_stay_share and not source.sets_stay and department.max_stay_days is None:
            yield f"source[{position}] ({source.id}): long_stay_share", NEEDS_LONGEST_STAY
    shares = [source.share for source in department.source if source.share is not None]
    if shares and abs(math.fsum(shares) - 1) > 1e-9:
        yield "source.share", f"the shares must add up to 1, not {math.fsum(shares):g}"


def _demand(department: DepartmentConfig) -> Iterator[Problem]:
    rates = [department.target_occupancy, department.requests_per_day]
    shared = not department.source or any(source.share is not None for source in department.source)
    if shared and rates.count(None) != 1:
        yield "target_occupancy", "give either target_occupancy or requests_per_day"
    if not shared and rates.count(None) != 2:
        yield "target_occupancy", "no source has a share of this demand; give a source a share, or leave this field out"


def _stay(department: DepartmentConfig) -> Iterator[Problem]:
    is_needed = not department.source or not all(source.sets_stay for source in department.source)
    if is_needed and department.max_stay_days is None and department.stay is None:
        yield "max_stay_days", "give max_stay_days or stay"
    yield from check_stay(department.stay, department.max_stay_days)
    if department.long_stay_share and department.max_stay_days is None and is_needed:
        yield "long_stay_share", NEEDS_LONGEST_STAY
    low, high = department.long_stay_multiple
    if not 1 <= low <= high:
        yield "long_stay_multiple", f"must be two numbers of at least 1, the smaller first, not {[low, high]}"


def _times(department: DepartmentConfig) -> Iterator[Problem]:
    longest = max(department.max_stay_days or 0.0, *(source.max_stay_days or 0.0 for source in department.source), 0.0)
    turnaround = department.turnaround_hours
    times: dict[str, float | None] = {
        "max_stay_days": department.max_stay_days,
        "stay": _mean(department.stay),
        "delay_days": max(department.delay_days),
        "delay": _mean(department.delay),
        "turnaround_hours": turnaround.mean / HOURS_IN_DAY if turnaround else None,
    }
    for position, source in enumerate(department.source):
        where = f"source[{position}] ({source.id})"
        times |= {f"{where}: max_stay_days": source.max_stay_days, f"{where}: stay": _mean(source.stay)}
    times["long_stay_multiple"] = longest * max(department.long_stay_multiple)
    for field, days in times.items():
        if days is not None and days > LONGEST_DAYS:
            yield field, f"must be at most {LONGEST_DAYS:,} days, not {days:g}"


def _mean(distribution: Distribution | None) -> float | None:
    return None if distribution is None else distribution.mean


def _delay(department: DepartmentConfig) -> Iterator[Problem]:
    low, high = department.delay_days
    if not 0 < low <= high:
        yield "delay_days", f"must be two numbers above 0, the smaller first, not {[low, high]}"
    if department.delay_share is None:
        yield "delay_share", "give the share of discharges that are delayed, because stay has no delays of its own"
    if department.delay is not None and department.delay.mean <= 0:
        yield "delay", "must have a mean above 0"


def _profiles(department: DepartmentConfig) -> Iterator[Problem]:
    for field in (*PROFILES, "discharge_weekday_multipliers", "discharge_hour_multipliers"):
        profile = getattr(department, field)
        if profile is not None and not any(profile):
            yield field, "must not be all 0"


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


def _beds(department: DepartmentConfig) -> Iterator[Problem]:
    for position, change in enumerate(department.bed_change):
        for field, problem in _bed_change(change):
            yield f"bed_change[{position}]: {field}", problem
    escalation = department.escalation.beds if department.escalation else 0
    fewest = department.beds + sum(min(change.beds, 0) for change in department.bed_change)
    most = department.most_planned_beds
    if fewest < 0 or department.bed_spaces < most + escalation:
        # The sums assume that all changes come together, which may never happen, so look at every day.
        fewest, most = fewest_and_most_beds(department)
    if fewest < 0:
        yield "bed_change", f"closes {department.beds - fewest} beds on one day; there are {department.beds}"
    elif not mean_open_beds(department):
        yield "bed_change", "closes every bed on every day; leave one open on some days, or leave the department out"
    if department.bed_spaces < most + escalation:
        yield "capacity", f"must be at least the {most + escalation} beds that can be open, not {department.capacity}"
    if department.escalation is not None and department.escalation.close_below > department.escalation.open_above:
        yield "escalation.close_below", f"must not be above open_above, not {department.escalation.close_below:g}"


def _bed_change(change: BedChange) -> Iterator[Problem]:
    """Yield the field and the problem for each constraint that a change of beds violates."""
    days = {"first": change.first, "last": change.last}
    for field, day in days.items():
        if day is not None and not _is_day(day):
            yield field, f"{day!r} is not a day; write YYYY-MM-DD, or MM-DD for every year"
            return
    first, last = change.first or "", change.last or ""
    if first and last and len(first) != len(last):
        yield "last", f"{last} and the first day, {first}, must both have a year, or neither for every year"
    elif len(first) == len(last) > len("MM-DD") and last < first:
        yield "last", f"{last} is before the first day, {first}"


def _is_day(text: str) -> bool:
    """Return True if a day exists: in its year, or in some year if the text has none."""
    try:
        date.fromisoformat(text if len(text) > len("MM-DD") else f"2024-{text}")
    except ValueError:
        return False
    return True


_CHECKS: tuple[Callable[[DepartmentConfig], Iterator[Problem]], ...] = (
    _sources,
    _demand,
    _stay,
    _times,
    _delay,
    _profiles,
    _ages,
    _shares,
    _beds,
    check_load,
)
