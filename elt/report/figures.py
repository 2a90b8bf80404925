"""Reads the figures of the report from the marts: one ``HospitalFigures`` for each hospital of the warehouse."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elt import EltError
from elt.report import queries
from elt.report.encoding import Value, plain_day, plain_number
from elt.warehouse import Warehouse

Row = Mapping[str, Value]
Numbers: TypeAlias = npt.NDArray[np.float64]

WHOLE_HOSPITAL = ""
"""The ``department_id`` of a row for the whole hospital."""

_RATES = ("occupancy_rate", "occupancy_rate_7d")
_WINDOW_DAYS = 7


class NothingToReportError(EltError):
    """The marts are missing or empty (exit code 1)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"nothing to report: {what}; run hospital-elt build first")


@dataclass(frozen=True)
class HospitalFigures:
    """The figures of one hospital on all pages.

    Attributes:
        hospital_id: Its identifier.
        name: Its name.
        first_day: First day with a snapshot.
        last_day: Last day with a snapshot.
        departments: Names by identifier; the department with the highest occupancy first.
        datasets: The rows of the charts, by name of the dataset.
    """

    hospital_id: str
    name: str
    first_day: dt.date
    last_day: dt.date
    departments: Mapping[str, str]
    datasets: Mapping[str, pa.Table]


def read_figures(warehouse: Warehouse) -> list[HospitalFigures]:
    """Read the figures of each hospital, in the order of their names.

    Args:
        warehouse: A warehouse with built marts.

    Returns:
        The figures of each hospital with a day in ``mart_bed_utilisation``.

    Raises:
        NothingToReportError: If a mart is missing, or no hospital has such a day.
    """
    for mart in queries.MARTS:
        if not warehouse.has_table("marts", mart):
            raise NothingToReportError(f"{warehouse.dsn} has no {mart}")
    datasets = {name: read(warehouse, sql) for name, sql in queries.DATASETS.items()}
    hospitals = pc.unique(datasets["days"]["hospital_id"]).to_pylist()
    if not hospitals:
        raise NothingToReportError(f"{warehouse.dsn} has no day in mart_bed_utilisation")
    names = {str(row["hospital_id"]): str(row["hospital_name"]) for row in rows(warehouse, queries.HOSPITALS)}
    departments: dict[str, dict[str, str]] = {}
    for row in rows(warehouse, queries.NAMES):
        departments.setdefault(str(row["hospital_id"]), {})[str(row["department_id"])] = str(row["department_name"])
    figures = [
        _hospital(
            hospital_id,
            names.get(hospital_id, hospital_id),
            departments.get(hospital_id, {}),
            {name: _rows_of(table, hospital_id) for name, table in datasets.items()},
        )
        for hospital_id in hospitals
    ]
    return sorted(figures, key=lambda hospital: (hospital.name.casefold(), hospital.hospital_id))


def read(warehouse: Warehouse, sql: str) -> pa.Table:
    """Run a statement of ``queries`` with the names of the warehouse's schemas."""
    schemas = {name: warehouse.schema(name) for name in ("marts", "curated", "staging", "raw", "quality")}
    return warehouse.query(sql.format(**schemas))


def rows(warehouse: Warehouse, sql: str) -> list[dict[str, Value]]:
    """Run a statement of ``queries`` and return its rows."""
    result: list[dict[str, Value]] = read(warehouse, sql).to_pylist()
    return result


def mean_occupancy(days: pa.Table, scope: str) -> float:
    """Return occupied over open beds of a hospital or a department, over all days of the dataset ``days``."""
    of_scope = days.filter(pc.equal(days["department_id"], scope))
    occupied, beds = (plain_number(pc.sum(of_scope[name]).as_py()) or 0.0 for name in ("occupied_beds", "beds"))
    return occupied / beds if beds else 0.0


def _hospital(
    hospital_id: str, name: str, department_names: Mapping[str, str], datasets: dict[str, pa.Table]
) -> HospitalFigures:
    days = datasets["days"]
    dates = pc.min_max(days["day"]).as_py()
    identifiers: Sequence[str] = pc.unique(days["department_id"]).to_pylist()
    fullest = sorted(identifiers, key=lambda department: (-mean_occupancy(days, department), department))
    return HospitalFigures(
        hospital_id=hospital_id,
        name=name,
        first_day=plain_day(dates["min"]),
        last_day=plain_day(dates["max"]),
        departments=_distinct({identifier: department_names.get(identifier, identifier) for identifier in fullest}),
        datasets=datasets | {"days": with_hospital_days(days)},
    )


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Add the identifier to names that occur twice, because a chart would draw such departments as one."""
    counts = Counter(names.values())
    return {key: f"{name} ({key})" if counts[name] > 1 else name for key, name in names.items()}


def _rows_of(table: pa.Table, hospital_id: str) -> pa.Table:
    return table.filter(pc.equal(table["hospital_id"], hospital_id)).drop_columns(["hospital_id"])


def with_hospital_days(days: pa.Table) -> pa.Table:
    """Return the rows of the departments after one row a day for the whole hospital.

    Its counts are sums over the departments. Its rates are ratios of these sums, defined as in
    ``mart_bed_utilisation``: 0 without beds, and over those of the last 7 calendar days that have a census.

    Args:
        days: Rows of the dataset ``days`` of one hospital, with ``department_id``, ``day``, rates and counts.
    """
    counts = [name for name in days.column_names if name not in ("department_id", "day", *_RATES)]
    sums = days.group_by("day").aggregate([(name, "sum") for name in counts]).sort_by("day")
    occupied = _numbers(sums, "occupied_beds_sum")
    beds = _numbers(sums, "beds_sum")
    dates = [plain_day(day) for day in sums["day"].to_pylist()]
    rates = {
        "occupancy_rate": _rates(occupied, beds),
        "occupancy_rate_7d": _rates(_last_7_days(dates, occupied), _last_7_days(dates, beds)),
    }
    columns = {
        "department_id": pa.array([WHOLE_HOSPITAL] * len(dates), pa.string()),
        "day": sums["day"],
        **{name: sums[f"{name}_sum"] for name in counts},
        **{name: pa.array(values) for name, values in rates.items()},
    }
    hospital = pa.table({name: columns[name] for name in days.column_names})
    return pa.concat_tables([hospital.cast(days.schema), days])


def _numbers(table: pa.Table, name: str) -> Numbers:
    return np.asarray(table[name].to_pylist(), dtype=np.float64)


def _rates(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _last_7_days(dates: list[dt.date], values: Numbers) -> Numbers:
    """Return for each of these sorted dates the sum over the 7 calendar days that end with it."""
    ordinals = np.asarray([day.toordinal() for day in dates])
    total = np.concatenate([[0.0], np.cumsum(values)])
    first = np.searchsorted(ordinals, ordinals - _WINDOW_DAYS, side="right")
    return np.asarray(total[1:] - total[first])
