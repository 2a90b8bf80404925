"""The charts of the page on waiting: the waits of admitted patients, by month, department and length."""

from functools import partial

import altair as alt

from elt.report.charts.bands import WAIT_LINES
from elt.report.charts.chart import (
    ROWS,
    ReportChart,
    Specification,
    chosen_months,
    hover,
    line_labels,
    month_axis,
    specification,
    tooltip,
)

WAIT_COLUMNS = {
    "period_label": ("Period", ""),
    "department": ("Department", ""),
    "admissions": ("Admissions", ",d"),
    "wait_hours_mean": ("Mean, h", ",.1f"),
    "wait_hours_p50": ("Median, h", ",.1f"),
    "wait_hours_p90": ("P90, h", ",.1f"),
    "wait_hours_p95": ("P95, h", ",.1f"),
    "wait_hours_max": ("Longest, h", ",.1f"),
    "share_without_wait": ("At once", ".1%"),
    "share_over_4h": ("Over 4 h", ".1%"),
    "share_over_12h": ("Over 12 h", ".1%"),
}
_DISTRIBUTION_COLUMNS = {
    "period_label": ("Period", ""),
    "department": ("Department", ""),
    "hours": ("Hours waited, at most", ",.2f"),
    "admissions_within": ("Admissions", ",d"),
    "share_within": ("Of all admissions", ".1%"),
}
_LABELLED_HOURS = [0, 4, 12, 24]
_TICKS = [0, 1, 4, 12, 24, 48, 96, 168, 336, 672, 1344]
_SCALE_NOTE = "Short waits are drawn larger than long ones: the axis grows by steps."

_chart = partial(ReportChart, page="waiting")
_waits_chart = partial(_chart, dataset="waits", columns=WAIT_COLUMNS)


def by_month() -> ReportChart:
    """Return the chart of median, P90 and P95 by month, for the hospital or the chosen department."""
    return _waits_chart(
        key="waits",
        scope="scope",
        time="months",
        title="Waits by month of admission",
        note="Hours from the decision to admit to the bed: nine patients in ten waited no longer than the P90. "
        f"{_SCALE_NOTE}",
        description="Lines of the median, the 90th and the 95th percentile of the wait by month of admission.",
        specification=_wait_lines(height=260, small=False),
    )


def by_department() -> ReportChart:
    """Return the same chart for each department, all on one scale."""
    return _waits_chart(
        key="waits-each",
        scope="each",
        time="months",
        title="Month by month in each department",
        note="The same three lines for each department, all on one scale; the longest waits of the whole period first.",
        description="Lines of the median, the 90th and the 95th percentile of the wait by month of admission.",
        specification=_wait_lines(height=130, small=True),
        legend=WAIT_LINES,
    )


def compared() -> ReportChart:
    """Return the chart that compares the departments: median, P90 and P95 in the chosen period."""
    marks = {
        "wait_hours_p50": alt.MarkDef("tick", thickness=3, height=13, color="var(--line-3)"),
        "wait_hours_p95": alt.MarkDef("circle", size=50, opacity=1, color="var(--line-2)"),
        "wait_hours_p90": alt.MarkDef("circle", size=110, opacity=1, color="var(--line-1)"),
    }
    department = alt.Y(
        "department:N",
        title=None,
        sort=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=alt.ExprRef("labels")),
    )
    strength = alt.Opacity("strength:Q", scale=None)
    base = alt.Chart(ROWS)
    span = base.mark_rule(stroke="var(--rule)", strokeWidth=2).encode(
        x=_hours("wait_hours_p50:Q", "hours"), x2="wait_hours_p95:Q", y=department, opacity=strength
    )
    points = [
        base.mark_point()
        .properties(mark=mark)
        .encode(x=alt.X(f"{column}:Q"), y=department, opacity=strength, tooltip=tooltip(WAIT_COLUMNS))
        for column, mark in marks.items()
    ]
    params = [alt.param(name="labels", value=180), alt.param(name="high", value=24)]
    return _waits_chart(
        key="compared",
        scope="compare",
        time="row",
        title="Departments compared",
        note="From the median to the P95 of the chosen period; the department with the longest P90 first.",
        description="For each department the median, the P90 and the P95 of the wait on one line.",
        specification=specification(alt.layer(span, *points).add_params(*params), height=28),
        legend=WAIT_LINES,
    )


