"""The report in a browser: opened from disk, without a network."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_up_marts import write_table

from elt.report.charts import report_charts
from elt.report.page import PAGES
from elt.warehouse import Warehouse

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

Make = Callable[..., Path]
Open = Callable[..., "OpenPage"]

HOSTILE = """=1+1</script><script>window.broken=1</script><img src=x onerror="window.broken=2">'"`${broken=3}&amp;\\"""
# These marts have no reconciliation, because hospital-elt check has not run.
CHARTS = [chart for chart in report_charts() if chart.key != "reconciled"]


def test_every_page_draws_all_its_charts_without_a_network(make_report: Make, open_page: Open) -> None:
    folder = make_report().parent

    for page in PAGES:
        opened = open_page(folder / page.file)

        assert all(url.startswith(folder.resolve().as_uri()) for url in opened.requests)
        charts = [chart for chart in CHARTS if chart.page == page.key]
        assert {chart.key: opened.drawings(chart.key) for chart in charts} == {
            chart.key: 3 if chart.scope == "each" else 1 for chart in charts
        }


def test_pages_link_only_to_files_of_the_report(make_report: Make) -> None:
    folder = make_report().parent
    for page in PAGES:
        text = (folder / page.file).read_text("utf-8")

        assert "http:" not in text
        assert "https:" not in text
        for place in re.findall(r"<(?:link|script|img|a)[^>]+(?:src|href)=\"([^\"]+)\"", text):
            assert place.startswith(("data:", "#")) or (folder / place).is_file()


def test_every_chart_has_a_name_and_a_description(make_report: Make, open_page: Open) -> None:
    folder = make_report().parent
    for page in PAGES:
        opened = open_page(folder / page.file)
        for chart in CHARTS:
            if chart.page != page.key:
                continue
            figure = opened.page.locator(f'[data-chart="{chart.key}"]')
            assert opened.page.get_by_role("figure", name=chart.title, exact=True).count() == 1
            groups = figure.locator(".drawing [role=group]")
            assert groups.count() > 0
            for group in groups.all():
                assert (group.get_attribute("aria-label") or "").startswith(chart.title)
                drawing = group.locator("[role=graphics-document]")
                assert (drawing.get_attribute("aria-label") or "").startswith(chart.description)


def test_every_control_has_an_accessible_name(make_report: Make, open_page: Open) -> None:
    path = make_report({"hospital_id": "a", "name": "A"}, {"hospital_id": "b", "name": "B"})
    page = open_page(path).page

    for name in ("Hospital", "Department", "Period"):
        assert page.get_by_role("combobox", name=name, exact=True).count() == 1
    assert page.get_by_role("button", name="Colours: as the system").count() == 1
    assert page.get_by_role("link", name="Overview", exact=True).get_attribute("aria-current") == "page"
    assert page.get_by_role("navigation", name="Pages").get_by_role("link").count() == len(PAGES)


@pytest.mark.parametrize(
    ("department", "period", "row"),
    [
        (None, None, ("", "whole", None)),
        ("General Surgery", None, ("surgery", "whole", None)),
        (None, "March 2024", ("", "month", "2024-03-01")),
        ("Respiratory", "February 2024", ("respiratory", "month", "2024-02-01")),
        ("Cardiology", "January to March 2024", ("cardiology", "quarter", "2024-01-01")),
        ("General Surgery", "2024", ("surgery", "year", "2024-01-01")),
    ],
)
def test_percentiles_of_a_choice_are_those_of_its_row_in_the_mart(
    make_report: Make,
    open_page: Open,
    warehouse: Warehouse,
    department: str | None,
    period: str | None,
    row: tuple[str, str, str | None],
) -> None:
    opened = open_page(make_report().parent / "waiting.html")

    if department:
        opened.choose("department", department)
    if period:
        opened.choose("period", period)

    for number, column in {
        "wait_p90": "wait_hours_p90",
        "wait_p50": "wait_hours_p50",
        "over_12h": "share_over_12h",
    }.items():
        assert float(opened.number(number)) == _wait(warehouse, column, *row)
    text = opened.page.locator("[data-number=wait_p90] .value").inner_text()
    assert text == f"{_wait(warehouse, 'wait_hours_p90', *row):,.1f}\u00a0h"


