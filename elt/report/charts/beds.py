"""The charts of the page on beds: occupancy of each department, and beds held by long stays and delays."""

from functools import partial

import altair as alt

from elt.report.charts.bands import DELAYED, HELD_BEDS, OCCUPANCY_BANDS, OCCUPANCY_STEPS
from elt.report.charts.chart import (
    ROWS,
    ReportChart,
    day_axis,
    hover,
    occupancy_rules,
    rules,
    specification,
    threshold_color,
    tooltip,
)
from elt.report.charts.overview import BED_COLUMNS, occupancy_lines

_HELD_COLUMNS = {
    "day_label": ("Day", ""),
    "department": ("Department", ""),
    "occupied_beds": ("Occupied beds", ",d"),
    "beds_7_days": ("Held 7 days or more", ",d"),
    "share_7_days": ("Share", ".1%"),
    "beds_21_days": ("Held 21 days or more", ",d"),
    "share_21_days": ("Share", ".1%"),
}
_DELAYED_COLUMNS = {
    "day_label": ("Day", ""),
    "department": ("Department", ""),
    "occupied_beds": ("Occupied beds", ",d"),
    "beds_delayed": ("Delayed", ",d"),
    "share_delayed": ("Share", ".1%"),
}

_chart = partial(ReportChart, page="beds", dataset="days", time="period")


def heat_map() -> ReportChart:
    """Return the heat map of occupancy by department and day."""
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
            tooltip=tooltip(BED_COLUMNS),
        )
        .add_params(alt.param(name="labels", value=180))
    )
    return _chart(
        key="heat-map",
        scope="departments",
        title="Every department, every day",
        note="Occupied beds over open beds at the end of the day; the fullest departments of the whole period first.",
        description="Heat map of occupancy: a row for each department, a column for each day.",
        columns=BED_COLUMNS,
        specification=specification(cells, height=24),
        legend=OCCUPANCY_BANDS,
    )


def occupancy() -> ReportChart:
    """Return the chart of each department's occupancy by day, with its 7-day mean."""
    chart = alt.layer(*occupancy_lines(small=True), occupancy_rules(), hover(day_axis(small=True), BED_COLUMNS))
    return _chart(
        key="occupancy-each",
        scope="each",
        title="Occupancy by department",
        note="The strong line is the mean of the last 7 days, the thin one the day itself; all on one scale.",
        description="Line of occupancy by day and of its 7-day mean, with rules at 85% and 92%.",
        columns=BED_COLUMNS,
        specification=specification(chart.add_params(alt.param(name="low", value=0.5)), height=130),
    )


def held() -> ReportChart:
    """Return the chart of the share of occupied beds held by long stays."""
    days = alt.Chart(ROWS)
    bars = [
        days.mark_bar(binSpacing=0, fill=band.color).encode(
            x=day_axis(),
            y=alt.Y(f"{band.key}:Q", title="of occupied beds", stack=None, axis=alt.Axis(format="%", tickCount=5)),
        )
        for band in HELD_BEDS
    ]
    return _chart(
        key="held",
        scope="scope",
        title="Beds held by long stays",
        note="Of the beds occupied at the end of the day, the share whose patient had been in for that long.",
        description="Shares of occupied beds held by patients in for 7 and for 21 days or more, by day.",
        columns=_HELD_COLUMNS,
        specification=specification(alt.layer(*bars, hover(day_axis(), _HELD_COLUMNS)), height=200),
        legend=HELD_BEDS,
        half=True,
    )


def delayed() -> ReportChart:
    """Return the chart of the share of occupied beds held by patients who are ready to leave."""
    bars = (
        alt.Chart(ROWS)
        .mark_bar(binSpacing=0, fill=DELAYED.color)
        .encode(
            x=day_axis(),
            y=alt.Y(
                f"{DELAYED.key}:Q",
                title="of occupied beds",
                scale=alt.Scale(domainMax=alt.ExprRef("most")),
                axis=alt.Axis(format="%", tickCount=5),
            ),
        )
    )
    chart = alt.layer(bars, rules({0.07: "7%", 0.14: "14%"}), hover(day_axis(), _DELAYED_COLUMNS)).add_params(
        alt.param(name="most", value=0.15)
    )
    return _chart(
        key="delayed",
        scope="scope",
        title="Beds held by delayed patients",
        note="Ready to leave, still in the bed. The rules are where the pressure index gives a point. A delay is known "
        "once the patient has left, so the last days may still grow.",
        description="Share of occupied beds held by delayed patients by day, with rules at 7% and 14%.",
        columns=_DELAYED_COLUMNS,
        specification=specification(chart, height=200),
        half=True,
    )
