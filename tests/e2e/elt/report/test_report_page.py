"""The report in a browser: opened from disk, without a network."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from elt.report.charts import report_charts
from elt.warehouse import Warehouse

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

Make = Callable[..., Path]
Open = Callable[..., "OpenPage"]

HOSTILE = """=1+1</script><script>window.broken=1</script><img src=x onerror="window.broken=2">'"`${broken=3}&amp;\\"""


def test_every_chart_is_drawn_and_nothing_is_asked_of_the_network(make_report: Make, open_page: Open) -> None:
    path = make_report()

    opened = open_page(path)

    assert opened.asked == [path.resolve().as_uri()]
    assert {chart.key: opened.drawings(chart.key) for chart in report_charts()} == {
        chart.key: 3 if chart.scope == "each" else 1 for chart in report_charts()
    }


def test_the_file_names_no_other_place(make_report: Make) -> None:
    page = make_report().read_text("utf-8")
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)

    assert "http:" not in markup
    assert "https:" not in markup
    assert not re.search(r"<(link|script|img)[^>]+(src|href)=\"(?!data:)", markup)


def test_every_chart_has_a_name_and_a_description(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report())

    for chart in report_charts():
        figure = opened.page.locator(f'[data-chart="{chart.key}"]')
        assert opened.page.get_by_role("figure", name=chart.title, exact=True).count() == 1
        groups = figure.locator(".drawing [role=group]")
        assert groups.count() > 0
        for group in groups.all():
            assert (group.get_attribute("aria-label") or "").startswith(chart.title)
            drawing = group.locator("[role=graphics-document]")
            assert (drawing.get_attribute("aria-label") or "").startswith(chart.description)


def test_the_p90_on_the_page_is_the_p90_of_the_mart(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    opened = open_page(make_report())

    assert float(opened.number("wait_p90")) == _p90(warehouse, "")
    opened.choose("department", "General Surgery")
    assert float(opened.number("wait_p90")) == _p90(warehouse, "surgery")
    assert (
        opened.page.locator("[data-number=wait_p90] .value").inner_text() == f"{_p90(warehouse, 'surgery'):,.1f}\u00a0h"
    )


def test_a_chosen_department_is_the_only_one_drawn(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report())

    opened.choose("department", "Respiratory")

    assert opened.drawings("occupancy") == 1
    assert opened.page.locator('[data-chart="occupancy"] h4').all_inner_texts() == ["Respiratory"]
    label = opened.page.locator('[data-chart="heat-map"] [role=graphics-document]').get_attribute("aria-label") or ""
    assert label.endswith("Respiratory.")


def test_each_hospital_has_its_own_figures(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    path = make_report(
        {"hospital_id": "alpha", "name": "Alpha Infirmary"},
        {"hospital_id": "beta", "name": "Beta Royal", "departments": {"icu": "Intensive Care"}, "days": 20, "seed": 2},
    )
    opened = open_page(path)
    assert opened.page.locator("h1").inner_text() == "Alpha Infirmary"

    opened.choose("hospital", "Beta Royal")

    assert opened.page.locator("h1").inner_text() == "Beta Royal"
    assert opened.page.locator("#period").inner_text() == "1 January 2024 to 20 January 2024"
    assert float(opened.number("wait_p90")) == _p90(warehouse, "", "beta")
    assert opened.page.locator("select[name=department] option").all_inner_texts() == [
        "All departments",
        "Intensive Care",
    ]
    assert opened.drawings("occupancy") == 1


def test_hostile_names_are_only_text(make_report: Make, open_page: Open) -> None:
    departments = {"a": HOSTILE, "b": '=HYPERLINK("http://x")', "c": "B</td><b>bold"}
    path = make_report({"name": HOSTILE, "departments": departments, "days": 40})

    opened = open_page(path)
    opened.choose("department", HOSTILE)
    opened.page.locator('[data-chart="occupancy"] .drawing [role=group]').hover()
    opened.choose("department", "All departments")

    assert opened.page.evaluate("window.broken") is None
    assert opened.page.locator("h1").inner_text() == HOSTILE
    assert opened.page.locator("main img, main b:not(.level b)").count() == 0
    assert sorted(opened.page.locator('[data-chart="occupancy"] h4').all_inner_texts()) == sorted(departments.values())
    assert opened.drawings("heat-map") == 1


def test_departments_of_one_name_stay_apart(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report({"departments": {"a": "Ward", "b": "Ward"}, "days": 10}))

    names = opened.page.locator('[data-chart="occupancy"] h4').all_inner_texts()

    assert sorted(names) == ["Ward (a)", "Ward (b)"]


def test_one_department_and_one_day_still_make_a_page(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report({"departments": {"only": "Only"}, "days": 1}))

    assert opened.page.locator("#period").inner_text() == "1 January 2024"
    assert {chart.key for chart in report_charts() if opened.drawings(chart.key) != 1} <= {"pressure", "queue"}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 768, 1300])
def test_the_page_fits_phone_and_desk_in_light_and_dark(
    make_report: Make, open_page: Open, width: int, dark: bool
) -> None:
    opened = open_page(make_report({"days": 30}), width=width, dark=dark)

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    paper = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in re.findall(r"\d+", paper)[:3]) / 3
    assert (brightness < 60) if dark else (brightness > 200)


@pytest.mark.parametrize("chart", ["pressure", "queue", "heat-map", "occupancy", "held"])
def test_the_pointer_reads_a_day_wherever_it_is(make_report: Make, open_page: Open, chart: str) -> None:
    opened = open_page(make_report({"days": 366}))
    drawing = opened.page.locator(f'[data-chart="{chart}"] [role=graphics-document]').first
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None

    opened.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.75)
    opened.page.mouse.move(box["x"] + box["width"] * 0.6 + 1, box["y"] + box["height"] * 0.75)

    assert " 2024" in opened.page.locator("#vg-tooltip-element.visible").inner_text()


def test_arrow_keys_read_a_chart(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report({"days": 10}))
    opened.page.locator('[data-chart="pressure"] .drawing [role=group]').focus()

    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")

    reading = opened.page.locator('[data-chart="pressure"] .reading').inner_text()
    assert reading.startswith("Day Tue, 2 Jan 2024 · Level ")


def test_the_figures_of_a_chart_open_as_a_table(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    opened = open_page(make_report())
    figure = opened.page.locator('[data-chart="waits"]')

    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()

    assert figure.locator("tbody tr").count() == 3
    march = figure.locator("tbody tr").last.inner_text()
    sql = "where scope = 'hospital' and period_type = 'month' order by period_start desc limit 1"
    mart = warehouse.query(f"select wait_hours_p90 as p90 from hospital_marts.mart_waiting_by_period {sql}")
    assert "March 2024" in march
    assert f"{mart['p90'][0].as_py():,.1f}" in march.split("\t")


def _p90(warehouse: Warehouse, department: str, hospital: str = "alpha") -> float:
    rows = warehouse.query(
        "select wait_hours_p90 as p90 from hospital_marts.mart_waiting_by_period where period_type = 'whole' "
        f"and hospital_id = '{hospital}' and department_id = '{department}'"
    )
    return float(rows["p90"][0].as_py())
