"""Checks of sources of demand and of changes of beds that types cannot express."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from hospital_sim.config.parts import BedChange, SourceConfig
from hospital_sim.distributions import Distribution, Truncated

NEEDS_LONGEST_STAY = "needs max_stay_days; set it to 0 if stays follow a distribution without limit"

_RATE_FIELDS = ("share", "requests_per_day", "interarrival", "schedule", "arrivals")
PROFILES = ("month_multipliers", "weekday_multipliers", "hour_multipliers")


def check_source(source: SourceConfig) -> Iterator[tuple[str, str]]:
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


def check_stay(stay: Distribution | None, longest: float | None) -> Iterator[tuple[str, str]]:
    """Yield a problem if no patient can have a stay from a distribution, or none within the limit."""
    if stay is not None and stay.mean <= 0:
        yield "stay", "must have a mean above 0"
    elif stay is not None and longest is not None:
        try:
            Truncated(stay, 0, longest)
        except ValueError as error:
            yield "stay", f"does not fit max_stay_days: {error}"


def _arrivals(arrivals: tuple[datetime, ...]) -> Iterator[tuple[str, str]]:
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


def check_bed_change(change: BedChange) -> Iterator[tuple[str, str]]:
    """Yield the field and the problem for each constraint that a change of beds violates."""
    days = {"first": change.first, "last": change.last}
    for field, day in days.items():
        if day is not None and not _is_day(day):
            yield field, f"{day!r} is not a day; write YYYY-MM-DD, or MM-DD for every year"
            return
    first, last = change.first or "", change.last or ""
    if len(first) == len(last) > len("MM-DD") and last < first:
        yield "last", f"{last} is before the first day, {first}"


def _is_day(text: str) -> bool:
    """Return True if a day exists: in its year, or in some year if the text has none."""
    try:
        date.fromisoformat(text if len(text) > len("MM-DD") else f"2024-{text}")
    except ValueError:
        return False
    return True
