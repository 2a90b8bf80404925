"""The charts of the page on flow: admissions and discharges by hour, and growth of the queue."""

import altair as alt

from elt.report.charts.bands import FLOWS, OCCUPANCY_BANDS, OCCUPANCY_STEPS
from elt.report.charts.chart import ROWS, ReportChart, specification, threshold_color, tooltip

_WEEK_COLUMNS = {
    "day_label": ("Week from", ""),
    "department": ("Department", ""),
    "discharge_rate": ("Discharge rate", ".1%"),
    "queue_growth": ("Queue growth", "+,d"),
    "requests": ("Requests", ",d"),
    "admissions": ("Admissions", ",d"),
    "discharges": ("Discharges", ",d"),
    "occupancy_rate": ("Occupancy", ".1%"),
}
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
    """Return the chart of queue growth against the discharge rate, one point for each department and week."""
    points = (
        alt.Chart(ROWS)
        .mark_circle(size=46, opacity=0.85, stroke="var(--rule)", strokeWidth=0.6)
        .encode(
            x=alt.X(
                "discharge_rate:Q",
                title="discharges a day for each occupied bed (mean of the week)",
                scale=alt.Scale(zero=False, nice=True),
                axis=alt.Axis(format="%", grid=False, tickCount=6),
            ),
            y=alt.Y("queue_growth:Q", title="patients added to the queue in the week"),
            color=threshold_color(OCCUPANCY_BANDS, "occupancy_rate:Q", OCCUPANCY_STEPS),
            tooltip=tooltip(_WEEK_COLUMNS),
        )
    )
    level = alt.Chart(alt.InlineData([{"at": 0}])).mark_rule(stroke="var(--rule)").encode(y=alt.Y("at:Q"))
    return ReportChart(
        key="growth",
        page="flow",
        dataset="weeks",
        scope="departments",
        time="period",
        title="Queue growth against discharge rate",
        note="A point is a department in one week that begins in the period, coloured by its occupancy. Above the line "
        "the queue grew, below it drained.",
        description="Scatter plot of queue growth against the discharge rate, for each department and week.",
        columns=_WEEK_COLUMNS,
        specification=specification(alt.layer(level, points), height=340, label_space=8),
        legend=OCCUPANCY_BANDS,
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
        specification=specification(alt.layer(*lines), height=200, label_space=8),
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
        specification=specification(cells, height=190, label_space=4),
        half=True,
    )
