"""The figures of the report, read from the marts: one ``HospitalFigures`` for each hospital of the warehouse."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from elt.errors import EltError
from elt.report import queries
from elt.report.encoding import Value, plain_day, plain_number
from elt.warehouse import Warehouse

WHOLE_HOSPITAL = ""
"""The department of a row that is of the hospital as a whole."""

Row = Mapping[str, Value]


class NothingToReportError(EltError):
    """The marts are missing or empty (exit code 1)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"nothing to report: {what}; run hospital-elt build first")


@dataclass(frozen=True)
class ScopeFigures:
    """The headline numbers of a hospital, or of one department of it.

    Attributes:
        occupied: Sum over the days of beds occupied when the day ended.
        beds: Sum over the days of open beds.
        days: Days with a snapshot.
        delayed: Sum over the days of beds held by delayed patients.
        waiting: Patients waiting when the last day ended.
        admissions: Patients admitted in the period.
        wait_p50: Median wait in hours; None without an admission, as the others.
        wait_p90: 90th percentile of the wait in hours.
        wait_p95: 95th percentile of the wait in hours.
        over_4h: Share that waited over 4 hours.
        over_12h: Share that waited over 12 hours.
    """

    occupied: float
    beds: float
    days: int
    delayed: float
    waiting: int
    admissions: int
    wait_p50: float | None
    wait_p90: float | None
    wait_p95: float | None
    over_4h: float | None
    over_12h: float | None


@dataclass(frozen=True)
class PressureNow:
    """The pressure index when the last day ended.

    Attributes:
        level: 1 to 4.
        since: First day of the time that the level has held.
        component: What weighs most; empty if nothing does.
        department: Name of the department under most pressure; empty if there is none.
        days_at_level: Days of the period at each level.
    """

    level: int
    since: dt.date | None
    component: str
    department: str
    days_at_level: Mapping[int, int]


@dataclass(frozen=True)
class HospitalFigures:
    """Everything the page shows of one hospital.

    Attributes:
        hospital_id: Its identifier.
        name: What it is called.
        first_day: First day with a snapshot.
        last_day: Last day with a snapshot.
        departments: Names by identifier, the fullest department first.
        longest_waits: Identifiers of the departments, the longest P90 first.
        scopes: Headline numbers by department; those of the hospital under ``WHOLE_HOSPITAL``.
        pressure: The index at the end; None if the mart has no day of it.
        datasets: The rows of the charts, by name.
    """

    hospital_id: str
    name: str
    first_day: dt.date
    last_day: dt.date
    departments: Mapping[str, str]
    longest_waits: Sequence[str]
    scopes: Mapping[str, ScopeFigures]
    pressure: PressureNow | None
    datasets: Mapping[str, pa.Table]


def read_figures(warehouse: Warehouse) -> list[HospitalFigures]:
    """Read what the report shows, in order of hospital identifiers.

    Args:
        warehouse: A warehouse with built marts.

    Returns:
        One set of figures for each hospital with a day in ``mart_bed_utilisation``.

    Raises:
        NothingToReportError: If a mart is missing, or there is no such day.
    """
    for mart in queries.MARTS:
        if not warehouse.has_table("marts", mart):
            raise NothingToReportError(f"{warehouse.dsn} has no {mart}")
    bed_days = _by_hospital(rows(warehouse, queries.BED_DAYS))
    if not bed_days:
        raise NothingToReportError(f"{warehouse.dsn} has no day in mart_bed_utilisation")
    datasets = {name: read(warehouse, sql) for name, sql in queries.DATASETS.items()}
    names = {str(row["hospital_id"]): str(row["hospital_name"]) for row in rows(warehouse, queries.HOSPITALS)}
    departments = _by_hospital(rows(warehouse, queries.NAMES))
    periods = _by_hospital(rows(warehouse, queries.WHOLE_PERIOD))
    return [
        _hospital(
            hospital_id,
            names.get(hospital_id, hospital_id),
            {str(row["department_id"]): str(row["department_name"]) for row in departments.get(hospital_id, [])},
            bed_days[hospital_id],
            {_text(row["department_id"]): row for row in periods.get(hospital_id, [])},
            {name: _of(table, hospital_id) for name, table in datasets.items()},
        )
        for hospital_id in sorted(bed_days)
    ]