def test_counts_of_a_period_are_the_sums_of_its_days(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    opened = open_page(make_report().parent / "beds.html")

    opened.choose("period", "February 2024")
    opened.choose("department", "Respiratory")

    days = "department_id = 'respiratory' and date between '2024-02-01' and '2024-02-29'"
    used = f"from hospital_marts.mart_bed_utilisation where {days}"
    assert float(opened.number("occupancy")) == _one(warehouse, f"select sum(occupied_beds) / sum(beds) {used}")
    assert float(opened.number("over_92")) == _one(warehouse, f"select countIf(occupancy_rate >= 0.92) {used}")
    held = f"select sum(beds_21_days) / count(*) from hospital_marts.mart_long_stays where {days}"
    assert float(opened.number("held_21")) == _one(warehouse, held)


def test_the_address_keeps_a_choice_from_page_to_page(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    path = make_report()
    opened = open_page(path)
    opened.choose("department", "Respiratory")
    opened.choose("period", "February 2024")

    opened.go("Trust in the data")
    opened.go("Waiting")

    assert opened.page.url.endswith("waiting.html#department=respiratory&period=2024-02")
    assert opened.page.locator("select[name=period]").input_value() == "2024-02"
    assert float(opened.number("wait_p90")) == _wait(warehouse, "wait_hours_p90", "respiratory", "month", "2024-02-01")
    assert opened.page.locator("#period").inner_text() == "Respiratory · 1 February 2024 to 29 February 2024"


def test_an_address_with_unknown_names_shows_the_whole_hospital_and_period(make_report: Make, open_page: Open) -> None:
    path = make_report()
    opened = open_page(path)

    opened.page.evaluate("location.hash = 'hospital=none&department=<b>&period=1999'")
    opened.page.wait_for_function("document.documentElement.dataset.drawn === 'yes'")

    assert opened.page.locator("select[name=department]").input_value() == ""
    assert opened.page.locator("select[name=period]").input_value() == "whole"


def test_charts_draw_only_the_chosen_department_and_period(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report().parent / "beds.html")
    cells = '[data-chart="heat-map"] .mark-rect path'
    assert opened.page.locator(cells).count() == 3 * 91

    opened.choose("department", "Respiratory")
    opened.choose("period", "February 2024")

    assert opened.page.locator(cells).count() == 29
    assert opened.page.locator('[data-chart="occupancy-each"] h3').all_inner_texts() == ["Respiratory"]
    label = opened.page.locator('[data-chart="heat-map"] [role=graphics-document]').get_attribute("aria-label") or ""
    assert label.endswith("Respiratory.")


def test_each_hospital_has_its_own_figures(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    path = make_report(
        {"hospital_id": "alpha", "name": "Alpha Infirmary"},
        {"hospital_id": "beta", "name": "Beta Royal", "departments": {"icu": "Intensive Care"}, "days": 20, "seed": 2},
    )
    opened = open_page(path)
    assert opened.page.locator("#hospital-name").inner_text() == "Alpha Infirmary"
    assert not [url for url in opened.requests if url.endswith("hospital-1.js")]

    opened.choose("hospital", "Beta Royal")

    assert opened.page.locator("#hospital-name").inner_text() == "Beta Royal"
    assert opened.page.locator("#period").inner_text() == "1 January 2024 to 20 January 2024"
    assert float(opened.number("wait_p90")) == _wait(warehouse, "wait_hours_p90", "", "whole", None, "beta")
    departments = opened.page.locator("select[name=department] option").all_inner_texts()
    assert departments == ["All departments", "Intensive Care"]
    opened.page.locator("[data-table=hospitals]").get_by_role("link", name="Alpha Infirmary").click()
    opened.page.wait_for_function("document.getElementById('hospital-name')?.textContent === 'Alpha Infirmary'")
    assert float(opened.number("wait_p90")) == _wait(warehouse, "wait_hours_p90", "", "whole", None, "alpha")


def test_hostile_names_are_only_text(make_report: Make, open_page: Open) -> None:
    departments = {"a": HOSTILE, "b": '=HYPERLINK("http://x")', "c": "B</td><b>bold"}
    path = make_report({"hospital_id": HOSTILE, "name": HOSTILE, "departments": departments, "days": 40}, {})

    for page in PAGES:
        opened = open_page(path.parent / page.file)
        if page.key == "beds":
            opened.choose("hospital", HOSTILE)
            opened.choose("department", HOSTILE)
            opened.page.locator('[data-chart="occupancy-each"] .drawing [role=group]').hover()
            assert opened.page.locator('[data-chart="occupancy-each"] h3').all_inner_texts() == [HOSTILE]
            assert opened.drawings("heat-map") == 1
        assert opened.page.evaluate("window.broken") is None
        assert HOSTILE in [opened.page.locator("#hospital-name").inner_text(), *_hospital_names(opened)]
        assert opened.page.locator("main img, main b:not(.level b)").count() == 0


def test_departments_with_the_same_name_have_different_labels(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report({"departments": {"a": "Ward", "b": "Ward"}, "days": 10}).parent / "beds.html")

    names = opened.page.locator('[data-chart="occupancy-each"] h3').all_inner_texts()

    assert sorted(names) == ["Ward (a)", "Ward (b)"]


def test_one_department_and_one_day_still_make_pages(make_report: Make, open_page: Open) -> None:
    folder = make_report({"departments": {"only": "Only"}, "days": 1}).parent

    for page in PAGES:
        opened = open_page(folder / page.file)
        assert opened.page.locator("#period").inner_text() == "1 January 2024"
        without_marks = {c.key for c in CHARTS if c.page == page.key and opened.drawings(c.key) != 1}
        assert without_marks <= {"pressure", "queue"}


def test_marts_without_an_admission_still_make_pages(
    make_report: Make, open_page: Open, warehouse: Warehouse, tmp_path: Path
) -> None:
    from elt.report import write_report

    make_report({"days": 2})
    for mart in ("mart_waiting_by_period", "mart_pressure_index", "mart_pressure_validation", "mart_flow_profile"):
        warehouse.execute(f"truncate table hospital_marts.{mart}")
    path = write_report(warehouse, tmp_path / "other").page

    opened = open_page(path)
    assert opened.page.locator("[data-number=wait_p90] .value").inner_text() == "none"
    assert opened.page.locator(".now .since").inner_text() == "The marts hold no day of the index."
    opened.go("Waiting")
    assert opened.page.locator("#lead").inner_text().startswith("Nobody was admitted")
    assert opened.page.locator('[data-chart="waits"] .drawing').inner_text() == "The marts hold no row for this choice."
    opened.go("Flow")
    opened.go("Trust in the data")


def test_a_missing_file_of_rows_is_explained(make_report: Make, open_page: Open) -> None:
    path = make_report({"hospital_id": "a", "name": "A"}, {"hospital_id": "b", "name": "B"})
    opened = open_page(path)
    next(path.parent.glob("assets-*/hospital-1.js")).unlink()

    opened.page.select_option("select[name=hospital]", label="B")
    opened.page.locator("#trouble").wait_for()

    assert "reload the page" in opened.page.get_by_role("alert").inner_text()
    assert all("ERR_FILE_NOT_FOUND" in line for line in opened.messages)
    opened.messages.clear()


@pytest.mark.parametrize(("width", "dark"), [(360, False), (768, True), (1300, True)])
def test_the_pages_fit_phone_and_desk_in_light_and_dark(
    make_report: Make, open_page: Open, width: int, dark: bool
) -> None:
    folder = make_report({"days": 30}).parent
    for page in PAGES:
        opened = open_page(folder / page.file, width=width, dark=dark)

        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert _is_dark(opened) is dark


def test_chosen_colours_hold_on_every_page(make_report: Make, open_page: Open) -> None:
    opened = open_page(make_report({"days": 5}))
    button = opened.page.locator("#theme")

    button.click()
    assert button.get_attribute("aria-label") == "Colours: light"
    button.press("Enter")
    assert button.get_attribute("aria-label") == "Colours: dark"
    opened.go("Beds")

    assert _is_dark(opened)
    opened.page.emulate_media(media="print")
    assert not _is_dark(opened)


@pytest.mark.parametrize(
    ("page", "chart"),
    [("index", "pressure"), ("index", "queue"), ("index", "long-waits"), ("beds", "heat-map"), ("beds", "held")],
)
def test_a_tooltip_shows_anywhere_in_a_day_or_month(make_report: Make, open_page: Open, page: str, chart: str) -> None:
    opened = open_page(make_report({"days": 366}).parent / f"{page}.html")
    drawing = opened.page.locator(f'[data-chart="{chart}"] [role=graphics-document]').first
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None

    opened.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.75)
    opened.page.mouse.move(box["x"] + box["width"] * 0.6 + 1, box["y"] + box["height"] * 0.75)

    assert " 2024" in opened.page.locator("#vg-tooltip-element.visible").inner_text()


def test_the_keyboard_alone_chooses_a_period_and_reads_a_chart(make_report: Make, open_page: Open) -> None:
    page = open_page(make_report({"days": 40})).page

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("select[name=period]").focus()
    page.keyboard.type("February")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.includes('2024-02') && document.documentElement.dataset.drawn === 'yes'")
    page.locator('[data-chart="pressure"] .drawing [role=group]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    reading = page.locator('[data-chart="pressure"] .reading').inner_text()
    assert reading.startswith("Day Fri, 2 Feb 2024 · Level ")


def test_the_figures_of_a_chart_open_as_a_table(make_report: Make, open_page: Open, warehouse: Warehouse) -> None:
    opened = open_page(make_report().parent / "waiting.html")
    figure = opened.page.locator('[data-chart="waits"]')

    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()

    assert figure.locator("tbody tr").count() == 3
    march = figure.locator("tbody tr").last.inner_text()
    assert "March 2024" in march
    assert f"{_wait(warehouse, 'wait_hours_p90', '', 'month', '2024-03-01'):,.1f}" in march.split("\t")


def test_counts_that_do_not_agree_are_marked(
    make_report: Make, open_page: Open, warehouse: Warehouse, tmp_path: Path
) -> None:
    import pyarrow as pa

    from elt.report import write_report

    make_report({"days": 3})
    steps = dict.fromkeys(("emitted", "raw_objects", "staged", "loaded", "fact_rows"), 7)
    days = [
        {"event_type": "admission", "event_date": f"2024-01-0{day}", **steps, "quarantined": 0} for day in (1, 2, 3)
    ]
    days[1]["fact_rows"] = 6
    table = pa.Table.from_pylist(days)
    place = table.column_names.index("event_date")
    table = table.set_column(place, "event_date", table["event_date"].cast(pa.date32()))
    write_table(warehouse, tmp_path, "quality", "reconciliation", table)

    opened = open_page(write_report(warehouse, tmp_path / "other").page.parent / "trust.html")

    cells = opened.page.locator('[data-chart="reconciled"] .mark-rect path')
    fills = [cell.get_attribute("fill") for cell in cells.all()]
    assert sorted(str(fill) for fill in fills) == ["var(--agrees)", "var(--agrees)", "var(--bad)"]
    assert "not all are accounted for" in opened.page.locator("#lead").inner_text()


def _hospital_names(opened: "OpenPage") -> list[str]:
    return opened.page.locator("select[name=hospital] option").all_inner_texts()


def _is_dark(opened: "OpenPage") -> bool:
    paper = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", paper)[:3]) / 3 < 100


def _wait(
    warehouse: Warehouse, column: str, department: str, kind: str, start: str | None, hospital: str = "alpha"
) -> float:
    when = f"and period_start = '{start}'" if start else ""
    return _one(
        warehouse,
        f"select {column} from hospital_marts.mart_waiting_by_period where period_type = '{kind}' {when} "
        f"and hospital_id = '{hospital}' and department_id = '{department}'",
    )


def _one(warehouse: Warehouse, sql: str) -> float:
    return float(warehouse.query(sql).column(0)[0].as_py())
