"""Process limits and special causes of a daily series: those of an oracle, and of the days of the marts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from made_up_reports import MadeUpReport
from process_oracle import mean_and_distance, special_causes

from elt.report.assets import web_file

if TYPE_CHECKING:
    from conftest import OpenPage
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

RULES = (
    "above the upper limit",
    "below the lower limit",
    "7 days in a row above the mean",
    "8 days in a row below the mean",
    "7 days in a row rising",
    "7 days in a row falling",
    "two of three days near the upper limit",
    "two of three days near the lower limit",
)


def test_limits_and_special_causes_are_those_of_the_definitions(browser: "Browser") -> None:
    series = _any_series()
    page = browser.new_page()
    found = page.evaluate(
        f"series => {{ {web_file('limits.js')}\n"
        "return series.map(values => { const process = processOf(values);"
        "return { ...process, causes: specialCauses(values, process) }; }); }",
        series,
    )
    page.close()

    expected = [(*mean_and_distance(values), special_causes(values)) for values in series]
    for values, process, (mean, distance, causes) in zip(series, found, expected, strict=True):
        assert process["mean"] == pytest.approx(float(mean))
        assert process["distance"] == (None if distance is None else pytest.approx(float(distance)))
        assert [set(names) for names in process["causes"]] == causes, values
    named = {name for *_, causes in expected for names in causes for name in names}
    assert set(RULES) <= named


def test_the_page_draws_a_chosen_series_of_a_department_and_period_with_its_limits(
    reports: dict[str, MadeUpReport], open_page: Callable[..., "OpenPage"]
) -> None:
    report = reports["one"]
    opened = open_page(report.page("variation"))
    opened.choose(department="Respiratory", period="February 2024", series="Admissions")

    days = [
        int(str(row["admissions"]))
        for row in report.rows("mart_queue_growth", department_id="respiratory")
        if str(row["date"]).startswith("2024-02")
    ]
    mean, distance = mean_and_distance(days)
    special = [day for day in special_causes(days) if day]
    assert distance is not None
    assert opened.number("process_mean") == pytest.approx(float(mean))
    assert opened.number("process_special") == len(special)
    assert opened.text("[data-number=process_limits] .value").endswith(f"{float(mean + distance):.1f}")
    dots = opened.page.locator('[data-chart="process"] .mark-symbol path')
    fills = dots.evaluate_all("dots => dots.map(dot => dot.getAttribute('fill'))")
    assert sum(fill != "var(--cause-chance)" for fill in fills) == len(special)
    assert len(fills) == len(days) == 29
    assert "series=admissions" in opened.page.url

    opened.choose(series="Occupancy, % of open beds", department="All departments", period="Whole period")

    used = report.rows("mart_bed_utilisation")
    by_day = {str(row["date"]): [0, 0] for row in used}
    for row in used:
        by_day[str(row["date"])][0] += int(str(row["occupied_beds"]))
        by_day[str(row["date"])][1] += int(str(row["beds"]))
    rates = [100 * occupied / beds for occupied, beds in by_day.values()]
    assert opened.number("process_mean") == pytest.approx(float(np.mean(rates)), abs=1e-3)


def _any_series() -> list[list[int]]:
    random = np.random.default_rng(20)
    walks = [np.cumsum(random.integers(-2, 3, length)) for length in (2, 11, 12, 13, 40, 60) * 6]
    counts = [random.poisson(mean, 30) for mean in (0.1, 1, 5, 40) * 6]
    shifts = [np.r_[random.integers(0, 9, 15), random.integers(2, 11, 15)] for _ in range(12)]
    jumps = [np.r_[random.integers(0, 9, 20), [60 * sign], random.integers(0, 9, 9)] for sign in (-1, 1)]
    slopes = [sign * np.r_[random.integers(1, 40, 9), np.arange(7), -20] for sign in (-1, 1) for _ in range(3)]
    return [[int(day) for day in values] for values in (*walks, *counts, *shifts, *jumps, *slopes, [3] * 20)]
