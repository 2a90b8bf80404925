"""Facts and marts computed from events in plain Python, day by day and patient by patient, without any SQL of ours."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import groupby, product

import numpy as np

from hospital_sim.events import Admission, DepSnapshot, Discharge, Event, RunStarted, WaitSnapshot

Row = dict[str, object]
Department = tuple[str, str]
_DEPARTMENT = ("hospital_id", "department_id")
_SHORT_WAITS = (0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 36, 48, 60, 72)
WAIT_HOURS = (*_SHORT_WAITS, *(24 * days for days in (4, 5, 7, 10, 14, 21, 28, 56)))
"""The hours of ``mart_wait_distribution``."""


def hours(span: timedelta) -> float:
    return span.total_seconds() / 3600


def days(span: timedelta) -> float:
    return span.total_seconds() / 86400


def end_of(day: date) -> datetime:
    """Return the moment of the census at the end of a day: its last second."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


def _fields(event: Event, *names: str) -> Row:
    return {name: getattr(event, name) for name in names}


class MartOracle:
    """What the warehouse must say of these events.

    Args:
        events: Every event of every hospital.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        every = list(events)
        self.admissions = [event for event in every if isinstance(event, Admission)]
        self.discharges = {event.spell_id: event for event in every if isinstance(event, Discharge)}
        self.waits = [event for event in every if isinstance(event, WaitSnapshot)]
        self.census = {
            (event.hospital_id, event.department_id, event.snapshot_date, event.snapshot_type): event
            for event in every
            if isinstance(event, DepSnapshot)
        }
        self.covered = sorted({key[:3] for key in self.census})
        self._lay_in: dict[Department, list[Admission]] = defaultdict(list)
        for event in self.admissions:
            self._lay_in[event.hospital_id, event.department_id].append(event)
        self._waiting: dict[tuple[str, str, date], list[float]] = defaultdict(list)
        for event in self.waits:
            key = (event.hospital_id, event.department_id, event.snapshot_date)
            self._waiting[key].append(event.wait_duration / 3600)

    def dim_hospital(self, runs: Iterable[RunStarted]) -> Iterator[Row]:
        """Yield each hospital, with the name in its newest run."""
        newest = {run.hospital_id: run for run in sorted(runs, key=lambda run: run.end)}
        for hospital in sorted({*newest, *(key[0] for key in self.census)}):
            run = newest.get(hospital)
            yield {
                "hospital_id": hospital,
                "hospital_name": run.hospital_name if run else hospital,
                "first_day": run.start if run else None,
                "last_day": run.end if run else None,
            }

    def fact_admissions(self) -> Iterator[Row]:
        names = ("spell_id", "requested_department_id", "patient_id", "admission_method")
        for event in self.admissions:
            yield _fields(event, *_DEPARTMENT, *names) | {
                "requested_at": event.request_date,
                "admitted_at": event.admission_date,
                "requested_on": event.request_date.date(),
                "admitted_on": event.admission_date.date(),
                "wait_hours": hours(event.admission_date - event.request_date),
                "is_outlier": event.department_id != event.requested_department_id,
                "is_observed": self._is_observed(event),
            }

    def _is_observed(self, event: Admission) -> bool:
        day = (event.hospital_id, event.requested_department_id, event.admission_date.date())
        return {(*day, "SOD"), (*day, "EOD")} <= self.census.keys()

    def fact_discharges(self) -> Iterator[Row]:
        names = ("spell_id", "patient_id", "discharge_destination", "delay_reason")
        for event in self.discharges.values():
            stay = event.discharge_date - event.admission_date
            yield _fields(event, *_DEPARTMENT, *names) | {
                "admitted_on": event.admission_date.date(),
                "discharge_ready_on": event.discharge_ready_date.date(),
                "discharged_on": event.discharge_date.date(),
                "admitted_at": event.admission_date,
                "discharge_ready_at": event.discharge_ready_date,
                "discharged_at": event.discharge_date,
                "length_of_stay_days": days(stay),
                "delay_days": days(event.discharge_date - event.discharge_ready_date),
                "is_delayed": event.discharge_date > event.discharge_ready_date,
                "is_long_stay": stay >= timedelta(days=21),
            }

    def fact_waiting_list(self) -> Iterator[Row]:
        for event in self.waits:
            yield _fields(event, *_DEPARTMENT, "patient_id", "snapshot_date") | {
                "requested_on": event.request_date.date(),
                "requested_at": event.request_date,
                "wait_hours": hours(event.event_time - event.request_date),
            }

    def fact_department_occupancy(self) -> Iterator[Row]:
        names = ("snapshot_date", "snapshot_type", "beds", "occupied_beds", "capacity", "waiting_list_size")
        for event in self.census.values():
            yield _fields(event, *_DEPARTMENT, *names)

    def mart_bed_utilisation(self) -> Iterator[Row]:
        for hospital, department, day in self.covered:
            end = self._end(hospital, department, day)
            yield self._key(hospital, department, day) | {
                "beds": end.beds,
                "occupied_beds": end.occupied_beds,
                "occupancy_rate": self._rate(hospital, department, day, 1),
                "occupancy_rate_7d": self._rate(hospital, department, day, 7),
                "occupancy_rate_28d": self._rate(hospital, department, day, 28),
            }

    def mart_queue_growth(self) -> Iterator[Row]:
        came = Counter(
            (event.hospital_id, event.requested_department_id, event.admission_date.date()) for event in self.admissions
        )
        went = Counter(
            (event.hospital_id, event.department_id, event.discharge_date.date()) for event in self.discharges.values()
        )
        for hospital, department, day in self.covered:
            start, end = (self.census[hospital, department, day, kind] for kind in ("SOD", "EOD"))
            admitted, left = came[hospital, department, day], went[hospital, department, day]
            growth = end.waiting_list_size - start.waiting_list_size
            yield self._key(hospital, department, day) | {
                "requests": admitted + growth,
                "admissions": admitted,
                "discharges": left,
                "waiting_sod": start.waiting_list_size,
                "waiting_eod": end.waiting_list_size,
                "queue_growth": growth,
                "discharge_rate": left / start.occupied_beds if start.occupied_beds else 0.0,
            }

    def mart_waiting_now(self) -> Iterator[Row]:
        for hospital, department, day in self.covered:
            waited = self._waiting[hospital, department, day]
            yield self._key(hospital, department, day) | {
                "waiting": len(waited),
                "waiting_up_to_4h": sum(wait <= 4 for wait in waited),
                "waiting_4h_to_12h": sum(4 < wait <= 12 for wait in waited),
                "waiting_12h_to_24h": sum(12 < wait <= 24 for wait in waited),
                "waiting_over_24h": sum(wait > 24 for wait in waited),
                "longest_wait_hours": max(waited, default=None),
            }

    def mart_long_stays(self) -> Iterator[Row]:
        for hospital, department, day in self.covered:
            stays = [end_of(day) - event.admission_date for event in self._in_bed(hospital, department, day)]
            yield self._key(hospital, department, day) | {
                "beds_7_days": sum(stay >= timedelta(days=7) for stay in stays),
                "beds_21_days": sum(stay >= timedelta(days=21) for stay in stays),
                "beds_delayed": self._delayed[hospital, department, day],
            }

    def mart_waiting_times(self) -> Iterator[Row]:
        months = sorted({(hospital, department, day.replace(day=1)) for hospital, department, day in self.covered})
        waits: dict[tuple[str, str, date], list[float]] = defaultdict(list)
        for hospital, department, day, wait in self._observed_waits():
            waits[hospital, department, day.replace(day=1)].append(wait)
        for hospital, department, month in months:
            yield {"hospital_id": hospital, "department_id": department, "month": month} | wait_statistics(
                waits[hospital, department, month]
            )

    def mart_waiting_by_period(self) -> Iterator[Row]:
        for key, waits in self._waits_by_period():
            yield key | wait_statistics(waits)

    def mart_wait_distribution(self) -> Iterator[Row]:
        for key, waits in self._waits_by_period():
            for row in wait_distribution(waits):
                yield key | row

    def _waits_by_period(self) -> Iterator[tuple[Row, list[float]]]:
        first = {
            hospital: min(day for own, _, day in self.covered if own == hospital) for hospital, _, _ in self.covered
        }
        periods: dict[str, Callable[[str, date], date]] = {
            "month": lambda _, day: day.replace(day=1),
            "quarter": lambda _, day: date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
            "year": lambda _, day: date(day.year, 1, 1),
            "whole": lambda hospital, _: first[hospital],
        }
        observed = list(self._observed_waits())
        for scope in ("hospital", "department"):
            for period, start in periods.items():
                groups = {
                    entry: (entry[0], entry[1] if scope == "department" else "", start(entry[0], entry[2]))
                    for entry in self.covered
                }
                waits: dict[tuple[str, str, date], list[float]] = defaultdict(list)
                for own, asked, day, wait in observed:
                    waits[groups[own, asked, day]].append(wait)
                for hospital, department, first_day in sorted(set(groups.values())):
                    key = {"scope": scope, "hospital_id": hospital, "department_id": department}
                    dates = {"period_type": period, "period_start": first_day}
                    yield key | dates, waits[hospital, department, first_day]

    def mart_flow_profile(self) -> Iterator[Row]:
        came = self._hours((event, event.admission_date) for event in self.admissions)
        left = self._hours((event, event.discharge_date) for event in self.discharges.values())
        departments = sorted({key[:2] for key in self.covered})
        for (hospital, department), weekday, hour in product(departments, range(1, 8), range(24)):
            yield {
                "hospital_id": hospital,
                "department_id": department,
                "weekday": weekday,
                "hour": hour,
                "admissions": came[hospital, department, weekday, hour],
                "discharges": left[hospital, department, weekday, hour],
            }

    def mart_pressure_index(self) -> Iterator[Row]:
        for hospital, entries in groupby(sorted(self.covered, key=lambda key: (key[0], key[2])), lambda key: key[0]):
            level_before, since = 0, date.min
            for day, departments in groupby(entries, lambda key: key[2]):
                counts = {
                    department: self._pressure_counts(hospital, department, day) for _, department, _ in departments
                }
                beds, occupied, delayed, waiting = np.array(list(counts.values())).sum(axis=0).tolist()
                points = pressure_points(beds, occupied, delayed, waiting)
                level = 1 + sum(points) // 2
                if level != level_before:
                    level_before, since = level, day
                yield {
                    "hospital_id": hospital,
                    "date": day,
                    **pressure_columns(beds, occupied, delayed, waiting),
                    "department_id": min(
                        counts,
                        key=lambda name: (-sum(pressure_points(*counts[name])), -_share(*counts[name][:2]), name),
                    ),
                    "level_since": since,
                }

    def mart_department_pressure(self) -> Iterator[Row]:
        levels: dict[Department, tuple[object, date]] = {}
        for hospital, department, day in sorted(self.covered, key=lambda key: key[2]):
            columns = pressure_columns(*self._pressure_counts(hospital, department, day))
            level, since = levels.get((hospital, department), (None, day))
            levels[hospital, department] = (columns["level"], since if level == columns["level"] else day)
            yield self._key(hospital, department, day) | columns | {"level_since": levels[hospital, department][1]}

    def _key(self, hospital: str, department: str, day: date) -> Row:
        return {"hospital_id": hospital, "department_id": department, "date": day}

    def _end(self, hospital: str, department: str, day: date) -> DepSnapshot:
        return self.census[hospital, department, day, "EOD"]

    def _rate(self, hospital: str, department: str, day: date, window: int) -> float:
        keys = ((hospital, department, day - timedelta(days=back), "EOD") for back in range(window))
        ends = [self.census[key] for key in keys if key in self.census]
        beds = sum(end.beds for end in ends)
        return sum(end.occupied_beds for end in ends) / beds if beds else 0.0

    def _in_bed(self, hospital: str, department: str, day: date) -> list[Admission]:
        end = end_of(day)
        return [
            event
            for event in self._lay_in[hospital, department]
            if event.admission_date <= end
            and (event.spell_id not in self.discharges or self.discharges[event.spell_id].discharge_date > end)
        ]

    @cached_property
    def _delayed(self) -> Counter[tuple[str, str, date]]:
        """Patients in a bed at the end of a day, after they were ready to leave, who have left since."""
        beds = Counter[tuple[str, str, date]]()
        for event in self.admissions:
            left = self.discharges.get(event.spell_id)
            day = left.discharge_ready_date.date() if left else date.max
            while left and end_of(day) < left.discharge_date:
                beds[event.hospital_id, event.department_id, day] += left.discharge_ready_date < end_of(day)
                day += timedelta(days=1)
        return beds

    def _observed_waits(self) -> Iterator[tuple[str, str, date, float]]:
        covered = set(self.covered)
        for event in self.admissions:
            day = event.admission_date.date()
            if (event.hospital_id, event.requested_department_id, day) in covered:
                wait = hours(event.admission_date - event.request_date)
                yield event.hospital_id, event.requested_department_id, day, wait

    def _hours(self, events: Iterable[tuple[Admission | Discharge, datetime]]) -> Counter[tuple[str, str, int, int]]:
        covered = set(self.covered)
        return Counter(
            (event.hospital_id, event.department_id, at.isoweekday(), at.hour)
            for event, at in events
            if (event.hospital_id, event.department_id, at.date()) in covered
        )

    def _pressure_counts(self, hospital: str, department: str, day: date) -> tuple[int, int, int, int]:
        end = self._end(hospital, department, day)
        waiting = sum(wait > 12 for wait in self._waiting[hospital, department, day])
        return end.beds, end.occupied_beds, self._delayed[hospital, department, day], waiting


def pressure_points(beds: int, occupied: int, delayed: int, waiting: int) -> tuple[int, int, int]:
    """Return the points for beds, delays and waits."""
    full = sum(occupied * 100 >= step * beds for step in (85, 92, 95)) if beds else 0
    late = sum(delayed * 100 >= step * occupied for step in (7, 14)) if occupied else 0
    return full, late, (waiting > 0) + (waiting * 100 > beds)


def pressure_columns(beds: int, occupied: int, delayed: int, waiting: int) -> Row:
    """Return the rates, points and level of the pressure index."""
    points = pressure_points(beds, occupied, delayed, waiting)
    components = ("occupancy", "delayed discharges", "waiting over 12 hours")
    return {
        "occupancy_rate": occupied / beds if beds else 0.0,
        "delayed_share": delayed / occupied if occupied else 0.0,
        "over_12h_share": waiting / beds if beds else 0.0,
        "occupancy_points": points[0],
        "delayed_points": points[1],
        "waiting_points": points[2],
        "points": sum(points),
        "level": 1 + sum(points) // 2,
        "main_component": components[points.index(max(points))] if any(points) else "none",
    }


def _share(whole: int, part: int) -> float:
    return part / whole if whole else 0.0


def wait_distribution(waits: list[float]) -> Iterator[Row]:
    """Yield for each of ``WAIT_HOURS`` how many of these waits, in hours, were no longer."""
    for limit in WAIT_HOURS:
        within = sum(wait <= limit for wait in waits)
        share = within / len(waits) if waits else None
        yield {"hours": float(limit), "admissions_within": within, "share_within": share}


def wait_statistics(waits: list[float]) -> Row:
    """Return what is said of a group of waits, in hours."""
    if not waits:
        names = ("wait_hours_mean", "wait_hours_p50", "wait_hours_p90", "wait_hours_p95", "wait_hours_max")
        return {"admissions": 0} | dict.fromkeys((*names, "share_without_wait", "share_over_4h", "share_over_12h"))
    return {
        "admissions": len(waits),
        "wait_hours_mean": float(np.mean(waits)),
        "wait_hours_p50": float(np.percentile(waits, 50)),
        "wait_hours_p90": float(np.percentile(waits, 90)),
        "wait_hours_p95": float(np.percentile(waits, 95)),
        "wait_hours_max": max(waits),
        "share_without_wait": waits.count(0) / len(waits),
        "share_over_4h": sum(wait > 4 for wait in waits) / len(waits),
        "share_over_12h": sum(wait > 12 for wait in waits) / len(waits),
    }
