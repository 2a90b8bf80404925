"""The figures of the report, read from the marts: one ``HospitalFigures`` for each hospital of the warehouse."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from elt.errors import EltError
from elt.report import queries
from elt.report.encoding import Value, plain_day, plain_number
from elt.report.hospital_days import with_hospital_days
from elt.warehouse import Warehouse

Row = Mapping[str, Value]


class NothingToReportError(EltError):
    """The marts are missing or empty (exit code 1)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"nothing to report: {what}; run hospital-elt build first")


@dataclass(frozen=True)
class HospitalFigures:
    """Everything the pages show of one hospital.

    Attributes:
        hospital_id: Its identifier.
        name: What it is called.
        first_day: First day with a snapshot.
        last_day: Last day with a snapshot.
        departments: Names by identifier, the fullest department of the whole period first.
        datasets: The rows of the charts, by name.
    """

    hospital_id: str
    name: str
    first_day: dt.date
    last_day: dt.date
    departments: Mapping[str, str]
    datasets: Mapping[str, pa.Table]


def read_figures(warehouse: Warehouse) -> list[HospitalFigures]:
    """Read what the report shows, in order of the names of the hospitals.

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
            {name: _of(table, hospital_id) for name, table in datasets.items()},
        )
        for hospital_id in hospitals
    ]
    return sorted(figures, key=lambda hospital: (hospital.name.casefold(), hospital.hospital_id))


def read(warehouse: Warehouse, sql: str) -> pa.Table:
    """Run a statement of ``queries``, with the names of the warehouse's schemas put in."""
    schemas = {name: warehouse.schema(name) for name in ("marts", "curated", "raw", "quality")}
    return warehouse.query(sql.format(**schemas))


def rows(warehouse: Warehouse, sql: str) -> list[dict[str, Value]]:
    """Run a statement of ``queries`` and return its rows."""
    found: list[dict[str, Value]] = read(warehouse, sql).to_pylist()
    return found


def mean_occupancy(days: pa.Table, scope: str) -> float:
    """Return occupied over open beds of a hospital or a department, all days of the dataset ``days`` together."""
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
    """Tell departments of one name apart by their identifiers: a chart would draw them as one."""
    given = list(names.values())
    return {key: f"{name} ({key})" if given.count(name) > 1 else name for key, name in names.items()}


def _of(table: pa.Table, hospital_id: str) -> pa.Table:
    return table.filter(pc.equal(table["hospital_id"], hospital_id)).drop_columns(["hospital_id"])
