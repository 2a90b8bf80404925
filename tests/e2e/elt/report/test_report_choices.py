"""A choice of hospital, department and period in a browser: its figures are those of the marts."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from made_up_reports import MadeUpReport

from elt.report.page import PAGES

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.e2e

Reports = dict[str, MadeUpReport]
Open = Callable[..., "OpenPage"]

FEBRUARY, MARCH = dt.date(2024, 2, 1), dt.date(2024, 3, 1)
YEAR = dt.date(2024, 1, 1)


def test_percentiles_of_a_choice_are_those_of_its_row_in_the_mart(reports: Reports, open_page: Open) -> None:
    report = reports["one"]
    opened = open_page(report.page("waiting"))
    figure = opened.page.locator('[data-chart="waits"]')
    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()
    assert figure.locator("tbody tr").count() == 3
    march = figure.locator("tbody tr").last.inner_text()
    assert "March 2024" in march
    assert f"{report.wait('wait_hours_p90', '', MARCH, 'month'):,.1f}" in march.split("\t")

    for choice, row in (
        ({}, ("", None, "whole")),
        ({"department": "General Surgery"}, ("surgery", None, "whole")),
        ({"period": "2024"}, ("surgery", YEAR, "year")),
        ({"department": "Respiratory", "period": "February 2024"}, ("respiratory", FEBRUARY, "month")),
        ({"department": "Cardiology", "period": "January to March 2024"}, ("cardiology", YEAR, "quarter")),
        ({"department": "All departments", "period": "March 2024"}, ("", MARCH, "month")),
    ):
        opened.choose(**choice)

        assert opened.number("wait_p90") == report.wait("wait_hours_p90", *row), choice
        assert opened.number("wait_p50") == report.wait("wait_hours_p50", *row), choice
        assert opened.number("over_12h") == report.wait("share_over_12h", *row), choice
        text = opened.text("[data-number=wait_p90] .value")
        assert text == f"{report.wait('wait_hours_p90', *row):,.1f}\u00a0h", choice


def test_a_page_counts_and_draws_only_the_chosen_department_and_period(reports: Reports, open_page: Open) -> None:
    report = reports["one"]
    opened = open_page(report.page("beds"))
    cells = opened.page.locator('[data-chart="heat-map"] .mark-rect path')
    assert cells.count() == 3 * 91

    opened.choose(period="February 2024", department="Respiratory")

    days, held = (
        [row for row in report.rows(mart, department_id="respiratory") if FEBRUARY <= row["date"] < MARCH]
        for mart in ("mart_bed_utilisation", "mart_long_stays")
    )
    assert opened.number("occupancy") == sum(row["occupied_beds"] for row in days) / sum(row["beds"] for row in days)
    assert opened.number("over_92") == sum(row["occupancy_rate"] >= 0.92 for row in days)
    assert opened.number("held_21") == sum(row["beds_21_days"] for row in held) / 29
    assert cells.count() == 29
    assert opened.page.locator('[data-chart="occupancy-each"] h3').all_inner_texts() == ["Respiratory"]
    drawing = opened.page.locator('[data-chart="heat-map"] [role=graphics-document]')
    assert (drawing.get_attribute("aria-label") or "").endswith("Respiratory.")


def test_the_address_keeps_a_choice_from_page_to_page(reports: Reports, open_page: Open) -> None:
    report = reports["one"]
    opened = open_page(report.page())
    opened.choose(department="Respiratory", period="February 2024")

    opened.go(PAGES[-1])
    opened.go(PAGES[1])

    assert opened.page.url.endswith("waiting.html#department=respiratory&period=2024-02")
    assert opened.page.locator("select[name=period]").input_value() == "2024-02"
    assert opened.number("wait_p90") == report.wait("wait_hours_p90", "respiratory", FEBRUARY, "month")
    assert opened.text("#period") == "Respiratory · 1 February 2024 to 29 February 2024"

    # Unknown names stand for the whole hospital and the whole period.
    opened.page.evaluate("location.hash = 'hospital=none&department=<b>&period=1999'")
    opened.page.wait_for_function("document.querySelector('select[name=period]').value === 'whole'")
    opened.wait_until_drawn()
    assert opened.page.locator("select[name=department]").input_value() == ""
    assert opened.number("wait_p90") == report.wait("wait_hours_p90")


def test_each_hospital_has_its_own_figures(reports: Reports, open_page: Open) -> None:
    report = reports["two"]
    opened = open_page(report.page())
    assert opened.text("#hospital-name") == "Alpha Infirmary"
    assert not [url for url in opened.requests if url.endswith("hospital-1.js")]

    opened.choose(hospital="Beta Royal")

    assert opened.text("#hospital-name") == "Beta Royal"
    assert opened.text("#period") == "1 January 2024 to 20 January 2024"
    assert opened.number("wait_p90") == report.wait("wait_hours_p90", hospital="beta")
    departments = opened.page.locator("select[name=department] option").all_inner_texts()
    assert departments == ["All departments", "Intensive Care"]
    opened.page.locator("[data-table=hospitals]").get_by_role("link", name="Alpha Infirmary").click()
    opened.page.wait_for_function("document.getElementById('hospital-name')?.textContent === 'Alpha Infirmary'")
    assert opened.number("wait_p90") == report.wait("wait_hours_p90")


def test_counts_that_do_not_agree_are_marked(reports: Reports, open_page: Open) -> None:
    opened = open_page(reports["counted"].page("trust"))

    cells = opened.page.locator('[data-chart="reconciled"] .mark-rect path')
    fills = cells.evaluate_all("cells => cells.map(cell => cell.getAttribute('fill'))")
    assert sorted(fills) == ["var(--agrees)", "var(--agrees)", "var(--bad)"]
    assert "not all are accounted for" in opened.text("#lead")


def test_headlines_say_the_change_against_the_period_before(reports: Reports, open_page: Open) -> None:
    report = reports["one"]
    opened = open_page(report.page("waiting"))
    assert opened.text("[data-number=wait_p90] .change") == ""

    opened.choose(department="Respiratory", period="March 2024")

    hours = [report.wait("wait_hours_p90", "respiratory", month, "month") for month in (FEBRUARY, MARCH)]
    shares = [report.wait("share_over_4h", "respiratory", month, "month") for month in (FEBRUARY, MARCH)]
    assert opened.text("[data-number=wait_p90] .change") == f"{hours[1] - hours[0]:+,.1f}\u00a0h against February 2024"
    points = 100 * (shares[1] - shares[0])
    assert opened.text("[data-number=over_4h] .change") == f"{points:+,.1f}\u00a0points against February 2024"
    opened.choose(period="January 2024")
    assert opened.text("[data-number=wait_p90] .change") == "\u2014"


def test_a_part_of_a_month_is_not_compared(reports: Reports, open_page: Open) -> None:
    # The hospital has 40 days, so February has 9.
    opened = open_page(reports["hostile"].page())
    opened.choose(period="February 2024")

    assert opened.text("[data-number=admissions] .change") == "\u2014"


def test_the_table_of_departments_sorts_by_keyboard_and_chooses_a_department(reports: Reports, open_page: Open) -> None:
    report = reports["one"]
    opened = open_page(report.page())
    table = opened.page.locator("[data-table=departments]")
    wait = {
        name: report.wait("wait_hours_p90", key)
        for key, name in (("cardiology", "Cardiology"), ("surgery", "General Surgery"), ("respiratory", "Respiratory"))
    }
    head = table.get_by_role("columnheader", name="P90 wait for a bed")
    assert head.get_attribute("aria-sort") == "none"

    for order in ("descending", "ascending"):
        head.get_by_role("button").press("Enter")

        assert head.get_attribute("aria-sort") == order
        names = table.locator("tbody th").all_inner_texts()
        assert names == sorted(wait, key=lambda name: wait[name], reverse=order == "descending")
    assert table.locator("th[aria-sort=ascending], th[aria-sort=descending]").count() == 1
    assert table.locator("tbody .spark path").count() == 3

    table.get_by_role("link", name="General Surgery").click()

    opened.page.wait_for_function("document.querySelector('select[name=department]').value === 'surgery'")
    opened.wait_until_drawn()
    assert opened.number("wait_p90") == wait["General Surgery"]