def read(warehouse: Warehouse, sql: str) -> pa.Table:
    """Run a statement of ``queries``, with the names of the warehouse's schemas put in."""
    schemas = {name: warehouse.schema(name) for name in ("marts", "curated", "raw", "quality")}
    return warehouse.query(sql.format(**schemas))


def rows(warehouse: Warehouse, sql: str) -> list[dict[str, Value]]:
    """Run a statement of ``queries`` and return its rows."""
    found: list[dict[str, Value]] = read(warehouse, sql).to_pylist()
    return found


def _hospital(
    hospital_id: str,
    name: str,
    department_names: Mapping[str, str],
    bed_days: Sequence[Row],
    periods: Mapping[str, Row],
    datasets: Mapping[str, pa.Table],
) -> HospitalFigures:
    last_day = max(plain_day(row["last_day"]) for row in bed_days)
    waiting = _sums((row for row in datasets["queue"].to_pylist() if plain_day(row["day"]) == last_day), "waiting")
    delayed = _sums(datasets["held"].to_pylist(), "beds_delayed")
    scopes = {
        scope: _scope(
            [row for row in bed_days if scope in (WHOLE_HOSPITAL, row["department_id"])],
            periods.get(scope, {}),
            delayed.get(scope, 0.0),
            waiting.get(scope, 0.0),
        )
        for scope in [WHOLE_HOSPITAL, *(str(row["department_id"]) for row in bed_days)]
    }
    identifiers = [scope for scope in scopes if scope != WHOLE_HOSPITAL]
    fullest = sorted(identifiers, key=lambda scope: (-_ratio(scopes[scope].occupied, scopes[scope].beds), scope))
    longest = sorted(identifiers, key=lambda scope: (-(scopes[scope].wait_p90 or 0.0), scope))
    departments = _distinct({identifier: department_names.get(identifier, identifier) for identifier in fullest})
    return HospitalFigures(
        hospital_id=hospital_id,
        name=name,
        first_day=min(plain_day(row["first_day"]) for row in bed_days),
        last_day=last_day,
        departments=departments,
        longest_waits=longest,
        scopes=scopes,
        pressure=_pressure(datasets["pressure"].to_pylist(), departments),
        datasets=datasets,
    )


def _scope(bed_days: Sequence[Row], period: Row, delayed: float, waiting: float) -> ScopeFigures:
    return ScopeFigures(
        occupied=sum(plain_number(row["occupied"]) or 0.0 for row in bed_days),
        beds=sum(plain_number(row["beds"]) or 0.0 for row in bed_days),
        days=max(int(plain_number(row["days"]) or 0) for row in bed_days),
        delayed=delayed,
        waiting=int(waiting),
        admissions=int(plain_number(period.get("admissions")) or 0),
        wait_p50=plain_number(period.get("wait_hours_p50")),
        wait_p90=plain_number(period.get("wait_hours_p90")),
        wait_p95=plain_number(period.get("wait_hours_p95")),
        over_4h=plain_number(period.get("share_over_4h")),
        over_12h=plain_number(period.get("share_over_12h")),
    )


def _pressure(days: Sequence[Row], departments: Mapping[str, str]) -> PressureNow | None:
    if not days:
        return None
    last = max(days, key=lambda row: plain_day(row["day"]))
    levels = [int(plain_number(row["level"]) or 0) for row in days]
    since = last["level_since"]
    pressed = _text(last["most_pressed_department_id"])
    return PressureNow(
        level=int(plain_number(last["level"]) or 0),
        since=None if since is None else plain_day(since),
        component=_text(last["main_component"]),
        department=departments.get(pressed, pressed),
        days_at_level={level: levels.count(level) for level in sorted(set(levels))},
    )


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Tell departments of one name apart by their identifiers: a chart would draw them as one."""
    given = list(names.values())
    return {key: f"{name} ({key})" if given.count(name) > 1 else name for key, name in names.items()}


def _by_hospital(found: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in found:
        grouped.setdefault(str(row["hospital_id"]), []).append(row)
    return grouped


def _of(table: pa.Table, hospital_id: str) -> pa.Table:
    return table.filter(pc.equal(table["hospital_id"], hospital_id)).drop_columns(["hospital_id"])


def _sums(found: Iterable[Row], column: str) -> dict[str, float]:
    totals: dict[str, float] = {}
    for row in found:
        scope = str(row["department_id"])
        totals[scope] = totals.get(scope, 0.0) + (plain_number(row[column]) or 0.0)
    return totals


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _text(value: Value) -> str:
    return "" if value is None else str(value)
