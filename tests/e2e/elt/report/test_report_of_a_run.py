"""The report of a simulated run, from its events to the browser."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from elt import pipeline
from elt.report import write_report
from elt.report.charts import report_charts
from elt.report.page import PAGES
from elt.warehouse import Warehouse, open_warehouse

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

NAME = """<b>St Bride's & "Sons"</b></script>"""
HOSPITAL = f"""
id = "st_brides"
name = '''{NAME}'''
warmup_days = 60

[[department]]
id = "only"
name = '''=1+1 {NAME}'''
treatment_function_code = "300"
beds = 12
max_stay_days = 8
target_occupancy = 0.9
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake, a warehouse and the report of two months of a hospital with a hostile name."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "hospital.toml").write_text(HOSPITAL)
    pipeline.run(
        folder / "hospital.toml",
        "2024-01-01",
        "2024-02-29",
        seed=3,
        lake=str(folder / "lake"),
        warehouse=f"chdb://{folder / 'warehouse'}",
        report=folder / "report",
    )
    return folder


def test_the_report_of_a_run_shows_every_chart_and_the_p90_of_the_mart(
    place: Path, open_page: Callable[..., "OpenPage"]
) -> None:
    drawn = {}
    for page in reversed(PAGES):
        opened = open_page(place / "report" / page.file)
        drawn |= {chart.key: opened.drawings(chart.key) for chart in report_charts() if chart.page == page.key}

    assert drawn == {chart.key: 1 for chart in report_charts()}
    assert opened.page.locator("#hospital-name").inner_text() == NAME
    with open_warehouse(f"chdb://{place / 'warehouse'}") as warehouse:
        assert float(opened.number("wait_p90")) == _one(
            warehouse,
            "select wait_hours_p90 from hospital_marts.mart_waiting_by_period "
            "where period_type = 'whole' and scope = 'hospital'",
        )
        assert float(opened.number("occupancy")) == pytest.approx(
            _one(warehouse, "select sum(occupied_beds) / sum(beds) from hospital_marts.mart_bed_utilisation"), rel=1e-12
        )
        assert float(opened.number("admissions")) == _one(
            warehouse, "select sum(admissions) from hospital_marts.mart_queue_growth"
        )
        assert float(opened.number("waiting")) == _one(
            warehouse, "select sum(waiting_eod) from hospital_marts.mart_queue_growth where date = '2024-02-29'"
        )


def test_the_report_of_a_run_shows_its_checks(place: Path, open_page: Callable[..., "OpenPage"]) -> None:
    opened = open_page(place / "report" / "trust.html")

    reconciliation = opened.page.locator("[data-table=reconciliation] tbody tr")
    assert reconciliation.count() == 4
    assert all(line.endswith("holds") for line in reconciliation.all_inner_texts())
    assert opened.page.locator("[data-table=validation] details").count() > 3
    assert opened.page.locator("[data-table=checks] details").count() > 10


def test_the_same_marts_give_the_same_bytes_in_another_process(place: Path, tmp_path: Path) -> None:
    command = "import sys; from elt.cli import main; main()"
    words = ["report", "--warehouse", f"chdb://{place / 'warehouse'}", "--out", str(tmp_path), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", command, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )

    summary = json.loads(done.stdout)
    written = _files(tmp_path)
    assert written == _files(place / "report")
    assert summary["bytes"] == sum(len(content) for content in written.values())
    assert (summary["hospitals"], summary["departments"], summary["days"]) == (1, 1, 60)


def test_a_report_replaces_an_older_one_and_nothing_else(place: Path, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("older")
    (tmp_path / "assets-0123456789ab").mkdir()
    (tmp_path / "assets-of-my-own").mkdir()

    with open_warehouse(f"chdb://{place / 'warehouse'}") as warehouse:
        write_report(warehouse, tmp_path)

    names = sorted(path.name for path in tmp_path.iterdir())
    assert [re.sub("[0-9a-f]{12}", "…", name) for name in names] == [
        "assets-…",
        "assets-of-my-own",
        *sorted(page.file for page in PAGES),
    ]
    assert "assets-0123456789ab" not in names
    assert re.match(r"<!doctype html>", (tmp_path / "index.html").read_text())


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _one(warehouse: Warehouse, sql: str) -> float:
    return float(warehouse.query(sql).column(0)[0].as_py())