def distribution() -> ReportChart:
    """Return the chart of the share of patients who had their bed, by hours waited."""
    words = (
        "!wide ? '' : datum.share_within == 1 && datum.hours ? "
        "'all within ' + format(ceil(datum.hours), ',d') + ' h' : "
        "(datum.share_within > 0.9995 && datum.share_within < 1 ? 'almost all' : format(datum.share_within, '.1%'))"
        " + (datum.hours ? ' within ' + datum.hours + ' h' : ' at once')"
    )
    points = alt.Chart(ROWS)
    labelled = points.transform_filter(
        f"indexof({_LABELLED_HOURS}, datum.hours) >= 0 && datum.hours < 0.6 * high || datum.share_within == 1"
    )
    x = _hours("hours:Q", "hours waited")
    y = alt.Y(
        "share_within:Q",
        title="had their bed",
        stack=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    chart = alt.layer(
        points.mark_area(fill="var(--line-1)", opacity=0.1, aria=False).encode(x=x, y=y),
        points.mark_line(stroke="var(--line-1)", strokeWidth=2.2).encode(x=x, y=y),
        points.mark_circle(size=30, opacity=1, color="var(--line-1)").encode(
            x=x, y=y, tooltip=tooltip(_DISTRIBUTION_COLUMNS)
        ),
        labelled.transform_calculate(words=words)
        .mark_text(align="left", dx=7, dy=12, fill="var(--muted)", fontSize=12)
        .encode(x=x, y=y, text="words:N"),
    ).add_params(alt.param(name="high", value=24), alt.param(name="wide", value=1))
    return _chart(
        key="distribution",
        dataset="distribution",
        columns=_DISTRIBUTION_COLUMNS,
        scope="scope",
        time="row",
        title="How waits are distributed",
        note="The share of patients who had their bed within a number of hours, from those who had it at once. The "
        f"points are exact, from the mart; between them the line is straight. {_SCALE_NOTE}",
        description="Rising line of the share of patients who had their bed, by hours waited.",
        specification=specification(chart, height=240),
    )


def _hours(field: str, title: str | None) -> alt.X:
    return alt.X(
        field,
        title=title,
        scale=alt.Scale(type="symlog", constant=2, domainMin=0, domainMax=alt.ExprRef("high"), nice=False),
        axis=alt.Axis(values=_TICKS, format="d", grid=True, labelOverlap="greedy"),
    )


def _wait_lines(height: int, *, small: bool) -> Specification:
    hours = alt.Y(
        "wait_hours_p95:Q",
        title=None if small else "hours",
        scale=alt.Scale(type="symlog", constant=2, domainMin=0, domainMax=alt.ExprRef("high"), nice=False),
        axis=alt.Axis(values=[tick for tick in _TICKS if tick != 1 or not small], format="d", labelOverlap="greedy"),
    )
    rows = alt.Chart(ROWS)
    lines = [
        rows.mark_line(
            stroke=band.color,
            strokeWidth=2.2,
            strokeDash=[4, 3] if band.shape == "dashes" else [1, 0],
            point=alt.OverlayMarkDef(fill=band.color, size=14 if small else 34),
        ).encode(x=month_axis(small=small), y=hours if place == 0 else alt.Y(f"{band.key}:Q"))
        for place, band in enumerate(WAIT_LINES)
    ]
    named = [] if small else line_labels(WAIT_LINES, (-11, 0, 11))
    chart = alt.layer(chosen_months(), *lines, *named, hover(month_axis(small=small), WAIT_COLUMNS))
    return specification(chart.add_params(alt.param(name="high", value=24)), height=height)
