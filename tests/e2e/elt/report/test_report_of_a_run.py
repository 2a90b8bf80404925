"""The report of a simulated run, from its events to the browser."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from st_brides import NAME, WholeRun

from elt.report.charts import report_charts
from elt.report.page import PAGES
from elt.warehouse import open_warehouse

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

NUMBERS = {
    "wait_p90": "wait_hours_p90 from hospital_marts.mart_waiting_by_period "
    "where period_type = 'whole' and scope = 'hospital'",
    "occupancy": "sum(occupied_beds) / sum(beds) from hospital_marts.mart_bed_utilisation",
    "admissions": "sum(admissions) from hospital_marts.mart_queue_growth",
    "waiting": "sum(waiting_eod) from hospital_marts.mart_queue_growth where date = '2024-03-05'",
}


def test_the_report_of_a_run_shows_every_chart_its_checks_and_the_figures_of_the_marts(
    st_brides: WholeRun, open_page: Callable[..., "OpenPage"]
) -> None:
    opened = open_page(st_brides.folder / "report" / "index.html")
    with open_warehouse(st_brides.dsn) as warehouse:
        figures = {key: warehouse.query(f"select {sql}").column(0)[0].as_py() for key, sql in NUMBERS.items()}
    assert opened.text("#hospital-name") == NAME
    assert {key: opened.number(key) for key in NUMBERS} == pytest.approx(figures, rel=1e-12)

    drawn = {}
    for page in PAGES:
        opened.go(page)
        drawn |= {chart.key: opened.drawings(chart.key) for chart in report_charts() if chart.page == page.key}
    assert drawn == {chart.key: 2 if chart.scope == "each" else 1 for chart in report_charts()}
    reconciliation = opened.page.locator("[data-table=reconciliation] tbody tr")
    assert reconciliation.count() == 4
    assert all(line.endswith("holds") for line in reconciliation.all_inner_texts())
    assert opened.page.locator("[data-table=validation] details").count() > 3
    assert opened.page.locator("[data-table=checks] details").count() > 10


def test_the_same_marts_give_the_same_bytes_in_another_process_in_place_of_an_older_report(
    st_brides: WholeRun, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("older")
    (tmp_path / "assets-0123456789ab").mkdir()
    (tmp_path / "assets-of-my-own").mkdir()
    command = "import sys; from elt.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "report", "--warehouse", st_brides.dsn, "--out", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )

    summary = json.loads(done.stdout)
    written, expected = (
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path, st_brides.folder / "report")
    )
    assert written == expected
    assert {page.file for page in PAGES} < written.keys()
    assert not (tmp_path / "assets-0123456789ab").exists()
    assert (tmp_path / "assets-of-my-own").exists()
    assert summary["bytes"] == sum(len(content) for content in written.values())
    assert (summary["hospitals"], summary["departments"], summary["days"]) == (1, 2, 56)
