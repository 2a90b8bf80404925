"""The chart specifications, without rows, and the statements that give the rows."""

import json
import re
from importlib.resources import files

import pytest
import sqlglot
from redshift.reserved import RESERVED
from sqlglot import exp

from elt.report import queries
from elt.report.charts import report_charts

pytestmark = pytest.mark.unit

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


def test_every_colour_is_defined_for_light_and_for_dark() -> None:
    style = files("elt.report").joinpath("web", "style.css").read_text("utf-8")
    texts = [json.dumps(chart.specification) for chart in report_charts()]
    texts += [band.color for chart in report_charts() for band in chart.legend]
    used = set(re.findall(r"var\((--[\w-]+)\)", " ".join(texts)))

    assert len(used) > 20
    undefined = [name for name in used if len(re.findall(rf"{name}: light-dark\(#\w+, #\w+\);", style)) != 1]
    assert undefined == []


SCHEMAS = {name: f"hospital_{name}" for name in ("raw", "curated", "marts", "quality")}
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
