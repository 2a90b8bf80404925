"""Waiting: how long patients waited for a bed, by month."""

import altair as alt

from elt.report.bands import WAIT_LINES
from elt.report.charts.chart import ROWS, ReportChart, Specification, band_color, date_axis, specification, tooltip

_COLUMNS = {
    "month_label": "Month",
    "department": "Department",
    "admissions": "Admissions",
    "wait_hours_mean": "Mean, h",
    "wait_hours_p50": "Median, h",
    "wait_hours_p90": "P90, h",
    "wait_hours_p95": "P95, h",
    "wait_hours_max": "Longest, h",
    "share_over_4h": "Over 4 h",
    "share_over_12h": "Over 12 h",
}
_FORMATS = {
    "admissions": ",d",
    "wait_hours_mean": ",.1f",
    "wait_hours_p50": ",.1f",
    "wait_hours_p90": ",.1f",
    "wait_hours_p95": ",.1f",
    "wait_hours_max": ",.1f",
    "share_over_4h": ".1%",
    "share_over_12h": ".1%",
}
_TICKS = [0, 1, 4, 12, 24, 48, 96, 168, 336, 672, 1344]
_SCALE_NOTE = "Short waits are drawn larger than long ones: the axis grows by steps."


def by_month() -> ReportChart:
    """Median, P90 and P95 by month, for the hospital or the department chosen."""
    return ReportChart(
        key="waits",
        section="waiting",
        dataset="waits",
        scope="scope",
        title="Waits by month of admission",
        note="Hours from the decision to admit to the bed: nine patients in ten waited no longer than the P90. "
        f"{_SCALE_NOTE}",
        description="Lines of the median, the 90th and the 95th percentile of the wait by month of admission.",
        columns=_COLUMNS,
        formats=_FORMATS,
        specification=_wait_lines(height=240, symbols=True),
        legend=WAIT_LINES,
    )


def by_department() -> ReportChart:
    """The same for each department, on one scale."""
    return ReportChart(
        key="waits-each",
        section="waiting",
        dataset="waits",
        scope="each",
        title="Waits by department",
        note="The same lines for each department, all on one scale; the longest waits first.",
        description="Lines of the median, the 90th and the 95th percentile of the wait by month of admission.",
        columns=_COLUMNS,
        formats=_FORMATS,
        specification=_wait_lines(height=130, symbols=False),
        legend=WAIT_LINES,
    )


def _wait_lines(height: int, *, symbols: bool) -> Specification:
    keys = [band.key for band in WAIT_LINES]
    month = alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc"),
        axis=date_axis(small=not symbols),
    )
    hours = alt.Y(
        "hours:Q",
        title="hours" if symbols else None,
        scale=alt.Scale(type="symlog", constant=2, domainMin=0, domainMax=alt.ExprRef("high"), nice=False),
        axis=alt.Axis(values=_TICKS if symbols else [tick for tick in _TICKS if tick != 1], format="d"),
    )
    folded = alt.Chart(ROWS).transform_fold([*keys], as_=["measure", "hours"])
    color = band_color(WAIT_LINES, "measure:N", keys)
    lines = folded.mark_line(strokeWidth=2).encode(
        x=month,
        y=hours,
        color=color,
        strokeDash=alt.StrokeDash(
            "measure:N", scale=alt.Scale(domain=keys, range=[[1, 0], [1, 0], [4, 3]]), legend=None
        ),
    )
    points = folded.mark_circle(size=36 if symbols else 18, opacity=1).encode(
        x=month, y=hours, color=color, tooltip=tooltip(_COLUMNS, _FORMATS)
    )
    chart = alt.layer(lines, points).add_params(alt.param(name="high", value=24))
    return specification(chart, height=height)
