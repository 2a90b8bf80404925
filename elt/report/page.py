"""Writes the HTML of each page: headline numbers, charts and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from string import Template

from elt.report.assets import web_file
from elt.report.charts import Page, ReportChart, report_charts
from elt.report.charts.bands import Band
from elt.report.charts.variation import SERIES
from elt.report.check_results import CheckResults
from elt.report.check_tables import checks_html, checks_text, verdict_html
from elt.report.figures import WHOLE_HOSPITAL, HospitalFigures
from elt.report.hospital_table import hospitals_html
from elt.report.periods import Period, days_text, periods_between

_SWATCHES = {
    "square": '<rect width="12" height="12" x="2" rx="2" fill="{color}"/>',
    "dot": '<circle cx="8" cy="6" r="4.5" fill="{color}"/>',
    "line": '<path d="M0 6H16" stroke="{color}" stroke-width="3"/>',
    "dashes": '<path d="M0 6H16" stroke="{color}" stroke-width="3" stroke-dasharray="4 3"/>',
}
_GROUPS = {"whole": "", "year": "Years", "quarter": "Quarters", "month": "Months"}


@dataclass(frozen=True)
class PageText:
    """Names of a page and of its headline numbers.

    Attributes:
        key: Its name in the script and in the charts.
        file: Name of its file.
        title: Its heading and its name in the navigation.
        numbers: Labels of the headline numbers, by their names in the script.
        choices: The choices that it offers.
        lead: The sentences at the top; empty if its script writes them.
    """

    key: Page
    file: str
    title: str
    numbers: Mapping[str, str]
    choices: tuple[str, ...] = ("hospital", "department", "period")
    lead: str = ""


PAGES = (
    PageText(
        "overview",
        "index.html",
        "Overview",
        {
            "occupancy": "Mean occupancy",
            "wait_p90": "P90 wait for a bed",
            "over_12h": "Waited over 12 hours",
            "admissions": "Admissions",
            "waiting": "Waiting at the end",
            "delayed": "Delayed patients in beds",
        },
    ),
    PageText(
        "waiting",
        "waiting.html",
        "Waiting",
        {
            "at_once": "Had a bed at once",
            "wait_p50": "Median wait",
            "wait_p90": "P90 wait",
            "wait_max": "Longest wait",
            "over_4h": "Waited over 4 hours",
            "over_12h": "Waited over 12 hours",
        },
    ),
    PageText(
        "beds",
        "beds.html",
        "Beds",
        {
            "occupancy": "Mean occupancy",
            "over_85": "Days at 85% or more",
            "over_92": "Days at 92% or more",
            "held_7": "Held 7 days or more",
            "held_21": "Held 21 days or more",
            "delayed": "Delayed patients in beds",
        },
    ),
    PageText(
        "flow",
        "flow.html",
        "Flow",
        {
            "requests": "Asked for a bed",
            "admissions": "Admissions",
            "discharges": "Discharges",
            "queue_growth": "Growth of the queue",
        },
    ),
    PageText(
        "variation",
        "variation.html",
        "Variation",
        {
            "process_last": "Last day",
            "process_mean": "Mean",
            "process_limits": "Process limits",
            "process_special": "Days with a special cause",
        },
        ("hospital", "department", "period", "series"),
        "Most differences from one day to the next are chance. The coloured days are not: they are outside the limits, "
        "or part of a run that chance rarely makes.",
    ),
    PageText("trust", "trust.html", "Trust in the data", {}, ("hospital",)),
)


def report_html(page: PageText, hospitals: Sequence[HospitalFigures], checks: CheckResults, assets: str) -> str:
    """Return one page as HTML; the same figures give the same bytes.

    Args:
        page: The page.
        hospitals: At least one; the page opens with the first.
        checks: Results of the checks of the data.
        assets: Name of the folder next to the page, with its style, scripts and rows.
    """
    first = hospitals[0]
    charts = [chart for chart in report_charts() if chart.page == page.key]
    return Template(web_file("page.html")).substitute(
        key=page.key,
        assets=assets,
        title=escape(f"{page.title}: {first.name}"),
        heading=escape(page.title),
        name=escape(first.name),
        days=escape(days_text(first.first_day, first.last_day)),
        verdict=verdict_html(checks),
        lead=escape(checks_text(checks) if page.key == "trust" else page.lead),
        pages="\n".join(_link(other, page) for other in PAGES),
        choices=_choices(page, hospitals),
        body="\n".join(_body(page, charts, hospitals, checks)),
        extra=f'<script src="{assets}/trust.js"></script>\n' if page.key == "trust" else "",
    )


def _body(
    page: PageText, charts: Sequence[ReportChart], hospitals: Sequence[HospitalFigures], checks: CheckResults
) -> list[str]:
    if page.key == "trust":
        shown = [chart for chart in charts if chart.key != "reconciled" or checks.reconciliation]
        return [checks_html(checks, {chart.key: _figure(chart) for chart in shown})]
    parts = [_numbers(page), '<div class="charts">', *(_figure(chart) for chart in charts), "</div>"]
    if page.key == "overview":
        parts.append(_departments(page))
        if len(hospitals) > 1:
            parts.append(hospitals_html(hospitals))
    return parts


def _link(page: PageText, current: PageText) -> str:
    mark = ' aria-current="page"' if page is current else ""
    return f'<li><a href="{page.file}"{mark}>{escape(page.title)}</a></li>'


def _choices(page: PageText, hospitals: Sequence[HospitalFigures]) -> str:
    first = hospitals[0]
    parts = []
    if len(hospitals) > 1:
        parts.append(_select("hospital", "Hospital", _options({one.hospital_id: one.name for one in hospitals})))
    if "department" in page.choices:
        ordered = sorted(first.departments.items(), key=lambda department: (department[1], department[0]))
        parts.append(
            _select("department", "Department", _options({WHOLE_HOSPITAL: "All departments", **dict(ordered)}))
        )
    if "period" in page.choices:
        parts.append(_select("period", "Period", _periods(periods_between(first.first_day, first.last_day))))
    if "series" in page.choices:
        parts.append(_select("series", "Series", _options({series.key: series.label for series in SERIES})))
    return "\n".join(parts)


def _periods(periods: Sequence[Period]) -> str:
    parts = []
    for kind, group in groupby(periods, key=lambda period: period.kind):
        options = _options({period.key: period.label for period in group})
        parts.append(f'<optgroup label="{_GROUPS[kind]}">{options}</optgroup>' if _GROUPS[kind] else options)
    return "".join(parts)


def _options(options: Mapping[str, str]) -> str:
    return "".join(f'<option value="{escape(key)}">{escape(text)}</option>' for key, text in options.items())


def _select(name: str, label: str, options: str) -> str:
    return f'<label>{label} <select name="{name}" autocomplete="off">{options}</select></label>'


def _numbers(page: PageText) -> str:
    tiles = "".join(
        f'<div data-number="{key}"><dt>{escape(label)}</dt><dd class="value" data-value="">&nbsp;</dd>'
        f'<dd class="more">&nbsp;</dd><dd class="change"></dd></div>\n'
        for key, label in page.numbers.items()
    )
    now = (
        '<div class="now" data-level="">\n<p class="what">Pressure of the hospital when the period ended</p>\n'
        '<p class="level">Level <b>&nbsp;</b> <small>of 4</small></p>\n'
        '<p class="since"></p>\n<p class="days"></p>\n</div>'
    )
    head = now if page.key == "overview" else ""
    return f'<div class="headlines{" with-level" if head else ""}">\n{head}<dl class="numbers">\n{tiles}</dl>\n</div>'


def _departments(page: PageText) -> str:
    head = "".join(_sorted_by(key, label, "number") for key, label in page.numbers.items())
    return (
        f'<div class="card" data-table="departments" data-numbers="{" ".join(page.numbers)}">\n'
        f'<h2 id="departments-title">Departments side by side</h2>\n'
        f"<p>The numbers at the top for each department in the chosen period, "
        "the fullest of the whole period first. A heading sorts, a name chooses the department.</p>\n"
        f'<div class="scroll full" tabindex="0" role="region" aria-labelledby="departments-title"><table>'
        f'<thead><tr>{_sorted_by("name", "Department")}<th scope="col">Occupancy over time</th>{head}</tr></thead>'
        "<tbody></tbody></table></div>\n</div>"
    )


def _sorted_by(key: str, label: str, kind: str = "") -> str:
    return (
        f'<th scope="col" class="{kind}" data-sort="{key}" aria-sort="none">'
        f'<button type="button">{escape(label)}</button></th>'
    )


def _figure(chart: ReportChart) -> str:
    bands = "".join(_legend(band) for band in chart.legend)
    legend = f'<ul class="legend" aria-label="Colours">{bands}</ul>' if bands else ""
    title = f"{chart.key}-title"
    height = chart.specification.get("height")
    style = f' style="--height:{height}px"' if isinstance(height, int) else ""
    return (
        f'<figure class="chart{" half" if chart.half else ""}" data-chart="{chart.key}" aria-labelledby="{title}">\n'
        f'<figcaption><h2 id="{title}">{escape(chart.title)}</h2><p>{escape(chart.note)}</p></figcaption>\n'
        f"{legend}\n"
        f'<div class="drawing {chart.scope}"{style}></div>\n'
        f'<details class="figures"><summary>Figures of this chart as a table</summary>'
        f'<button type="button" class="download" aria-label="Download as CSV: {escape(chart.title)}">'
        "Download as CSV</button>"
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{title}"></div></details>\n'
        f"</figure>"
    )


def _legend(band: Band) -> str:
    swatch = _SWATCHES[band.shape].format(color=band.color)
    return f'<li><svg viewBox="0 0 16 12" aria-hidden="true">{swatch}</svg>{escape(band.label)}</li>'
