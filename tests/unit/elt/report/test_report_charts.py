"""The chart specifications, without rows."""

import json
import re
from importlib.resources import files

import pytest

from elt.report import queries
from elt.report.charts import ReportChart, report_charts

pytestmark = pytest.mark.unit

CHARTS = pytest.mark.parametrize("chart", report_charts(), ids=lambda chart: chart.key)
# Columns that the page's script adds to a row.
ADDED = {"day_label", "period_label", "hour_label", "weekday_label", "department", "most_pressed"}
ADDED |= {"share_7_days", "share_21_days", "share_delayed"}
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


@CHARTS
def test_the_figures_of_a_chart_are_columns_of_its_dataset(chart: ReportChart) -> None:
    assert set(chart.columns) <= columns(chart.dataset) | ADDED
    assert set(chart.formats) <= set(chart.columns)


@CHARTS
def test_a_chart_holds_no_rows_and_loads_none(chart: ReportChart) -> None:
    text = json.dumps(chart.specification)

    assert '"url"' not in text
    assert '"name": "rows"' in text


@CHARTS
def test_every_colour_is_defined_for_light_and_for_dark(chart: ReportChart) -> None:
    style = files("elt.report").joinpath("web", "style.css").read_text("utf-8")
    used = set(re.findall(r"var\((--[\w-]+)\)", json.dumps(chart.specification)))
    used |= {band.color.removeprefix("var(").removesuffix(")") for band in chart.legend}

    for name in used:
        assert len(re.findall(rf"{name}: light-dark\(#\w+, #\w+\);", style)) == 1, name


@CHARTS
def test_the_script_can_read_every_number_format(chart: ReportChart) -> None:
    for number_format in chart.formats.values():
        assert re.fullmatch(r"\+?,?(\.\d)?[%df]", number_format)
