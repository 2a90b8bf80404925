"""What the events say of a hospital or department in a period, patient by patient, to judge sentences of the pages."""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mart_oracle import pressure_points

from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, WaitSnapshot


def days_of(period: str, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of ``whole``, ``2024``, ``2024-Q1`` or ``2024-03`` that a hospital has."""
    if period == "whole":
        return first, last
    year, _, part = period.partition("-")
    months = (1, 12) if not part else (int(part[1]) * 3 - 2, int(part[1]) * 3) if part[0] == "Q" else (int(part),) * 2
    end = dt.date(int(year), months[1], monthrange(int(year), months[1])[1])
    return max(first, dt.date(int(year), months[0], 1)), min(last, end)


class HospitalEvents:
    """The events of one hospital, by type."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.admissions = [event for event in events if isinstance(event, Admission)]
        self.discharges = {event.spell_id: event for event in events if isinstance(event, Discharge)}
        self.census = {
            (event.snapshot_date, event.snapshot_type, event.department_id): event
            for event in events
            if isinstance(event, DepSnapshot)
        }
        self.days = sorted({key[0] for key in self.census})
        self.waiting: dict[dt.date, list[WaitSnapshot]] = defaultdict(list)
        for event in events:
            if isinstance(event, WaitSnapshot):
                self.waiting[event.snapshot_date].append(event)


@dataclass(frozen=True)
class Facts:
    """Facts of a period.

    Attributes:
        events: Every event of one hospital.
        department: A department, or an empty string for the hospital.
        first: First day of the period.
        last: Last day of it.
    """

    events: HospitalEvents
    department: str
    first: dt.date
    last: dt.date

    def _has(self, department: str, day: dt.date) -> bool:
        return self.department in ("", department) and self.first <= day <= self.last

    @cached_property
    def waits(self) -> list[float]:
        """Hours waited by the patients who asked for the department and were admitted in the period, in order."""
        return sorted(
            (event.admission_date - event.request_date).total_seconds() / 3600
            for event in self.events.admissions
            if self._has(event.requested_department_id, event.admission_date.date())
        )

    @cached_property
    def asked(self) -> int:
        """Patients who asked for the department in the period and were not turned away."""
        admitted = sum(
            self._has(event.requested_department_id, event.request_date.date()) for event in self.events.admissions
        )
        return admitted + sum(
            self._has(event.department_id, event.request_date.date())
            for event in self.events.waiting[self.events.days[-1]]
        )

    @cached_property
    def left(self) -> int:
        """Patients who left its beds in the period."""
        discharges = self.events.discharges.values()
        return sum(self._has(event.department_id, event.discharge_date.date()) for event in discharges)

    def _census(self, kind: str) -> dict[dt.date, list[DepSnapshot]]:
        days: dict[dt.date, list[DepSnapshot]] = defaultdict(list)
        for (day, own_kind, department), event in self.events.census.items():
            if own_kind == kind and self._has(department, day):
                days[day].append(event)
        return days

    @cached_property
    def ends(self) -> dict[dt.date, list[DepSnapshot]]:
        """The censuses at the end of each day with one."""
        return self._census("EOD")

    @cached_property
    def growth(self) -> int:
        """Growth of the queue from the start of the first day to the end of the last."""
        starts, ends = (
            sum(event.waiting_list_size for day in self._census(kind).values() for event in day)
            for kind in ("SOD", "EOD")
        )
        return ends - starts

    def rate(self, *days: dt.date) -> float | None:
        """Return occupied over open beds at the end of these days, or of all of them; None without a bed."""
        ends = [event for day in days or self.ends for event in self.ends[day]]
        beds = sum(event.beds for event in ends)
        return sum(event.occupied_beds for event in ends) / beds if beds else None

    @cached_property
    def occupied(self) -> int:
        """Beds occupied at the end of each day, added up."""
        return sum(event.occupied_beds for day in self.ends.values() for event in day)

    @cached_property
    def _held_by_day(self) -> dict[dt.date, list[int]]:
        """Beds of patients in for 7 days or more at the end of each day, and of those ready to leave who since left."""
        held = {day: [0, 0] for day in self.ends}
        for event in self.events.admissions:
            discharge = self.events.discharges.get(event.spell_id)
            for day in self.ends if self.department in ("", event.department_id) else ():
                end = dt.datetime.combine(day, dt.time(23, 59, 59), dt.UTC)
                if event.admission_date <= end and (discharge is None or discharge.discharge_date > end):
                    held[day][0] += end - event.admission_date >= dt.timedelta(days=7)
                    held[day][1] += discharge is not None and discharge.discharge_ready_date < end
        return held

    @cached_property
    def held(self) -> tuple[int, int]:
        """The same, added up over the days."""
        week, ready = (sum(day[kind] for day in self._held_by_day.values()) for kind in (0, 1))
        return week, ready

    def points(self, day: dt.date) -> tuple[int, int, int]:
        """Return the points of the pressure index: for occupancy, delayed patients and waits over 12 hours."""
        beds, occupied = (sum(getattr(end, name) for end in self.ends[day]) for name in ("beds", "occupied_beds"))
        waiting = sum(
            wait.wait_duration > 12 * 3600 for wait in self.events.waiting[day] if self._has(wait.department_id, day)
        )
        return pressure_points(beds, occupied, self._held_by_day[day][1], waiting)
