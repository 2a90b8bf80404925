"""The figures of a chart as a CSV file: its name, its rows, and names that a spreadsheet must not run."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_up_reports import HOSTILE, MadeUpReport

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

Open = Callable[..., "OpenPage"]


def test_the_figures_of_a_choice_are_downloaded_as_csv(reports: dict[str, MadeUpReport], open_page: Open) -> None:
    report = reports["one"]
    opened = open_page(report.page("flow"))
    opened.choose(department="Respiratory", period="February 2024")

    name, text = _download(opened, "growth")

    assert name == "flow_growth_alpha_respiratory_2024-02.csv"
    assert text.startswith("\ufeffday,department,queue_growth,")
    assert text.count("\r\n") == text.count("\n") == 1 + 4
    rows = list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))
    assert [row["day"] for row in rows] == ["2024-02-05", "2024-02-12", "2024-02-19", "2024-02-26"]
    days = report.rows("mart_queue_growth", department_id="respiratory")
    week = [row for row in days if "2024-02-12" <= str(row["date"]) <= "2024-02-18"]
    assert int(rows[1]["queue_growth"]) == sum(int(str(row["queue_growth"])) for row in week)


def test_a_name_in_a_csv_file_is_one_field_and_no_formula(reports: dict[str, MadeUpReport], open_page: Open) -> None:
    opened = open_page(reports["hostile"].page("beds"))

    name, text = _download(opened, "heat-map")

    assert name.startswith("beds_heat-map_-1-1-script-script-")
    assert name.endswith("_all-departments_whole.csv")
    rows = list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))
    assert {f"'{HOSTILE}", '\'=HYPERLINK("http://x")', "B</td><b>bold"} < {row["department"] for row in rows}
    assert None not in rows[0]


def _download(opened: "OpenPage", chart: str) -> tuple[str, str]:
    figure = opened.page.locator(f'[data-chart="{chart}"]')
    figure.locator("summary").click()
    with opened.page.expect_download() as started:
        figure.get_by_role("button", name="Download as CSV").click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes().decode()
