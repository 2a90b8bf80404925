"""Counts of the events that finished runs emitted: the truth that all later steps are compared with."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from hospital_sim.events import RunRecord


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
        departments: Departments of each hospital.
        covered: Days that the runs of each hospital cover.
        ends: Last day of the newest run of each hospital.
        conflicts: Cells on which runs of one history disagree.
        histories: Histories of each hospital.
    """

    counts: dict[Cell, int]
    departments: dict[str, set[str]]
    covered: dict[str, set[date]]
    ends: dict[str, date]
    conflicts: list[Cell]
    histories: dict[str, set[str]]

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
        departments = {department.department_id for department in run.departments}
        total.departments.setdefault(run.hospital_id, set()).update(departments)
        total.covered.setdefault(run.hospital_id, set()).update(_days(run.emit_from, run.end))
        total.ends[run.hospital_id] = max(run.end, total.ends.get(run.hospital_id, run.end))
        total.histories.setdefault(run.hospital_id, set()).add(run.history_id)
    total.conflicts.extend(sorted({cell for record in records for cell in _conflicts(record, total.counts)}))
    return total


def _counts(record: RunRecord) -> dict[Cell, int]:
    return {
        Cell(count.event_type, record.run.hospital_id, count.department_id, count.event_date): count.count
        for count in record.counts
    }


def _conflicts(record: RunRecord, counts: dict[Cell, int]) -> Iterable[Cell]:
    record_counts = _counts(record)
    return (cell for cell, count in counts.items() if _covers(record, cell) and record_counts.get(cell, 0) != count)


def _covers(record: RunRecord, cell: Cell) -> bool:
    # Only a run from the start of its history emits the admissions of patients who were in a bed before.
    run = record.run
    after_first = run.emit_from <= cell.event_date or run.emit_from == run.start
    return cell.hospital_id == run.hospital_id and after_first and cell.event_date <= run.end


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
