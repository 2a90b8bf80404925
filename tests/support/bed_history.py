"""Beds and queues of a run, worked out from its events alone, second by second."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from hospital_sim import Run
from hospital_sim.config import DepartmentConfig
from hospital_sim.events import Admission, DepSnapshot, Discharge, WaitSnapshot

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Visit:
    """One patient's request, with what became of it; ``FOREVER`` for what has not happened by the end of the run."""

    patient: str
    requested: datetime
    admitted: datetime
    discharged: datetime


class DepartmentHistory:
    """The events of one department.

    Attributes:
        visits: The patients who asked for this department, wherever they were admitted.
        stays: The patients in its beds, whichever department they asked for.
        is_calm: True if its beds are always open and never cleaned.
    """

    def __init__(self, run: Run, config: DepartmentConfig) -> None:
        mine = [event for event in run.events if event.department_id == config.id]
        self.config = config
        self.events = mine
        self.admissions = [event for event in mine if isinstance(event, Admission)]
        self.discharges = [event for event in mine if isinstance(event, Discharge)]
        self.waits = [event for event in mine if isinstance(event, WaitSnapshot)]
        self.census = {
            (event.snapshot_date, event.snapshot_type): event for event in mine if isinstance(event, DepSnapshot)
        }
        plan = run.record.run
        self.start = datetime.combine(plan.start, time(), UTC)
        self.days = [plan.start + timedelta(days=number) for number in range((plan.end - plan.start).days + 1)]
        self.diverted = Counter(
            {entry.event_date: entry.count for entry in run.record.diverted if entry.department_id == config.id}
        )
        ends = {event.spell_id: event.discharge_date for event in run.events if isinstance(event, Discharge)}
        spells = [
            (
                event,
                Visit(event.patient_id, event.request_date, event.admission_date, ends.get(event.spell_id, FOREVER)),
            )
            for event in run.events
            if isinstance(event, Admission)
        ]
        self.stays = [visit for event, visit in spells if event.department_id == config.id]
        self.visits = [visit for event, visit in spells if event.requested_department_id == config.id] + [
            Visit(wait.patient_id, wait.request_date, FOREVER, FOREVER)
            for wait in self.waits
            if wait.snapshot_date == self.days[-1]
        ]
        self.is_calm = not (config.bed_change or config.escalation or config.turnaround_hours)

    def occupied_at(self, moment: datetime) -> int:
        """Return how many are in a bed when all of a second has happened."""
        return sum(stay.admitted <= moment < stay.discharged for stay in self.stays)

    def waiting_at(self, moment: datetime) -> list[Visit]:
        """Return who waits when all of a second has happened."""
        return [visit for visit in self.visits if visit.requested <= moment < visit.admitted]

    def levels(self) -> Iterator[tuple[datetime, int, int]]:
        """Yield each moment from the start at which anything changes, the beds occupied and the patients waiting."""
        occupied: Counter[datetime] = Counter()
        waiting: Counter[datetime] = Counter()
        for visit in self.visits:
            waiting[visit.requested] += 1
            waiting[visit.admitted] -= 1
        for stay in self.stays:
            occupied[stay.admitted] += 1
            occupied[stay.discharged] -= 1
        in_bed = in_queue = 0
        for moment in sorted(occupied.keys() | waiting.keys()):
            in_bed += occupied[moment]
            in_queue += waiting[moment]
            if self.start <= moment < FOREVER:
                yield moment, in_bed, in_queue


class RunHistory:
    """The events of a run, by department."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.departments = [DepartmentHistory(run, config) for config in run.config.department]
        self.admissions = [event for event in run.events if isinstance(event, Admission)]
