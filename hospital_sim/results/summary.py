"""Tables about a run, computed from its events: a summary, the census, and times waited, stayed and delayed.

A time counts when it has ended: waits of patients admitted in the run, stays and delays of patients discharged in it,
each from its true beginning, which may lie before the run. Times that have not ended are not guessed; columns such as
``in_bed_at_end`` count them. Every department and month of the run has a row, even if nothing happened in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunStarted
from hospital_sim.tables import Cell, CellType, Table, summarise_times

Grouped = TypeVar("Grouped", Admission, Discharge, DepSnapshot)

LONG_STAY_DAYS = 21
"""A stay of three weeks or more is long in the NHS's sense."""

_SUMMARY: dict[str, CellType] = {
    "department": str,
    "beds": int,
    "occupancy": float,
    "admissions": int,
    "discharges": int,
    "wait_p50_h": float,
    "wait_p90_h": float,
    "longest_queue": int,
    "waiting_at_end": int,
    "long_stays": float,
    "delayed": float,
}
_CENSUS: dict[str, CellType] = {
    "date": date,
    "department": str,
    "beds": int,
    "occupied_beds": int,
    "waiting_list_size": int,
    "occupancy_rate": float,
}
_GROUPINGS = ("department", "month", "hospital")
_FIGURES = ("mean", "p50", "p90", "p95", "max")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def summary(run: RunStarted, events: Sequence[Event]) -> Table:
    """Return a row for each department, and one for the hospital."""
    admissions, discharges, census = _admissions(run, events), _discharges(events), _end_of_day(events)
    admitted, discharged = _grouped(admissions, "department"), _grouped(discharges, "department")
    counted = _grouped(census, "department")
    departments = {entry.department_id: entry.department_name for entry in run.departments}
    rows = [_summary_row(name, admitted[id_], discharged[id_], counted[id_]) for id_, name in departments.items()]
    if len(rows) > 1:
        rows.append(_summary_row("All departments", admissions, discharges, census))
    return Table(f"{run.hospital_name}, {run.emit_from} to {run.end}, seed {run.seed}", _SUMMARY, rows)


def census(events: Iterable[Event]) -> Table:
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
        for event in _end_of_day(events)
    ]
    return Table("Census at the end of the day", _CENSUS, rows)


def waits(run: RunStarted, events: Iterable[Event], by: str) -> Table:
    """Return how long admitted patients had waited (arguments and errors as in ``Run.waits``).

    A row for each group: admissions, mean, P50, P90, P95 and longest wait in hours.
    """
    groups = _groups(run, by)
    admitted = _grouped(_admissions(run, events), by)
    rows = [(group, len(admitted[group]), *summarise_times(_wait_hours(admitted[group]))) for group in groups]
    return Table(f"Waits by {by}, hours", {by: str, "admissions": int, **_figures("wait_hours")}, rows)


def stays(run: RunStarted, events: Sequence[Event], by: str) -> Table:
    """Return how long discharged patients had been in a bed (arguments and errors as in ``Run.stays``).

    A row for each group: discharges; mean, P50, P90, P95 and longest stay in days; and the patients in a bed at the end
    of the group's last day, whose stays have not ended and are not counted.
    """
    groups = _groups(run, by)
    discharged, counted = _grouped(_discharges(events), by), _grouped(_end_of_day(events), by)
    rows = [
        (
            group,
            len(discharged[group]),
            *summarise_times([_stay(event) / _DAY for event in discharged[group]]),
            _in_bed_at_end(counted[group]),
        )
        for group in groups
    ]
    types = {by: str, "discharges": int, **_figures("stay_days"), "in_bed_at_end": int}
    return Table(f"Stays by {by}, days", types, rows)


def delays(run: RunStarted, events: Iterable[Event], by: str) -> Table:
    """Return how many patients were discharged later than ready, and how late (as in ``Run.delays``).

    A row for each group: discharges, delayed discharges, their share (None without discharges), and mean, P50, P90, P95
    and longest delay in days, of the delayed.
    """
    groups = _groups(run, by)
    discharged = _grouped(_discharges(events), by)
    rows = [(group, *_delay_row(discharged[group])) for group in groups]
    types = {by: str, "discharges": int, "delayed": int, "delayed_share": float, **_figures("delay_days")}
    return Table(f"Delays by {by}, days", types, rows)


