"""What a run shows: occupancy and a summary, computed from its events."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from hospital_sim.config import HospitalConfig
from hospital_sim.events import DepSnapshot, Discharge, Event, RunStarted
from hospital_sim.results.times import admissions_in, end_of_day, is_delayed, table, wait_hours
from hospital_sim.tables import Cell, Table, summarise_times

LONG_STAY_DAYS = 21
"""A stay of three weeks or more is long in the NHS's sense."""


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
    return table("Census at the end of the day", names, rows)


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
    return table(f"{config.name}, {run.emit_from} to {run.end}, seed {run.seed}", names, rows)


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
    waits = summarise_times(wait_hours(part.admissions))
    return (
        name,
        beds[-1] if beds else None,
        sum(occupied) / sum(beds) if sum(beds) else None,
        len(part.admissions),
        len(part.discharges),
        waits.p50,
        waits.p90,
        max(waiting, default=0),
        waiting[-1] if waiting else 0,
        _share(part.discharges, _is_long),
        _share(part.discharges, is_delayed),
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
