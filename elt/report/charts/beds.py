"""Beds: how full each department was, and who held the beds."""

import altair as alt

from elt.report.bands import HELD_BEDS, OCCUPANCY_BANDS, OCCUPANCY_STEPS
from elt.report.charts.chart import (
    ROWS,
    ReportChart,
    day_axis,
    hover_days,
    occupancy_rules,
    specification,
    threshold_color,
    tooltip,
)

_COLUMNS = {
    "day_label": "Day",
    "department": "Department",
    "occupied_beds": "Occupied beds",
    "beds": "Beds",
    "occupancy_rate": "Occupancy",
    "occupancy_rate_7d": "7-day mean",
}
_FORMATS = {"occupied_beds": ",d", "beds": ",d", "occupancy_rate": ".1%", "occupancy_rate_7d": ".1%"}


def heat_map() -> ReportChart:
    """Occupancy of each department on each day, in bands."""
    cells = (
        alt.Chart(ROWS)
        .mark_rect(aria=False)
        .encode(
            x=day_axis(),
            y=alt.Y(
                "department:N",
                title=None,
                sort=None,
                axis=alt.Axis(grid=False, ticks=False, domain=False, labelLimit=alt.ExprRef("labels")),
            ),
            color=threshold_color(OCCUPANCY_BANDS, "occupancy_rate:Q", OCCUPANCY_STEPS),
            tooltip=tooltip(_COLUMNS, _FORMATS),
        )
        .add_params(alt.param(name="labels", value=180))
    )
    return ReportChart(
        key="heat-map",
        section="beds",
        dataset="beds",
        scope="sum",
        title="Every department, every day",
        note="Occupied beds over open beds at the end of the day; the fullest departments first.",
        description="Heat map of occupancy: a row for each department, a column for each day.",
        columns=_COLUMNS,
        formats=_FORMATS,
        specification=specification(cells, height=22),
        legend=OCCUPANCY_BANDS,
    )


def occupancy() -> ReportChart:
    """Occupancy of each department through the year, as a 7-day mean over the daily values."""
    rate = alt.Y(
        "occupancy_rate:Q",
        title=None,
        scale=alt.Scale(domainMin=alt.ExprRef("low"), domainMax=1, nice=False),
        axis=alt.Axis(format="%", tickCount=4),
    )
    days = alt.Chart(ROWS)
    daily = days.mark_line(clip=True, strokeWidth=1, opacity=0.35, stroke="var(--line-1)").encode(
        x=day_axis(small=True), y=rate
    )
    mean = days.mark_line(strokeWidth=2, stroke="var(--line-1)").encode(
        x=day_axis(small=True), y=alt.Y("occupancy_rate_7d:Q", title=None)
    )
    last = (
        days.transform_joinaggregate(last="max(day)")
        .transform_filter("datum.day == datum.last")
        .mark_circle(size=40, opacity=1, fill="var(--line-1)")
        .encode(x=day_axis(small=True), y=alt.Y("occupancy_rate_7d:Q", title=None))
    )
    targets = hover_days(_COLUMNS, _FORMATS, small=True)
    chart = alt.layer(occupancy_rules(), daily, mean, last, targets).add_params(alt.param(name="low", value=0.5))
    return ReportChart(
        key="occupancy",
        section="beds",
        dataset="beds",
        scope="each",
        title="Occupancy by department",
        note="The strong line is the mean of the last 7 days, the thin one the day itself; rules at 85% and 92%.",
        description="Line of occupancy by day and of its 7-day mean, with rules at 85% and 92%.",
        columns=_COLUMNS,
        formats=_FORMATS,
        specification=specification(chart, height=130),
    )


def held() -> ReportChart:
    """Beds held by long stays and by delayed patients."""
    counts = {"occupied_beds": "Occupied beds", **{band.key: band.label.capitalize() for band in HELD_BEDS}}
    columns = {"day_label": "Day", "department": "Department", **counts}
    formats = dict.fromkeys(counts, ",d")
    seven, twenty_one, delayed = HELD_BEDS
    days = alt.Chart(ROWS)
    axis = alt.Y(f"{seven.key}:Q", title="beds", stack=None, axis=alt.Axis(tickCount=5))
    chart = alt.layer(
        days.mark_bar(binSpacing=0, fill=seven.color).encode(x=day_axis(), y=axis),
        days.mark_bar(binSpacing=0, fill=twenty_one.color).encode(
            x=day_axis(), y=alt.Y(f"{twenty_one.key}:Q", title="beds", stack=None)
        ),
        days.mark_line(
            stroke=delayed.color, strokeWidth=2, point=alt.OverlayMarkDef(size=4, fill=delayed.color)
        ).encode(x=day_axis(), y=alt.Y(f"{delayed.key}:Q", title="beds")),
        hover_days(columns, formats),
    )
    return ReportChart(
        key="held",
        section="beds",
        dataset="held",
        scope="scope",
        title="Beds held by long stays and delays",
        note="Beds at the end of the day. A delay is known once the patient has left, so the last days may still grow.",
        description="Beds held by patients in for 7 and for 21 days or more, and by delayed patients, by day.",
        columns=columns,
        formats=formats,
        specification=specification(chart, height=240),
        legend=HELD_BEDS,
    )
