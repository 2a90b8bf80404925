"""What ``mart_pressure_validation`` must say, computed from run records and events in plain Python, without our SQL."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from mart_oracle import MartOracle, Row, days

from hospital_sim.events import Admission, DepartmentPromise, RunRecord

STANDARD_ERRORS = 4.75
SKEWNESS = (STANDARD_ERRORS**2 - 1) / 6
COLUMNS = ("check_name", "scope", "expected", "observed", "tolerance")
Check = tuple[str, str, float, float, float]


class ValidationOracle:
    """The checks of hospitals, by the longest run of each.

    Args:
        facts: The events.
        records: The run records.
    """

    def __init__(self, facts: MartOracle, records: Iterable[RunRecord]) -> None:
        self.facts = facts
        by_hospital = {record.run.hospital_id: record for record in sorted(records, key=lambda each: each.run.end)}
        self.records = list(by_hospital.values())

    def rows(self) -> Iterator[Row]:
        most = dict.fromkeys(("mean_occupancy", "long_stay_share", "delay_share"), 1.0)
        for record in self.records:
            for check in (*self._requests(record), *self._stays(record), *self._occupancy(record)):
                name, _, expected, observed, tolerance = check
                yield {
                    **dict(zip(COLUMNS, check, strict=True)),
                    "passed": abs(observed - expected) <= tolerance,
                    "is_decisive": tolerance <= expected / 2 and expected + tolerance <= most.get(name, math.inf),
                }

    def _requests(self, record: RunRecord) -> Iterator[Check]:
        hospital = record.run.hospital_id
        expected: dict[tuple[str, str], float] = {}
        observed: Counter[tuple[str, str]] = Counter()
        season_expected = season_observed = season_variance = 0.0
        for first, day in product(record.run.departments, sorted({day for _, _, day in self.facts.covered})):
            promise = promise_on(record, first.department_id, day)
            if promise is None or (hospital, promise.department_id, day) not in self.facts.covered:
                continue
            came, factor = self._came(record, promise, day), promise.month_multipliers[day.month - 1]
            mean = promise.requests_per_day * factor
            department, month = f"{hospital}/{promise.department_id}", f"{day:%Y-%m}"
            for key in (
                ("requests_in_month", f"{department} {month}"),
                ("requests_in_month", f"{hospital} {month}"),
                ("requests", department),
                ("requests", hospital),
            ):
                expected[key] = expected.get(key, 0.0) + mean
                observed[key] += came
            season_expected += (factor - 1) * mean
            season_observed += (factor - 1) * came
            season_variance += (factor - 1) ** 2 * mean
        for (check, scope), mean in expected.items():
            yield check, scope, mean, float(observed[check, scope]), STANDARD_ERRORS * math.sqrt(mean) + SKEWNESS
        if round(season_expected, 12):
            error = math.sqrt(season_variance) / abs(season_expected)
            yield "season", hospital, 1.0, season_observed / season_expected, STANDARD_ERRORS * error

    def _came(self, record: RunRecord, promise: DepartmentPromise, day: date) -> int:
        """Return the requests of a day: who was admitted, who waits more than before, who was turned away."""
        hospital, department = record.run.hospital_id, promise.department_id
        admitted = sum(event.admission_date.date() == day for event in self._asked(record, promise))
        start = self.facts.census[hospital, department, day, "SOD"].waiting_list_size
        end = self.facts.census[hospital, department, day, "EOD"].waiting_list_size
        turned_away = sum(
            count.count for count in record.diverted if (count.department_id, count.event_date) == (department, day)
        )
        return admitted + end - start + turned_away

    def _stays(self, record: RunRecord) -> Iterator[Check]:
        cohorts: dict[tuple[str, str], list[tuple[float, float, float, float]]] = {}
        for first in record.run.departments:
            period = self._period(record, first)
            for event in self._asked(record, first) if period else ():
                promise = promise_of(record, event)
                for check, entry in self._cohorts(promise, event, *period):
                    for scope in (f"{record.run.hospital_id}/{promise.department_id}", record.run.hospital_id):
                        cohorts.setdefault((check, scope), []).append(entry)
        for (check, scope), entries in cohorts.items():
            count = len(entries)
            expected, observed, variance, third = (sum(column) / count for column in zip(*entries, strict=True))
            tolerance = STANDARD_ERRORS * math.sqrt(variance / count) + SKEWNESS * third / (
                max(variance, 1e-12) * count
            )
            yield check, scope, expected, observed, tolerance

    def _cohorts(
        self, promise: DepartmentPromise, event: Admission, start: datetime, end: datetime
    ) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
        left = self.facts.discharges.get(event.spell_id)
        longest_delay = longest_delay_of(promise)
        in_for = days(end - event.admission_date)
        if (
            left is not None
            and start <= left.discharge_ready_date
            and days(end - left.discharge_ready_date) > longest_delay
        ):
            delayed = left.discharge_date > left.discharge_ready_date
            yield "delay_share", (*share(promise.delay_share, delayed),)
        if promise.max_stay_days is None or event.admission_date < start:
            return
        if in_for > promise.max_stay_days + longest_delay:
            ready = None if left is None else days(left.discharge_ready_date - event.admission_date)
            yield "long_stay_share", (*share(promise.long_stay_share, ready is None or ready > promise.max_stay_days),)
        longest = (promise.longest_long_stay_days or 0.0) if promise.long_stay_share else promise.max_stay_days
        if in_for > longest + longest_delay and left is not None:
            second, third = moments(promise)
            mean = promise.mean_stay_days
            yield "mean_stay_days", (mean, days(left.discharge_date - event.admission_date), second - mean**2, third)

    def _occupancy(self, record: RunRecord) -> Iterator[Check]:
        hospital = record.run.hospital_id
        whole = [0.0] * 4
        for promise in record.run.departments:
            period = self._period(record, promise)
            promises = [promise_on(record, promise.department_id, day) for day in self._watched(record, promise)]
            if period is None or any(each is not None and each.max_stay_days is None for each in promises):
                continue
            parts = self._work(record, promise, *period)
            if parts[0] > 0:
                whole = [total + part for total, part in zip(whole, parts, strict=True)]
                yield self._mean_occupancy(f"{hospital}/{promise.department_id}", parts)
        if whole[0] > 0:
            yield self._mean_occupancy(hospital, whole)

    def _mean_occupancy(self, scope: str, parts: Iterable[float]) -> Check:
        bed_days, expected, used, variance = parts
        tolerance = STANDARD_ERRORS * math.sqrt(variance) / bed_days
        return "mean_occupancy", scope, expected / bed_days, used / bed_days, tolerance

    def _work(self, record: RunRecord, promise: DepartmentPromise, start: datetime, end: datetime) -> list[float]:
        hospital, department = record.run.hospital_id, promise.department_id
        watched = self._watched(record, promise)
        bed_days = sum(self.facts.census[hospital, department, day, "EOD"].beds for day in watched)
        expected = variance = used = 0.0
        for event in self._asked(record, promise):
            found = self.facts.discharges.get(event.spell_id)
            left = end if found is None else found.discharge_date
            if left <= start:
                continue
            used += days(min(left, end) - max(event.admission_date, start))
            drawn = promise_of(record, event)
            (second, third), mean = moments(drawn), drawn.mean_stay_days
            whole, rest = (
                (mean, second - mean**2),
                (second / (2 * mean), third / (3 * mean) - (second / (2 * mean)) ** 2),
            )
            in_at_start, in_at_end = event.admission_date < start, left >= end
            expected += (rest[0] if in_at_start else whole[0]) - (rest[0] if in_at_end else 0.0)
            variance += (rest[1] if in_at_start else whole[1]) + (rest[1] if in_at_end else 0.0)
        return [float(bed_days), expected, used, variance]

    def _asked(self, record: RunRecord, promise: DepartmentPromise) -> list[Admission]:
        asked = (record.run.hospital_id, promise.department_id)
        return [event for event in self.facts.admissions if (event.hospital_id, event.requested_department_id) == asked]

    def _period(self, record: RunRecord, promise: DepartmentPromise) -> tuple[datetime, datetime] | None:
        watched = self._watched(record, promise)
        if not watched:
            return None
        midnight: Callable[[date], datetime] = lambda day: datetime.combine(day, time(), UTC)  # noqa: E731
        return midnight(watched[0]), midnight(watched[-1] + timedelta(days=1))

    def _watched(self, record: RunRecord, promise: DepartmentPromise) -> list[date]:
        own = (record.run.hospital_id, promise.department_id)
        return [day for hospital, department, day in self.facts.covered if (hospital, department) == own]


def promise_on(record: RunRecord, department_id: str, day: date) -> DepartmentPromise | None:
    """Return the expectations of a department that hold on a day; None if it is closed."""
    started = [period.departments for period in record.run.periods if period.first_day <= day]
    first = record.run.periods[0].departments if record.run.periods else record.run.departments
    held = started[-1] if started else first
    return next((promise for promise in held if promise.department_id == department_id), None)


def promise_of(record: RunRecord, event: Admission) -> DepartmentPromise:
    """Return the expectations that hold on the day of a request."""
    promise = promise_on(record, event.requested_department_id, event.request_date.date())
    assert promise is not None
    return promise


def share(expected: float, happened: bool) -> tuple[float, float, float, float]:
    """Return what a share says of one patient: mean, what happened, variance, third moment."""
    return expected, float(happened), expected * (1 - expected), expected


def longest_delay_of(promise: DepartmentPromise) -> float:
    if not promise.delay_share:
        return 0.0
    if promise.longest_delay_days is not None:
        return promise.longest_delay_days
    return 2 * (promise.mean_stay_days - promise.mean_ready_days) / promise.delay_share


def moments(promise: DepartmentPromise) -> tuple[float, float]:
    """Return the mean square and cube of the days in the bed: of a mixture of uniform stays, plus a delay or none."""
    stays = [(1 - promise.long_stay_share, 1.0, promise.max_stay_days or 0.0)]
    if promise.long_stay_share:
        assert promise.shortest_long_stay_days is not None
        assert promise.longest_long_stay_days is not None
        stays.append((promise.long_stay_share, promise.shortest_long_stay_days, promise.longest_long_stay_days))
    delays = [(1 - promise.delay_share, 0.0, 0.0)]
    if promise.delay_share:
        assert promise.shortest_delay_days is not None
        assert promise.longest_delay_days is not None
        delays.append((promise.delay_share, promise.shortest_delay_days, promise.longest_delay_days))
    ready = [sum(weight * power_mean(k, low, high) for weight, low, high in stays) for k in range(4)]
    delay = [sum(weight * power_mean(k, low, high) for weight, low, high in delays) for k in range(4)]
    second, third = (sum(math.comb(k, i) * ready[i] * delay[k - i] for i in range(k + 1)) for k in (2, 3))
    return second, third


def power_mean(power: int, low: float, high: float) -> float:
    """Return the mean of a power of a uniform value."""
    if high == low:
        return float(low**power)
    return float((high ** (power + 1) - low ** (power + 1)) / ((power + 1) * (high - low)))
