"""The page: figures, charts and tables put into one HTML file that needs nothing else."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from elt.report.bands import Band
from elt.report.charts import ReportChart, report_charts
from elt.report.encoding import Json, encode_columns, script_json
from elt.report.figures import WHOLE_HOSPITAL, HospitalFigures
from elt.report.headlines import NONE, Headline, headlines, levels_text, period_text, pressure_text
from elt.report.trust import TrustFigures, trust_html, verdict_html

_VEGA_LITE = "6.4"
_EXPORTS = "window.vegaEmbed = vegaEmbed;"
_SWATCHES = {
    "square": '<rect width="12" height="12" x="2" rx="2" fill="{color}"/>',
    "line": '<path d="M0 6H16" stroke="{color}" stroke-width="3"/>',
    "dashes": '<path d="M0 6H16" stroke="{color}" stroke-width="3" stroke-dasharray="4 3"/>',
}


def report_page(hospitals: Sequence[HospitalFigures], trust: TrustFigures) -> str:
    """Return the page as HTML: the same figures give the same bytes.

    Args:
        hospitals: At least one; the first is shown when the page opens.
        trust: What is known of the data itself.

    Returns:
        A document with its style, its script, the chart library and all rows inside.
    """
    first = hospitals[0]
    charts = report_charts()
    sections = {
        section: "\n".join(_figure(chart) for chart in charts if chart.section == section)
        for section in ("overview", "waiting", "beds", "flow")
    }
    blocks = [_block("charts", [_chart_json(chart) for chart in charts])]
    blocks += [_block(f"hospital-{index}", _hospital_json(hospital)) for index, hospital in enumerate(hospitals)]
    return Template(_part("page.html")).substitute(
        title=escape(f"{first.name}, {period_text(first)}"),
        name=escape(first.name),
        period=escape(period_text(first)),
        style=_part("page.css"),
        script=_part("page.js"),
        bundle=_chart_library(),
        choices=_choices(hospitals),
        headlines=_headlines(first),
        departments=_departments(first),
        verdict=verdict_html(trust),
        trust=trust_html(trust),
        blocks="\n".join(blocks),
        **sections,
    )


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").rstrip()


@cache
def _chart_library() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_EXPORTS, vl_version=_VEGA_LITE)
    # In a string or a regular expression of the script this means the same, and cannot end the element.
    return re.sub("</(?=script)", r"<\\/", bundle, flags=re.IGNORECASE)


def _block(identifier: str, value: Json) -> str:
    return f'<script type="application/json" id="{identifier}">{script_json(value)}</script>'


def _chart_json(chart: ReportChart) -> dict[str, Json]:
    return {
        "key": chart.key,
        "dataset": chart.dataset,
        "scope": chart.scope,
        "title": chart.title,
        "description": chart.description,
        "columns": dict(chart.columns),
        "formats": dict(chart.formats),
        "specification": chart.specification,
    }


def _hospital_json(hospital: HospitalFigures) -> dict[str, Json]:
    names = hospital.departments
    alphabetical = sorted(names, key=names.__getitem__)
    pressure = hospital.pressure
    return {
        "id": hospital.hospital_id,
        "name": hospital.name,
        "period": period_text(hospital),
        "departments": alphabetical,
        "names": dict(names),
        "orders": {
            "beds": list(names),
            "waits": list(hospital.longest_waits),
        },
        "pressure": {
            "level": pressure.level if pressure else None,
            "more": pressure_text(pressure),
            "days": levels_text(pressure),
        },
        "headlines": {scope: _headline_json(headlines(hospital, scope)) for scope in hospital.scopes},
        "datasets": {name: encode_columns(table) for name, table in hospital.datasets.items()},
    }


def _headline_json(numbers: Sequence[Headline]) -> dict[str, Json]:
    return {number.key: {"text": number.text, "more": number.more, "value": number.value} for number in numbers}


def _choices(hospitals: Sequence[HospitalFigures]) -> str:
    parts = []
    if len(hospitals) > 1:
        options = {str(index): hospital.name for index, hospital in enumerate(hospitals)}
        parts.append(_select("hospital", "Hospital", options))
    departments = hospitals[0].departments
    ordered = sorted(departments.items(), key=lambda department: (department[1], department[0]))
    parts.append(_select("department", "Department", {WHOLE_HOSPITAL: "All departments", **dict(ordered)}))
    return "\n".join(parts)


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    lines = "".join(f'<option value="{escape(key)}">{escape(text)}</option>' for key, text in options.items())
    return f'<label>{label} <select name="{name}" autocomplete="off">{lines}</select></label>'


def _headlines(hospital: HospitalFigures) -> str:
    pressure = hospital.pressure
    level = str(pressure.level) if pressure else ""
    numbers = "\n".join(_number(number) for number in headlines(hospital, WHOLE_HOSPITAL))
    return (
        f'<div class="headlines">\n<div class="now" data-level="{level}">\n'
        f'<p class="what">Pressure of the hospital when the period ended</p>\n'
        f'<p class="level">Level <b>{level or NONE}</b> <small>of 4</small></p>\n'
        f'<p class="since">{escape(pressure_text(pressure))}</p>\n'
        f'<p class="days">{escape(levels_text(pressure))}</p>\n</div>\n'
        f'<dl class="numbers">\n{numbers}\n</dl>\n</div>'
    )


def _departments(hospital: HospitalFigures) -> str:
    head = "".join(
        f'<th scope="col" class="number">{escape(number.label)}</th>' for number in headlines(hospital, WHOLE_HOSPITAL)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f'<td class="number">{escape(number.text)}</td>' for number in headlines(hospital, identifier))
        + "</tr>"
        for identifier, name in hospital.departments.items()
    )
    return (
        f'<div class="card" data-table="departments">\n<h3 id="departments-title">Departments side by side</h3>\n'
        f"<p>The numbers at the top for each department, the fullest first.</p>\n"
        f'<div class="scroll full" tabindex="0" role="region" aria-labelledby="departments-title"><table>'
        f'<thead><tr><th scope="col">Department</th>{head}</tr></thead><tbody>{body}</tbody></table></div>\n</div>'
    )


def _number(number: Headline) -> str:
    value = "" if number.value is None else repr(number.value)
    return (
        f'<div data-number="{number.key}"><dt>{escape(number.label)}</dt>'
        f'<dd class="value" data-value="{value}">{escape(number.text)}</dd>'
        f'<dd class="more">{escape(number.more)}</dd></div>'
    )


def _figure(chart: ReportChart) -> str:
    bands = "".join(_legend(band) for band in chart.legend)
    legend = f'<ul class="legend" aria-label="Colours">{bands}</ul>' if bands else ""
    title = f"{chart.key}-title"
    height = chart.specification.get("height")
    style = f' style="--height:{height}px"' if isinstance(height, int) else ""
    return (
        f'<figure class="chart" data-chart="{chart.key}" aria-labelledby="{title}">\n'
        f'<figcaption><h3 id="{title}">{escape(chart.title)}</h3><p>{escape(chart.note)}</p></figcaption>\n'
        f"{legend}\n"
        f'<div class="drawing {chart.scope}"{style}></div>\n'
        f'<details class="figures"><summary>Figures of this chart as a table</summary>'
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{title}"></div></details>\n'
        f"</figure>"
    )


def _legend(band: Band) -> str:
    swatch = _SWATCHES[band.shape].format(color=band.color)
    return f'<li><svg viewBox="0 0 16 12" aria-hidden="true">{swatch}</svg>{escape(band.label)}</li>'
