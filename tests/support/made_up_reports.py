"""Reports of made-up marts, each written once: their pages, and the rows of the marts that they show."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up_marts import MadeUpHospital, make_up, write_table

from elt.report import write_report
from elt.report.page import PAGES
from elt.warehouse import open_warehouse

HOSTILE = """=1+1</script><script>window.broken=1</script><img src=x onerror="window.broken=2">'"`${broken=3}&amp;\\"""
NAMES = {"a": HOSTILE, "b": '=HYPERLINK("http://x")', "c": "B</td><b>bold", "d": "Ward", "e": "Ward"}
BETA = MadeUpHospital("beta", "Beta Royal", {"icu": "Intensive Care"}, days=20, seed=2)
HOSPITALS: Mapping[str, Sequence[MadeUpHospital]] = {
    "one": [MadeUpHospital()],
    "two": [MadeUpHospital(), BETA],
    "hostile": [MadeUpHospital(HOSTILE, HOSTILE, NAMES, days=40), MadeUpHospital()],
    "small": [MadeUpHospital(departments={"only": "Only"}, days=1)],
    "year": [MadeUpHospital(days=366)],
    "empty": [MadeUpHospital(days=2)],
    "counted": [MadeUpHospital(days=3)],
}
NOT_OF_EMPTY = (
    "mart_waiting_by_period",
    "mart_wait_distribution",
    "mart_pressure_index",
    "mart_department_pressure",
    "mart_pressure_validation",
    "mart_flow_profile",
)


@dataclass(frozen=True)
class MadeUpReport:
    """A report and the marts that it was written from."""

    folder: Path

    def page(self, key: str = "overview") -> Path:
        """Return the path of a page."""
        return self.folder / "report" / next(page.file for page in PAGES if page.key == key)

    def rows(self, mart: str, **values: object) -> list[dict[str, object]]:
        """Return the rows of a mart whose columns have these values."""
        rows = pq.read_table(self.folder / f"marts.{mart}.parquet").to_pylist()
        return [row for row in rows if all(row[name] == value for name, value in values.items())]

    def wait(
        self,
        column: str,
        department: str = "",
        start: dt.date | None = None,
        kind: str = "whole",
        hospital: str = "alpha",
    ) -> float:
        """Return a figure of the waits of a period."""
        rows = self.rows("mart_waiting_by_period", hospital_id=hospital, department_id=department, period_type=kind)
        (row,) = [row for row in rows if start in (None, row["period_start"])]
        return float(str(row[column]))


def _write_all(folder: Path) -> None:
    with open_warehouse(f"chdb://{folder / 'warehouse'}", create=True) as warehouse:
        for name, hospitals in HOSPITALS.items():
            (folder / name).mkdir()
            make_up(warehouse, folder / name, hospitals)
            if name == "empty":
                for mart in NOT_OF_EMPTY:
                    warehouse.execute(f"truncate table hospital_marts.{mart}")
            if name == "counted":
                write_table(warehouse, folder / name, "quality", "reconciliation", _counts())
            write_report(warehouse, folder / name / "report")


def _counts() -> pa.Table:
    """Return the counts of three days, of which one lost an event before the facts."""
    steps = dict.fromkeys(("emitted", "raw_objects", "staged", "loaded", "fact_rows"), 7) | {"quarantined": 0}
    days = [{"event_type": "admission", "event_date": dt.date(2024, 1, day)} | steps for day in (1, 2, 3)]
    return pa.Table.from_pylist([days[0], days[1] | {"fact_rows": 6}, days[2]])


@pytest.fixture(scope="session")
def reports(built_once: Callable[[str, Callable[[Path], None]], Path]) -> dict[str, MadeUpReport]:
    """The reports of ``HOSPITALS``. Read only."""
    folder = built_once("made_up_reports", _write_all)
    return {name: MadeUpReport(folder / name) for name in HOSPITALS}
