"""The pages of the report in a browser, opened from disk without a network: their charts, names and looks."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_up_reports import HOSTILE, MadeUpReport

from elt.report.charts import report_charts
from elt.report.page import PAGES

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

Reports = dict[str, MadeUpReport]
Open = Callable[..., "OpenPage"]

# These marts have no reconciliation, because hospital-elt check has not run.
CHARTS = [chart for chart in report_charts() if chart.key != "reconciled"]
LABELS = """groups => groups.map(group => [
  group.getAttribute('aria-label') ?? '',
  group.querySelector('[role=graphics-document]')?.getAttribute('aria-label') ?? ''])"""


def test_every_page_draws_and_names_all_its_charts_without_a_network(reports: Reports, open_page: Open) -> None:
    path = reports["one"].page()
    opened = open_page(path)

    for page in PAGES:
        opened.go(page)

        charts = [chart for chart in CHARTS if chart.page == page.key]
        assert {chart.key: opened.drawings(chart.key) for chart in charts} == {
            chart.key: 3 if chart.scope == "each" else 1 for chart in charts
        }
        for chart in charts:
            assert opened.page.get_by_role("figure", name=chart.title, exact=True).count() == 1
            groups = opened.page.locator(f'[data-chart="{chart.key}"] .drawing [role=group]')
            labels = groups.evaluate_all(LABELS)
            assert labels
            for label, description in labels:
                assert label.startswith(chart.title)
                assert description.startswith(chart.description)
        _look(opened, 768, dark=True)
        _look(opened, 1300, dark=False)
    assert all(url.startswith(path.parent.resolve().as_uri()) for url in opened.requests)


def test_pages_link_only_to_files_of_the_report(reports: Reports) -> None:
    for page in PAGES:
        path = reports["one"].page(page.key)
        text = path.read_text("utf-8")

        assert "http:" not in text
        assert "https:" not in text
        for place in re.findall(r"<(?:link|script|img|a)[^>]+(?:src|href)=\"([^\"]+)\"", text):
            assert place.startswith(("data:", "#")) or (path.parent / place).is_file()


def test_hostile_names_are_only_text_and_fit_a_phone(reports: Reports, open_page: Open) -> None:
    opened = open_page(reports["hostile"].page(), width=360)

    for page in PAGES:
        opened.go(page)
        if page.key == "beds":
            headings = opened.page.locator('[data-chart="occupancy-each"] h3')
            assert {"Ward (d)", "Ward (e)"} < set(headings.all_inner_texts())
            opened.choose(department=HOSTILE)
            opened.page.locator('[data-chart="occupancy-each"] .drawing [role=group]').hover()
            assert headings.all_inner_texts() == [HOSTILE]
            assert opened.drawings("heat-map") == 1
        assert opened.page.evaluate("window.broken") is None
        assert opened.text("#hospital-name") == HOSTILE
        assert opened.page.locator("main img, main b:not(.level b)").count() == 0
        _look(opened, 360, dark=False)


def test_marts_without_an_admission_still_make_pages(reports: Reports, open_page: Open) -> None:
    opened = open_page(reports["empty"].page())

    assert opened.text("[data-number=wait_p90] .value") == "none"
    assert opened.text(".now .since") == "The marts hold no day of the index."
    for page in PAGES:
        opened.go(page)
        if page.key == "waiting":
            assert opened.text("#lead").startswith("Nobody was admitted")
            assert opened.text('[data-chart="waits"] .drawing') == "The marts hold no row for this choice."


def test_controls_have_names_and_a_missing_file_of_rows_is_explained(
    reports: Reports, open_page: Open, tmp_path: Path
) -> None:
    path = shutil.copytree(reports["two"].page().parent, tmp_path / "report") / "index.html"
    next(path.parent.glob("assets-*/hospital-1.js")).unlink()
    opened = open_page(path)

    for name in ("Hospital", "Department", "Period"):
        assert opened.page.get_by_role("combobox", name=name, exact=True).count() == 1
    assert opened.page.get_by_role("button", name="Colours: as the system").count() == 1
    assert opened.page.get_by_role("link", name="Overview", exact=True).get_attribute("aria-current") == "page"
    assert opened.page.get_by_role("navigation", name="Pages").get_by_role("link").count() == len(PAGES)
    opened.page.select_option("select[name=hospital]", label="Beta Royal")
    opened.page.locator("#trouble").wait_for()

    assert "reload the page" in opened.page.get_by_role("alert").inner_text()
    assert all("ERR_FILE_NOT_FOUND" in line for line in opened.messages)
    opened.messages.clear()


def test_one_day_still_makes_pages_and_chosen_colours_hold_on_every_page(reports: Reports, open_page: Open) -> None:
    opened = open_page(reports["small"].page())
    for page in PAGES:
        opened.go(page)
        assert opened.text("#period") == "1 January 2024"
        without_marks = {c.key for c in CHARTS if c.page == page.key and opened.drawings(c.key) != 1}
        assert without_marks <= {"pressure", "queue", "process"}
    button = opened.page.locator("#theme")

    button.click()
    assert button.get_attribute("aria-label") == "Colours: light"
    button.press("Enter")
    assert button.get_attribute("aria-label") == "Colours: dark"
    opened.go(PAGES[2])

    assert _is_dark(opened)
    opened.page.emulate_media(media="print")
    assert not _is_dark(opened)


def test_a_tooltip_shows_anywhere_in_a_day_or_month(reports: Reports, open_page: Open) -> None:
    opened = open_page(reports["year"].page())
    for page, charts in ((PAGES[0], ("pressure", "queue", "long-waits")), (PAGES[2], ("heat-map", "held"))):
        opened.go(page)
        for chart in charts:
            drawing = opened.page.locator(f'[data-chart="{chart}"] [role=graphics-document]').first
            drawing.scroll_into_view_if_needed()
            box = drawing.bounding_box()
            assert box is not None
            x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.75

            opened.page.mouse.move(0, 0)
            opened.page.wait_for_function("!document.querySelector('#vg-tooltip-element.visible')")
            opened.page.mouse.move(x, y)
            opened.page.mouse.move(x + 1, y)

            assert " 2024" in opened.text("#vg-tooltip-element.visible"), chart


def test_the_keyboard_alone_chooses_a_period_and_reads_a_chart(reports: Reports, open_page: Open) -> None:
    opened = open_page(reports["one"].page())
    page = opened.page

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

    assert opened.text('[data-chart="pressure"] .reading').startswith(
        "Day Fri, 2 Feb 2024 · Department The whole hospital · Level "
    )


def _look(opened: "OpenPage", width: int, *, dark: bool) -> None:
    """Check that a page fits its window and has the colours of the system."""
    opened.page.emulate_media(color_scheme="dark" if dark else "light")
    opened.page.set_viewport_size({"width": width, "height": 900})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert _is_dark(opened) is dark


def _is_dark(opened: "OpenPage") -> bool:
    paper = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", paper)[:3]) / 3 < 100
