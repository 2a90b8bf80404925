"""Counts of the events that finished runs emitted: the truth that all later steps are compared with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from hospital_sim.events import RunPeriod, RunRecord, RunStarted
from hospital_sim.events.histories import is_same_history


class Cell(NamedTuple):
    """One event type of one department on one day."""

    event_type: str
    hospital_id: str
    department_id: str
    event_date: date


@dataclass(frozen=True)
class Emitted:
    """Totals over the finished runs of a lake.

    Attributes:
        counts: Events by cell. A cell that several runs count is counted once.
        counted: Departments and days of each hospital with a census: the days of its runs on which the department is
            open, and days after it closed while it still had patients.
        covered: Days that the runs of each hospital cover.
        ends: Last day of the newest run of each hospital.
        conflicts: Cells on which runs of one history disagree.
        histories: One run of each history of each hospital.
    """

    counts: dict[Cell, int]
    counted: dict[str, set[tuple[str, date]]]
    covered: dict[str, set[date]]
    ends: dict[str, date]
    conflicts: list[Cell]
    histories: dict[str, list[RunStarted]]

    def since(self, first: date) -> "Emitted":
        """Return the same counts, as if no run had covered the days before one day."""
        covered = {hospital: {day for day in days if day >= first} for hospital, days in self.covered.items()}
        return replace(self, covered={hospital: days for hospital, days in covered.items() if days})

    def by_type_and_day(self) -> Counter[tuple[str, date]]:
        """Return the number of events by type and day."""
        totals: Counter[tuple[str, date]] = Counter()
        for cell, count in self.counts.items():
            totals[cell.event_type, cell.event_date] += count
        return totals


def emitted(records: Iterable[RunRecord]) -> Emitted:
    """Add up the records of the finished runs of a lake."""
    records = list(records)
    total = Emitted({}, {}, {}, {}, [], {})
    for record in records:
        run = record.run
        total.counts.update(_counts(record))
        total.counted.setdefault(run.hospital_id, set()).update(_open_days(run), _census_days(record))
        total.covered.setdefault(run.hospital_id, set()).update(_days(run.emit_from, run.end))
        total.ends[run.hospital_id] = max(run.end, total.ends.get(run.hospital_id, run.end))
        histories = total.histories.setdefault(run.hospital_id, [])
        if not any(is_same_history(run, other) for other in histories):
            histories.append(run)
    by_day: dict[str, dict[date, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in total.counts:
        by_day[cell.hospital_id][cell.event_date].append(cell)
    conflicts = {cell for run in records for cell in _conflicts(run, by_day[run.run.hospital_id], total.counts)}
    total.conflicts.extend(sorted(conflicts))
    return total


def _open_days(run: RunStarted) -> Iterable[tuple[str, date]]:
    """Yield each department and day of a run on which the department is open."""
    periods = run.periods or (RunPeriod(run.start, run.departments),)
    ends = [*(period.first_day - timedelta(days=1) for period in periods[1:]), run.end]
    for period, last in zip(periods, ends, strict=True):
        for day in _days(max(period.first_day, run.emit_from), last):
            yield from ((department.department_id, day) for department in period.departments)


def _census_days(record: RunRecord) -> Iterable[tuple[str, date]]:
    return ((count.department_id, count.event_date) for count in record.counts if count.event_type == "dep_snapshot")


def _counts(record: RunRecord) -> dict[Cell, int]:
    return {
        Cell(count.event_type, record.run.hospital_id, count.department_id, count.event_date): count.count
        for count in record.counts
    }


def _conflicts(record: RunRecord, by_day: Mapping[date, Iterable[Cell]], counts: Mapping[Cell, int]) -> Iterable[Cell]:
    """Yield the cells on days of a run that it counts differently; ``by_day`` has all cells of its hospital."""
    run, own = record.run, _counts(record)
    # Only a run from the start of its history emits the admissions of patients who were in a bed before.
    days = by_day if run.emit_from == run.start else _days(run.emit_from, run.end)
    cells = (cell for day in days if day <= run.end for cell in by_day.get(day, ()))
    return (cell for cell in cells if own.get(cell, 0) != counts[cell])


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
