"""The charts of the page on flow: admissions and discharges by hour, and growth of the queue."""

import altair as alt

from elt.report.charts.bands import FLOWS, GROWTH_BANDS, GROWTH_STEPS
from elt.report.charts.chart import ROWS, ReportChart, date_axis, specification, threshold_color, tooltip

_WEEK_COLUMNS = {
    "day_label": ("Week from", ""),
    "department": ("Department", ""),
    "queue_growth": ("Queue growth", "+,d"),
    "requests": ("Requests", ",d"),
    "admissions": ("Admissions", ",d"),
    "discharges": ("Discharges", ",d"),
    "discharge_rate": ("Discharge rate", ".1%"),
    "occupancy_rate": ("Occupancy", ".1%"),
}
_WEEK = 7 * 24 * 60 * 60 * 1000
_HOUR_COLUMNS = {
    "hour_label": ("Hour", ""),
    "department": ("Department", ""),
    "admissions": ("Admissions", ",d"),
    "discharges": ("Discharges", ",d"),
}
_PROFILE_COLUMNS = {"weekday_label": ("Weekday", ""), **_HOUR_COLUMNS}
_WEEKDAYS = "['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][datum.value]"
_HOUR_LABEL = "format(datum.value, '02d') + ':00'"
_WHOLE = "Of the whole period, whichever is chosen: the mart counts it together. Times are UTC."


def growth() -> ReportChart:
    """Return the heat map of queue growth: a row for each department, a column for each week."""
    axis = date_axis()
    axis.values = alt.ExprRef("starts")
    cells = (
        alt.Chart(ROWS)
        .transform_calculate(end=f"datum.day + {_WEEK}")
        .mark_rect(stroke="var(--card)", strokeWidth=0.5, aria=False)
        .encode(
            x=alt.X("day:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=axis),
            x2="end:T",
            y=alt.Y(
                "department:N",
                title=None,
                sort=None,
                axis=alt.Axis(grid=False, ticks=False, domain=False, labelLimit=alt.ExprRef("labels")),
            ),
            color=threshold_color(GROWTH_BANDS, "queue_growth:Q", GROWTH_STEPS),
            tooltip=tooltip(_WEEK_COLUMNS),
        )
        .add_params(alt.param(name="labels", value=180), alt.param(name="starts", value=[]))
    )
    return ReportChart(
        key="growth",
        page="flow",
        dataset="weeks",
        scope="departments",
        time="period",
        title="Where the queue builds up, week by week",
        note="The change of each department's waiting list from Monday to Sunday, in patients, on the same scale for "
        "every hospital and period; weeks that begin in the period, the fullest departments of the whole period first.",
        description="Heat map of queue growth: a row for each department, a column for each week.",
        columns=_WEEK_COLUMNS,
        specification=specification(cells, height=24),
        legend=GROWTH_BANDS,
    )


def hours() -> ReportChart:
    """Return the chart of admissions and discharges by hour of the day."""
    rows = alt.Chart(ROWS)
    hour = alt.X(
        "hour:Q",
        title=None,
        scale=alt.Scale(domain=[0, 23], nice=False),
        axis=alt.Axis(labelExpr=_HOUR_LABEL, values=list(range(0, 24, 3)), grid=False, labelOverlap="greedy"),
    )
    lines = [
        rows.mark_line(stroke=band.color, strokeWidth=2.2, point=alt.OverlayMarkDef(fill=band.color, size=26)).encode(
            x=hour,
            y=alt.Y(f"{band.key}:Q", title="patients", axis=alt.Axis(tickCount=5, format=",d")),
            tooltip=tooltip(_HOUR_COLUMNS),
        )
        for band in FLOWS
    ]
    return ReportChart(
        key="hours",
        page="flow",
        dataset="hours",
        scope="scope",
        time="always",
        title="Admissions and discharges by hour",
        note=f"Where admissions come before discharges, beds are short for part of the day. {_WHOLE}",
        description="Lines of admissions and of discharges by hour of the day.",
        columns=_HOUR_COLUMNS,
        specification=specification(alt.layer(*lines), height=200),
        legend=FLOWS,
    )


def profile(flow: str) -> ReportChart:
    """Return the chart of admissions or discharges by weekday and hour.

    Args:
        flow: ``admissions`` or ``discharges``.
    """
    band = next(band for band in FLOWS if band.key == flow)
    cells = (
        alt.Chart(ROWS)
        .mark_rect(fill=band.color, stroke="var(--card)", strokeWidth=1)
        .encode(
            x=alt.X(
                "hour:O",
                title=None,
                axis=alt.Axis(
                    labelExpr=f"datum.value % 6 == 0 ? {_HOUR_LABEL} : ''", labelAngle=0, ticks=False, domain=False
                ),
            ),
            y=alt.Y("weekday:O", title=None, axis=alt.Axis(labelExpr=_WEEKDAYS, ticks=False, domain=False)),
            fillOpacity=alt.FillOpacity(f"{flow}:Q", scale=alt.Scale(range=[0.04, 1], domainMin=0), legend=None),
            tooltip=tooltip(_PROFILE_COLUMNS),
        )
    )
    return ReportChart(
        key=f"profile-{flow}",
        page="flow",
        dataset="profile",
        scope="scope",
        time="always",
        title=f"{flow.capitalize()} by weekday and hour",
        note=f"The stronger the colour, the more {flow}; each map has a scale of its own. {_WHOLE}",
        description=f"Heat map of {flow}: a row for each weekday, a column for each hour.",
        columns=_PROFILE_COLUMNS,
        specification=specification(cells, height=190),
        half=True,
    )
