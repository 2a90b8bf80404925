"""What the runs say they emitted: the truth that everything after them is compared with."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
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
    """What all finished runs of a lake emitted.

    Attributes:
        counts: Events by cell; a cell that several runs count is in it once.
        departments: Departments of each hospital.
        covered: Days that the runs of each hospital cover.
        ends: The newest end of each hospital's runs.
        conflicts: Cells on which runs of one history do not agree.
        histories: Histories of each hospital.
    """

    counts: dict[Cell, int]
    departments: dict[str, set[str]]
    covered: dict[str, set[date]]
    ends: dict[str, date]
    conflicts: list[Cell]
    histories: dict[str, set[str]]

    def by_type_and_day(self) -> Counter[tuple[str, date]]:
        """Return the number of events by type and day."""
        totals: Counter[tuple[str, date]] = Counter()
        for cell, count in self.counts.items():
            totals[cell.event_type, cell.event_date] += count
        return totals


def emitted(records: Iterable[RunRecord]) -> Emitted:
    """Put the records of a lake together."""
    records = list(records)
    found = Emitted({}, {}, {}, {}, [], {})
    for record in records:
        run = record.run
        found.counts.update(_counts(record))
        found.departments.setdefault(run.hospital_id, set()).update(
            department.department_id for department in run.departments
        )
        found.covered.setdefault(run.hospital_id, set()).update(_days(run.emit_from, run.end))
        found.ends[run.hospital_id] = max(run.end, found.ends.get(run.hospital_id, run.end))
        found.histories.setdefault(run.hospital_id, set()).add(run.history_id)
    found.conflicts.extend(sorted({cell for record in records for cell in _conflicts(record, found.counts)}))
    return found


def _counts(record: RunRecord) -> dict[Cell, int]:
    return {
        Cell(count.event_type, record.run.hospital_id, count.department_id, count.event_date): count.count
        for count in record.counts
    }


def _conflicts(record: RunRecord, counts: dict[Cell, int]) -> Iterable[Cell]:
    own = _counts(record)
    return (cell for cell, count in counts.items() if _speaks_of(record, cell) and own.get(cell, 0) != count)


def _speaks_of(record: RunRecord, cell: Cell) -> bool:
    # Only a run that begins with the history emits the admissions of patients who were there before.
    run = record.run
    after_first = run.emit_from <= cell.event_date or run.emit_from == run.start
    return cell.hospital_id == run.hospital_id and after_first and cell.event_date <= run.end


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
