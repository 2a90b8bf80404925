"""Checks of demand: each source, the load of the beds, and the days of a run."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from hospital_sim.config.arrivals import days_covered
from hospital_sim.config.changes import configurations
from hospital_sim.config.offered_load import offered_load, queue_load, requests_per_day
from hospital_sim.config.open_beds import mean_open_beds
from hospital_sim.config.parts import SourceConfig
from hospital_sim.config.periods import ALWAYS, Period, in_period, periods
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig
from hospital_sim.distributions import Distribution, Truncated
from hospital_sim.errors import ConfigurationError

MOST_REQUESTS_A_DAY = 1_000_000
"""Most requests a day of one department on average, because a day's requests are in memory."""

Problem = tuple[str, str]
"""The name of a field, and the problem with it."""

NEEDS_LONGEST_STAY = "needs max_stay_days; set it to 0 if stays follow a distribution without limit"

_RATE_FIELDS = ("share", "requests_per_day", "interarrival", "schedule", "arrivals")
PROFILES = ("month_multipliers", "weekday_multipliers", "hour_multipliers")
_YEAR = 365


def check_source(source: SourceConfig) -> Iterator[Problem]:
    """Yield the field and the problem for each constraint that a source violates."""
    fields = [field for field in _RATE_FIELDS if getattr(source, field) is not None]
    if len(fields) != 1:
        excess = f", not {' and '.join(fields)}" if fields else ""
        yield "share", f"give exactly one of {', '.join(_RATE_FIELDS)}{excess}"
        return
    for field in PROFILES:
        profile = getattr(source, field)
        if profile is not None and fields[0] in ("interarrival", "schedule", "arrivals"):
            yield field, f"has no effect together with {fields[0]}; leave it out"
        elif profile is not None and not any(profile):
            yield field, "must not be all 0"
    if source.interarrival is not None and source.interarrival.mean <= 0:
        yield "interarrival", "must have a mean above 0"
    if source.schedule is not None and not source.schedule:
        yield "schedule", "must have at least one list"
    if source.arrivals is not None:
        yield from _arrivals(source.arrivals)
    yield from check_stay(source.stay, source.max_stay_days)
    if source.long_stay_share and source.stay is not None and source.max_stay_days is None:
        yield "long_stay_share", NEEDS_LONGEST_STAY


def check_stay(stay: Distribution | None, longest: float | None) -> Iterator[Problem]:
    """Yield a problem if no patient can have a stay from a distribution, or none within the limit."""
    if stay is not None and stay.mean <= 0:
        yield "stay", "must have a mean above 0"
    elif stay is not None and longest is not None:
        try:
            Truncated(stay, 0, longest)
        except ValueError as error:
            yield "stay", f"does not fit max_stay_days: {error}"


def _arrivals(arrivals: tuple[datetime, ...]) -> Iterator[Problem]:
    if not arrivals:
        yield "arrivals", "must have at least one timestamp"
    for position, moment in enumerate(arrivals):
        if moment.utcoffset() is None:
            yield f"arrivals[{position}]", f"must end with Z or an offset from UTC, not {moment.isoformat()}"
            return
    for position, (earlier, later) in enumerate(pairwise(arrivals)):
        if later < earlier:
            yield f"arrivals[{position + 1}]", f"{later.isoformat()} is before the previous one; sort them"
            return


def check_load(department: DepartmentConfig) -> Iterator[Problem]:
    """Yield a problem if a department has no demand or too much, or if its queue would grow without end."""
    try:
        rate = requests_per_day(department)
    except ValueError as error:
        yield "target_occupancy", str(error)
        return
    if rate > MOST_REQUESTS_A_DAY:
        yield _demand_field(department), f"gives {rate:g} requests a day; there may be at most {MOST_REQUESTS_A_DAY:,}"
        return
    # The last period has no end. The others are checked when a run falls on them.
    yield from _refused(department, overload(department))


