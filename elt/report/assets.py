"""The files that the pages load: style, scripts, the chart library, and the rows of each hospital.

The rows are scripts, because a page opened from disk may load a script but not fetch a file. Each hospital has a script
of its own, loaded when the hospital is chosen, so a page with many hospitals opens as fast as a page with one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files

import pyarrow as pa

from elt.report.charts import ReportChart, report_charts
from elt.report.charts.variation import SERIES
from elt.report.check_results import CheckResults, deviations, reconciliation_rows
from elt.report.encoding import Json, encode_columns, script_json
from elt.report.figures import HospitalFigures
from elt.report.periods import periods_between

SCRIPTS = (
    "rows.js",
    "choices.js",
    "words.js",
    "changes.js",
    "limits.js",
    "drawing.js",
    "reading.js",
    "departments.js",
    "download.js",
    "show.js",
)
"""The files that make up the script of the pages, in order."""

_VEGA_LITE = "6.4"
_EXPORTS = "window.vegaEmbed = vegaEmbed;"
_EXACT = ("waits",)
"""Datasets that keep every digit, because headline numbers must equal those of the mart."""


def report_assets(hospitals: Sequence[HospitalFigures], checks: CheckResults) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file that the pages load.

    Args:
        hospitals: The hospitals; the rows of each go into a file of its own.
        checks: Results of the checks of the data.
    """
    yield "style.css", web_file("style.css")
    yield "theme.js", web_file("theme.js")
    yield "page.js", '"use strict";\n(() => {\n' + "\n\n".join(web_file(name) for name in SCRIPTS) + "\n})();\n"
    yield "vega.js", chart_library()
    yield "report.js", f"window.report = {script_json(_report_json(hospitals))};\n"
    reconciliation = encode_columns(pa.Table.from_pylist(reconciliation_rows(checks)))
    yield "trust.js", f"window.reportTrust = {script_json({'reconciliation': reconciliation})};\n"
    for index, hospital in enumerate(hospitals):
        rows = script_json(_hospital_json(hospital, checks))
        yield f"hospital-{index}.js", f"window.reportHospital({index}, {rows});\n"


def web_file(name: str) -> str:
    """Return the text of a file of the folder ``web``."""
    return files(__package__).joinpath("web", name).read_text(encoding="utf-8").rstrip()


@cache
def chart_library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_EXPORTS, vl_version=_VEGA_LITE)
    # Without this line, because the developer tools of a browser would fetch the source map that it names.
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", bundle)


def _report_json(hospitals: Sequence[HospitalFigures]) -> Json:
    return {
        "charts": [_chart_json(chart) for chart in report_charts()],
        "series": [asdict(series) for series in SERIES],
        "hospitals": [{"id": hospital.hospital_id, "name": hospital.name} for hospital in hospitals],
    }


def _chart_json(chart: ReportChart) -> Json:
    return {
        "key": chart.key,
        "page": chart.page,
        "dataset": chart.dataset,
        "scope": chart.scope,
        "time": chart.time,
        "title": chart.title,
        "description": chart.description,
        "columns": {name: heading for name, (heading, _) in chart.columns.items()},
        "formats": dict(chart.formats),
        "specification": chart.specification,
    }


def _hospital_json(hospital: HospitalFigures, checks: CheckResults) -> Json:
    names = hospital.departments
    alphabetical: list[str] = sorted(names, key=lambda department: (names[department], department))
    datasets = {name: encode_columns(table, exact=name in _EXACT) for name, table in hospital.datasets.items()}
    validation = encode_columns(pa.Table.from_pylist(deviations(checks, hospital.hospital_id)))
    return {
        "id": hospital.hospital_id,
        "name": hospital.name,
        "names": dict(names),
        "fullest": list(names),
        "departments": alphabetical,
        "periods": [
            {
                "key": period.key,
                "kind": period.kind,
                "label": period.label,
                "start": period.start.isoformat(),
                "first": period.first_day.isoformat(),
                "last": period.last_day.isoformat(),
            }
            for period in periods_between(hospital.first_day, hospital.last_day)
        ],
        "datasets": {**datasets, "validation": validation},
    }
