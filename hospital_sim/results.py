"""What a run shows: waits, occupancy and a summary, computed from its events."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date

import numpy as np

from hospital_sim.config import HospitalConfig
from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunStarted
from hospital_sim.tables import Cell, Table

SECONDS_IN_HOUR = 3600
LONG_STAY_DAYS = 21
"""A stay of three weeks or more is long in the NHS's sense."""

Grouping = Callable[[Admission], str]
_GROUPINGS: dict[str, Grouping] = {
    "department": lambda admission: admission.requested_department_id,
    "month": lambda admission: f"{admission.admission_date:%Y-%m}",
    "hospital": lambda admission: admission.hospital_id,
}


def admissions_in(run: RunStarted, events: Iterable[Event]) -> list[Admission]:
    """Return the admissions of the days that a run emits; those of patients in a bed before are left out."""
    return [event for event in events if isinstance(event, Admission) and event.admission_date.date() >= run.emit_from]


def wait_hours(admissions: Sequence[Admission]) -> list[float]:
    """Return the hours from request to admission."""
    return [(event.admission_date - event.request_date).total_seconds() / SECONDS_IN_HOUR for event in admissions]


def waits(run: RunStarted, events: Iterable[Event], by: str) -> Table:
    """Return how long admitted patients had waited.

    Args:
        run: The run.
        events: Its events.
        by: ``"department"`` (the one asked), ``"month"`` (of admission) or ``"hospital"``.

    Returns:
        A row for each group: admissions, mean, P50, P90, P95 and longest wait in hours.

    Raises:
        ValueError: If ``by`` is none of these.
    """
    if by not in _GROUPINGS:
        raise ValueError(f"by: {by!r} is not known; use one of {', '.join(map(repr, _GROUPINGS))}")
    groups: dict[str, list[Admission]] = defaultdict(list)
    for admission in admissions_in(run, events):
        groups[_GROUPINGS[by](admission)].append(admission)
    order = [entry.department_id for entry in run.departments] if by == "department" else sorted(groups)
    rows = [(name, len(groups[name]), *_wait_figures(wait_hours(groups[name]))) for name in order]
    names = (
        by,
        "admissions",
        "wait_hours_mean",
        "wait_hours_p50",
        "wait_hours_p90",
        "wait_hours_p95",
        "wait_hours_max",
    )
    return _table(f"Waits by {by}, hours", names, rows)


def occupancy(events: Iterable[Event]) -> Table:
    """Return the census of each department at the end of each day: date, department, beds, occupied, waiting, rate."""
    rows = [
        (
            event.snapshot_date,
            event.department_id,
            event.beds,
            event.occupied_beds,
            event.waiting_list_size,
            event.occupied_beds / event.beds if event.beds else 0.0,
        )
        for event in end_of_day(events)
    ]
    names = ("date", "department", "beds", "occupied_beds", "waiting_list_size", "occupancy_rate")
    return _table("Census at the end of the day", names, rows)


def end_of_day(events: Iterable[Event]) -> list[DepSnapshot]:
    """Return the end-of-day snapshots."""
    return [event for event in events if isinstance(event, DepSnapshot) and event.snapshot_type == "EOD"]


def summary(config: HospitalConfig, run: RunStarted, events: Sequence[Event]) -> Table:
    """Return a row for each department, and one for the hospital."""
    parts = _Parts(run, events)
    rows = [_summary_row(entry.name, parts.of(entry.id)) for entry in config.department]
    if len(rows) > 1:
        rows.append(_summary_row("All departments", parts.all()))
    names = (
        "department",
        "beds",
        "occupancy",
        "admissions",
        "discharges",
        "wait_p50_h",
        "wait_p90_h",
        "longest_queue",
        "waiting_at_end",
        "long_stays",
        "delayed",
    )
    return _table(f"{config.name}, {run.emit_from} to {run.end}, seed {run.seed}", names, rows)


class _Parts:
    """The events of a run that a summary counts, by department."""

    def __init__(self, run: RunStarted, events: Sequence[Event]) -> None:
        self.admissions = admissions_in(run, events)
        self.discharges = [event for event in events if isinstance(event, Discharge)]
        self.census = end_of_day(events)

    def of(self, department: str) -> "_Parts":
        part = object.__new__(_Parts)
        part.admissions = [event for event in self.admissions if event.requested_department_id == department]
        part.discharges = [event for event in self.discharges if event.department_id == department]
        part.census = [event for event in self.census if event.department_id == department]
        return part

    def all(self) -> "_Parts":
        return self


def _summary_row(name: str, part: _Parts) -> tuple[Cell, ...]:
    waiting = _daily(part.census, lambda event: event.waiting_list_size)
    beds = _daily(part.census, lambda event: event.beds)
    occupied = _daily(part.census, lambda event: event.occupied_beds)
    _, p50, p90, _, _ = _wait_figures(wait_hours(part.admissions))
    return (
        name,
        beds[-1] if beds else None,
        sum(occupied) / sum(beds) if sum(beds) else None,
        len(part.admissions),
        len(part.discharges),
        p50,
        p90,
        max(waiting, default=0),
        waiting[-1] if waiting else 0,
        _share(part.discharges, _is_long),
        _share(part.discharges, lambda event: event.discharge_date > event.discharge_ready_date),
    )


def _daily(census: Iterable[DepSnapshot], count: Callable[[DepSnapshot], int]) -> list[int]:
    """Return the sum over departments of a count, for each day in order."""
    days: dict[date, int] = defaultdict(int)
    for event in census:
        days[event.snapshot_date] += count(event)
    return [days[day] for day in sorted(days)]


def _is_long(event: Discharge) -> bool:
    return (event.discharge_date - event.admission_date).days >= LONG_STAY_DAYS


def _share(discharges: Sequence[Discharge], holds: Callable[[Discharge], bool]) -> float | None:
    return sum(map(holds, discharges)) / len(discharges) if discharges else None


def _wait_figures(hours: Sequence[float]) -> tuple[float | None, ...]:
    """Return mean, P50, P90, P95 (linear interpolation) and maximum; Nones where nobody was admitted."""
    if not hours:
        return (None,) * 5
    p50, p90, p95 = np.percentile(hours, (50, 90, 95)).tolist()
    return (sum(hours) / len(hours), p50, p90, p95, max(hours))


def _table(title: str, names: Sequence[str], rows: Sequence[tuple[Hashable, ...]]) -> Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return Table(title, {name: list(values) for name, values in zip(names, columns, strict=True)})