def _admissions(run: RunStarted, events: Iterable[Event]) -> list[Admission]:
    """Return the admissions of the days that a run emits, without patients who were in a bed before."""
    return [event for event in events if isinstance(event, Admission) and event.admission_date.date() >= run.emit_from]


def _discharges(events: Iterable[Event]) -> list[Discharge]:
    return [event for event in events if isinstance(event, Discharge)]


def _end_of_day(events: Iterable[Event]) -> list[DepSnapshot]:
    return [event for event in events if isinstance(event, DepSnapshot) and event.snapshot_type == "EOD"]


def _groups(run: RunStarted, by: str) -> list[str]:
    """Return the groups of a run, each of which has a row."""
    if by == "department":
        return [entry.department_id for entry in run.departments]
    if by == "month":
        days = (run.end - run.emit_from).days + 1
        return list(dict.fromkeys(_month(run.emit_from + timedelta(days=number)) for number in range(days)))
    if by == "hospital":
        return [run.hospital_id]
    raise ValueError(f"by: {by!r} is not known; use one of {', '.join(map(repr, _GROUPINGS))}")


def _grouped(events: Iterable[Grouped], by: str) -> defaultdict[str, list[Grouped]]:
    groups: defaultdict[str, list[Grouped]] = defaultdict(list)
    for event in events:
        groups[_group(event, by)].append(event)
    return groups


def _group(event: Admission | Discharge | DepSnapshot, by: str) -> str:
    if by == "hospital":
        return event.hospital_id
    if isinstance(event, Admission):
        department, day = event.requested_department_id, event.admission_date.date()
    elif isinstance(event, Discharge):
        department, day = event.department_id, event.discharge_date.date()
    else:
        department, day = event.department_id, event.snapshot_date
    return department if by == "department" else _month(day)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _figures(measure: str) -> dict[str, CellType]:
    return {f"{measure}_{figure}": float for figure in _FIGURES}


def _summary_row(
    name: str, admissions: Sequence[Admission], discharges: Sequence[Discharge], census: Sequence[DepSnapshot]
) -> tuple[Cell, ...]:
    waiting = _daily(census, lambda event: event.waiting_list_size)
    beds = _daily(census, lambda event: event.beds)
    occupied = _daily(census, lambda event: event.occupied_beds)
    waits = summarise_times(_wait_hours(admissions))
    return (
        name,
        beds[-1] if beds else 0,
        sum(occupied) / sum(beds) if sum(beds) else None,
        len(admissions),
        len(discharges),
        waits.p50,
        waits.p90,
        max(waiting, default=0),
        waiting[-1] if waiting else 0,
        _share([_stay(event).days >= LONG_STAY_DAYS for event in discharges]),
        _share([_delay(event) > timedelta() for event in discharges]),
    )


def _delay_row(discharges: Sequence[Discharge]) -> tuple[Cell, ...]:
    delayed = [_delay(event) / _DAY for event in discharges if _delay(event) > timedelta()]
    share = len(delayed) / len(discharges) if discharges else None
    return (len(discharges), len(delayed), share, *summarise_times(delayed))


def _daily(census: Iterable[DepSnapshot], count: Callable[[DepSnapshot], int]) -> list[int]:
    """Return the sum over departments of a count, for each day in order."""
    days: dict[date, int] = defaultdict(int)
    for event in census:
        days[event.snapshot_date] += count(event)
    return [days[day] for day in sorted(days)]


def _in_bed_at_end(census: Sequence[DepSnapshot]) -> int:
    return _daily(census, lambda event: event.occupied_beds)[-1] if census else 0


def _wait_hours(admissions: Iterable[Admission]) -> list[float]:
    return [(event.admission_date - event.request_date) / _HOUR for event in admissions]


def _stay(event: Discharge) -> timedelta:
    return event.discharge_date - event.admission_date


def _delay(event: Discharge) -> timedelta:
    return event.discharge_date - event.discharge_ready_date


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