def check_run(config: HospitalConfig, start: date, end: date) -> None:
    """Check the demand of a hospital on the days of a run.

    Raises:
        ConfigurationError: If a queue would grow through the whole run or a year of it.
    """
    least = min(_YEAR, (end - start).days + 1)
    for place, ((first, last), state) in enumerate(configurations(config)):
        change = f"change[{place - 1}] ({first}): " if place else ""
        for position, department in enumerate(state.department):
            for period in periods([department])[:-1]:
                days = max(first, start), min(last, end)
                if _days_in_common(period, days) >= least:
                    for field, problem in _refused(department, overload(department, period)):
                        raise ConfigurationError(
                            f"{change}department[{position}] ({department.id}): {field}: {problem}"
                        )


def demand_notes(config: HospitalConfig, start: date, end: date) -> tuple[str, ...]:
    """Return a note for each table of arrivals that does not cover all days of a run and its warm-up."""
    tables: dict[tuple[str, tuple[datetime, ...]], Period] = {}
    for (first, last), state in configurations(config):
        for department in state.department:
            for source in department.source:
                if source.arrivals:
                    key = f"{department.id}, {source.id}", source.arrivals
                    tables[key] = tables.get(key, (first, last))[0], last
    notes = (
        _table_note(
            name, days_covered(arrivals), config.warmup_days if first <= start else 0, max(first, start), min(last, end)
        )
        for (name, arrivals), (first, last) in tables.items()
        if _days_in_common((first, last), (start, end))
    )
    return tuple(filter(None, notes))


def _table_note(name: str, table: Period, warmup_days: int, start: date, end: date) -> str | None:
    days = (end - start).days + 1
    outside = days - _days_in_common(table, (start, end))
    before = start - timedelta(days=1)
    empty = warmup_days - _days_in_common(table, (start - timedelta(days=warmup_days), before))
    effects = []
    if outside:
        effects.append(f"nobody comes on {outside:,} of the {days:,} days of the run")
    if empty:
        effects.append(f"nobody comes on {empty:,} of the {warmup_days:,} days of the warm-up")
    if warmup_days and empty == warmup_days:
        effects[-1] = "nobody comes in the warm-up, so none of these patients is in a bed at the start"
    return f"{name}: its table of arrivals covers {table[0]} to {table[1]}: {'; '.join(effects)}" if effects else None


def _days_in_common(one: Period, other: Period) -> int:
    return max((min(one[1], other[1]) - max(one[0], other[0])).days + 1, 0)


def overload(department: DepartmentConfig, period: Period | None = None) -> str | None:
    """Return why the queue of a department would grow as long as a period lasts; None if it would not.

    Args:
        department: The department.
        period: One of its periods; the last one, which has no end, if None.
    """
    first, last = period = period or periods([department])[-1]
    changed = in_period(department, period)
    load = queue_load(changed)
    if load < 1 - 1e-12:
        return None
    words = [f"from {first}" if first > date.min else "", f"to {last}" if last < date.max else ""]
    days = "over the year" if period == ALWAYS else " ".join(filter(None, words))
    growth = "so the queue would grow without end" if last == date.max else "so the queue would grow all the time"
    if not mean_open_beds(changed):
        return f"leaves no bed open {days}, {growth}"
    share = offered_load(changed)
    queued = "" if math.isclose(load, share) else f" ({load:.3f} by those who wait, turnarounds included)"
    return f"gives an offered load of {share:.3f} {days}{queued}, {growth}"


def _refused(department: DepartmentConfig, effect: str | None) -> Iterator[Problem]:
    if effect is not None and not department.allow_overload:
        yield _demand_field(department), f"{effect}; lower it, add beds, or set allow_overload = true"


def _demand_field(department: DepartmentConfig) -> str:
    """Return the field that sets the demand."""
    if department.target_occupancy is not None:
        return "target_occupancy"
    return "source" if department.requests_per_day is None else "requests_per_day"
