"""How long patients waited, stayed and were delayed, computed from the events of a run.

A time is known when it is over. So waits are those of patients admitted in the run, stays and delays those of patients
discharged in it, each from its true beginning; those that go on at the end are counted, not guessed. Every department
and month of the run has its row, also where nothing happened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunStarted
from hospital_sim.tables import Cell, Table, summarise_times

Counted = TypeVar("Counted", Admission, Discharge, DepSnapshot)

_GROUPINGS = ("department", "month", "hospital")
_FIGURES = ("mean", "p50", "p90", "p95", "max")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def admissions_in(run: RunStarted, events: Iterable[Event]) -> list[Admission]:
    """Return the admissions of the days that a run emits; those of patients in a bed before are left out."""
    return [event for event in events if isinstance(event, Admission) and event.admission_date.date() >= run.emit_from]


def end_of_day(events: Iterable[Event]) -> list[DepSnapshot]:
    """Return the end-of-day snapshots."""
    return [event for event in events if isinstance(event, DepSnapshot) and event.snapshot_type == "EOD"]


def wait_hours(admissions: Iterable[Admission]) -> list[float]:
    """Return the hours from request to admission."""
    return [(event.admission_date - event.request_date) / HOUR for event in admissions]


def stay_days(discharges: Iterable[Discharge]) -> list[float]:
    """Return the days from admission to discharge."""
    return [(event.discharge_date - event.admission_date) / DAY for event in discharges]


def delay_days(discharges: Iterable[Discharge]) -> list[float]:
    """Return the days from ready to discharge of those who were delayed."""
    return [(event.discharge_date - event.discharge_ready_date) / DAY for event in discharges if is_delayed(event)]


def is_delayed(event: Discharge) -> bool:
    """Tell whether a patient left later than ready."""
    return event.discharge_date > event.discharge_ready_date


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
    groups = _groups(run, by)
    admitted = _grouped(by, admissions_in(run, events), lambda event: event.requested_department_id, _admitted)
    rows = [(name, len(admitted[name]), *summarise_times(wait_hours(admitted[name]))) for name in groups]
    return table(f"Waits by {by}, hours", (by, "admissions", *_named("wait_hours")), rows)


def stays(run: RunStarted, events: Sequence[Event], by: str) -> Table:
    """Return how long discharged patients had been in a bed.

    Args:
        run: The run.
        events: Its events.
        by: ``"department"`` (the one whose bed it is), ``"month"`` (of discharge) or ``"hospital"``.

    Returns:
        A row for each group: discharges; mean, P50, P90, P95 and longest stay in days; and the patients in a bed at the
        end of the group's last day, whose stays go on and are not among them.

    Raises:
        ValueError: If ``by`` is none of these.
    """
    groups = _groups(run, by)
    left = _grouped(by, _discharges(events), lambda event: event.department_id, _discharged)
    census = _grouped(by, end_of_day(events), lambda event: event.department_id, lambda event: event.snapshot_date)
    rows = [(name, len(left[name]), *summarise_times(stay_days(left[name])), _in_bed(census[name])) for name in groups]
    return table(f"Stays by {by}, days", (by, "discharges", *_named("stay_days"), "in_bed_at_end"), rows)


def delays(run: RunStarted, events: Iterable[Event], by: str) -> Table:
    """Return how many patients were discharged later than ready, and how late.

    Args:
        run: The run.
        events: Its events.
        by: ``"department"`` (the one whose bed it is), ``"month"`` (of discharge) or ``"hospital"``.

    Returns:
        A row for each group: discharges, those delayed, their share (None without discharges), and mean, P50, P90, P95
        and longest delay in days, of those who were delayed.

    Raises:
        ValueError: If ``by`` is none of these.
    """
    groups = _groups(run, by)
    left = _grouped(by, _discharges(events), lambda event: event.department_id, _discharged)
    rows = [(name, *_delay_row(left[name])) for name in groups]
    return table(f"Delays by {by}, days", (by, "discharges", "delayed", "delayed_share", *_named("delay_days")), rows)


def table(title: str, names: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Table:
    """Return a table of rows."""
    columns: Iterable[tuple[Cell, ...]] = zip(*rows, strict=True) if rows else [()] * len(names)
    return Table(title, {name: list(values) for name, values in zip(names, columns, strict=True)})


def _delay_row(discharges: Sequence[Discharge]) -> tuple[Cell, ...]:
    days = delay_days(discharges)
    share = len(days) / len(discharges) if discharges else None
    return (len(discharges), len(days), share, *summarise_times(days))


def _in_bed(census: Sequence[DepSnapshot]) -> int:
    last = max((event.snapshot_date for event in census), default=None)
    return sum(event.occupied_beds for event in census if event.snapshot_date == last)


def _named(measure: str) -> list[str]:
    return [f"{measure}_{figure}" for figure in _FIGURES]


def _discharges(events: Iterable[Event]) -> list[Discharge]:
    return [event for event in events if isinstance(event, Discharge)]


def _admitted(event: Admission) -> datetime:
    return event.admission_date


def _discharged(event: Discharge) -> datetime:
    return event.discharge_date


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


def _grouped(
    by: str,
    events: Iterable[Counted],
    department: Callable[[Counted], str],
    moment: Callable[[Counted], date],
) -> defaultdict[str, list[Counted]]:
    groups: defaultdict[str, list[Counted]] = defaultdict(list)
    for event in events:
        if by == "department":
            groups[department(event)].append(event)
        elif by == "month":
            groups[_month(moment(event))].append(event)
        else:
            groups[event.hospital_id].append(event)
    return groups


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
