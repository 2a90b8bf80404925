"""The tables on trust in the data, the chart specifications without rows, and the statements that give the rows."""

import bisect
import datetime as dt
import json
import re
from importlib.resources import files

import pytest
import sqlglot
from redshift.reserved import RESERVED
from sqlglot import exp
from time_zones import local_times

from elt.report import queries
from elt.report.charts import ReportChart, bands, report_charts
from elt.report.charts.bands import GROWTH_BANDS, GROWTH_STEPS
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


def test_a_check_that_cannot_fail_for_want_of_data_does_not_count_as_one_that_holds() -> None:
    rows = [
        check("season", "x", passed=True) | {"is_decisive": False},
        check("season", "y", passed=False) | {"is_decisive": False},
        check("season", "z", passed=True) | {"is_decisive": True},
    ]
    results = CheckResults(rows, None, None)

    assert (results.results, results.undecided) == ([False, True], 1)
    assert [row["result"] for each in "xyz" for row in deviations(results, each)] == [
        "too little data",
        "fails",
        "holds",
    ]
    html = checks_html(results)
    assert re.findall(r'<td class="(passed|failed|undecided)">', html) == ["failed", "passed", "undecided"]
    assert "1 of 2 checks fail; 1 more without enough data to judge." in html
    assert "✓ 1 checks of the data hold</span>; 1 more has too little" in verdict_html(
        CheckResults(rows[::2], None, None)
    )


def test_wrong_events_are_counted_on_every_page_and_listed() -> None:
    columns = ("event_type", "event_id", "hospital_id", "department_id", "event_time", "problem", "repeats_event_id")
    passed = [check("a", "x", passed=True)]
    results = CheckResults(passed, None, None, [dict.fromkeys(columns, name) for name in ("one", "<other>")])

    assert "wrong events: 2" in verdict_html(results)
    html = checks_html(results)
    assert 'data-table="wrong-events"' in html
    assert "&lt;other&gt;" in html
    for text in (verdict_html(CheckResults(passed, None, None)), checks_html(CheckResults(passed, None, None))):
        assert "rong events" not in text


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


# Columns that the page's script adds to a row.
ADDED = {"day_label", "period_label", "hour_label", "weekday_label", "department", "most_pressed"}
ADDED |= {"share_7_days", "share_21_days", "share_delayed"}
ADDED |= {"series", "value", "mean", "lower", "upper", "signal"}
# Columns of the datasets that come from the checks of the data.
CHECKED = {
    "validation": {"check", "scope", "expected", "observed", "tolerance", "deviation", "result"},
    "reconciliation": {"event", "emitted", "raw_objects", "staged", "quarantined", "loaded", "fact_rows", "agreement"},
}


def columns(dataset: str) -> set[str]:
    if dataset in CHECKED:
        return CHECKED[dataset]
    selected = re.split(r"\bfrom\b", queries.DATASETS[dataset].split("select")[-1])[0]
    return {re.split(r"\bas\b|\.", column)[-1].strip() for column in re.split(r",(?![^(]*\))", selected)}


def test_the_figures_of_a_chart_are_columns_of_its_dataset_in_formats_that_the_script_reads() -> None:
    wrong = []
    for chart in report_charts():
        wrong += [f"{chart.key}: {name}" for name in set(chart.columns) - columns(chart.dataset) - ADDED]
        wrong += [
            f"{chart.key}: {name} as {written}"
            for name, written in chart.formats.items()
            if not re.fullmatch(r"\+?,?(\.\d)?[%df]", written)
        ]
    assert wrong == []
    # A chart holds no rows and loads none.
    texts = {chart.key: json.dumps(chart.specification) for chart in report_charts()}
    assert [key for key, text in texts.items() if '"url"' in text or '"name": "rows"' not in text] == []


def test_growth_and_decline_of_a_queue_have_mirrored_bands_around_no_change() -> None:
    place = {growth: bisect.bisect(GROWTH_STEPS, growth) for growth in range(-30, 31)}

    assert [growth for growth in place if place[growth] + place[-growth] != 6] == []
    assert [growth for growth in place if place[growth] == 3] == [0]
    assert [band.key for band in GROWTH_BANDS[1:]] == [str(step) for step in GROWTH_STEPS]


def test_every_colour_is_defined_for_light_and_for_dark() -> None:
    style = files("elt.report").joinpath("web", "style.css").read_text("utf-8")
    texts = [json.dumps(chart.specification) for chart in report_charts()]
    texts += [band.color for chart in report_charts() for band in chart.legend]
    used = set(re.findall(r"var\((--[\w-]+)\)", " ".join(texts)))

    assert len(used) > 20
    undefined = [name for name in used if len(re.findall(rf"{name}: light-dark\(#\w+, #\w+\);", style)) != 1]
    assert undefined == []


def test_a_colour_has_one_meaning_and_a_chart_has_no_other_colour() -> None:
    meanings: dict[str, set[str]] = {}
    for group in vars(bands).values():
        for band in group if isinstance(group, tuple) else (group,):
            if isinstance(band, bands.Band):
                meanings.setdefault(band.color, set()).add(band.key)
    neutral = {f"var(--{name})" for name in ("muted", "rule", "shade", "card", "occupancy-line")}

    assert {color: keys for color, keys in meanings.items() if len(keys) > 1} == {"var(--bad)": {"fails", "differs"}}
    for chart in report_charts():
        text = json.dumps(chart.specification)
        assert set(re.findall(r"var\(--[\w-]+\)", text)) <= meanings.keys() | neutral, chart.key
        assert re.findall(r'"(?:#[0-9a-fA-F]{3,8}|rgba?\([^"]*)"', text) == [], chart.key


SCHEMAS = {name: f"hospital_{name}" for name in ("raw", "staging", "curated", "marts", "quality")}
SINGLE = ("HOSPITALS", "NAMES", "VALIDATION", "CHECKS", "RECONCILIATION")
STATEMENTS = queries.DATASETS | {name: getattr(queries, name) for name in SINGLE}


def names(sql: str) -> set[str]:
    """Return the identifiers in a statement, in capitals."""
    tree = sqlglot.parse_one(sql, read="clickhouse")
    return {identifier.name.upper() for identifier in tree.find_all(exp.Identifier)}


def test_a_statement_of_the_report_uses_no_reserved_name() -> None:
    reserved = {(name, word) for name, sql in STATEMENTS.items() for word in names(sql.format(**SCHEMAS)) & RESERVED}
    assert reserved == set()
    assert names("with both as (select 1 as n) select n from both") & RESERVED == {"BOTH"}


@pytest.mark.parametrize("chart", report_charts(), ids=lambda chart: chart.key)
def test_a_chart_of_the_report_is_the_same_in_every_time_zone(chart: ReportChart) -> None:
    assert local_times(json.dumps(chart.specification)) == []
