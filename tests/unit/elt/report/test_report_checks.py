"""The tables of the page on trust in the data."""

import datetime as dt
import re

import pytest

from elt.report.check_results import CheckResults, deviations, reconciles
from elt.report.check_tables import checks_html, verdict_html
from elt.report.figures import Row

pytestmark = pytest.mark.unit


def check(name: str, scope: str, *, passed: bool) -> Row:
    return {
        "check_name": name,
        "scope": scope,
        "expected": 0.9,
        "observed": 0.91234567,
        "tolerance": 0.02,
        "passed": passed,
        "detail": "<b>why</b>",
    }


def counts(**changes: int) -> Row:
    equal = dict.fromkeys(("emitted", "raw_objects", "staged", "loaded", "fact_rows"), 7)
    return {"event_type": "admission", "event_date": dt.date(2024, 1, 1), **equal, "quarantined": 0, **changes}


def test_failed_checks_come_first_and_are_open() -> None:
    results = CheckResults(
        [check("a", "x", passed=True), check("b", "x", passed=True), check("b", "y", passed=False)], None, None
    )

    html = checks_html(results)

    assert re.findall(r'<details class="check"( open)?><summary>(\w+)', html) == [(" open", "B"), ("", "A")]
    scopes = re.findall(r'<th scope="row">(\w)</th>', html)
    assert scopes == ["y", "x", "x"]
    assert "1 of 3 checks fail" in html
    assert results.failures == 1
    assert html.count("Not checked yet") == 2
    passed = CheckResults([check("a", "x", passed=True)], None, None)
    assert "not yet reconciled with the lake" in verdict_html(passed)


def test_the_text_of_checks_is_escaped() -> None:
    results = CheckResults([], [], [check("<i>", "</table>", passed=False)])

    html = checks_html(results)

    assert "<i>" not in html
    assert "<b>why" not in html
    assert html.count("</table>") == 1
    assert "&lt;/table&gt;" in html


def test_events_reconcile_if_no_step_has_one_too_many_and_quarantined_ones_count() -> None:
    assert reconciles(counts())
    assert reconciles(counts(staged=6, loaded=6, fact_rows=6, quarantined=1))
    for stage in ("emitted", "raw_objects", "staged", "loaded", "fact_rows", "quarantined"):
        assert not reconciles(counts(**{stage: int(str(counts()[stage])) + 1})), stage


def test_days_that_do_not_agree_are_listed() -> None:
    results = CheckResults([], [counts(), counts(event_date=dt.date(2024, 1, 2), loaded=6)], [])

    html = checks_html(results)

    assert "1 of 2 event types and days do not agree" in html
    assert "2024-01-02" in html
    assert "2024-01-01" not in html
    assert results.failures == 1
    assert "fail</span>" in verdict_html(results)


def test_deviations_are_in_tolerances_and_of_one_hospital() -> None:
    scopes = ("north", "north/icu", "north 2024-01", "north_west", "north_west/icu")
    results = CheckResults([check("mean_occupancy", scope, passed=True) for scope in scopes], None, None)

    rows = deviations(results, "north")

    assert [row["scope"] for row in rows] == ["the hospital", "icu", "2024-01"]
    assert rows[0]["deviation"] == pytest.approx(0.61728, abs=1e-5)
    assert (rows[0]["check"], rows[0]["result"]) == ("Mean occupancy", "holds")
