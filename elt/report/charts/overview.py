"""The overview: how hard the hospital was pressed, and how many patients waited."""

import altair as alt

from elt.report.bands import PRESSURE_COMPONENTS, PRESSURE_LEVELS, QUEUE_BANDS
from elt.report.charts.chart import ROWS, ReportChart, band_color, day_axis, hover_days, specification

_PRESSURE_COLUMNS = {
    "day_label": "Day",
    "level": "Level",
    "points": "Points",
    "occupancy_rate": "Occupancy",
    "delayed_share": "Delayed, of occupied beds",
    "over_12h_share": "Over 12 h, of beds",
    "main_component": "Weighs most",
    "most_pressed": "Most pressed",
}
_PRESSURE_FORMATS = {
    "level": "d",
    "points": "d",
    "occupancy_rate": ".1%",
    "delayed_share": ".1%",
    "over_12h_share": ".2%",
}

# Level 2 begins at 2 points, level 3 at 4, level 4 at 6.
_LEVEL_LABEL = "datum.value + (datum.value == 0 ? '' : ' = level ' + (datum.value / 2 + 1))"


def pressure() -> ReportChart:
    """Points of the pressure index by day, stacked by component, over a ribbon of levels."""
    keys = [band.key for band in PRESSURE_COMPONENTS]
    points = (
        alt.Chart(ROWS)
        .transform_fold([*keys], as_=["component", "component_points"])
        .transform_calculate(place=f"indexof({keys}, datum.component)")
        .mark_bar(binSpacing=0)
        .encode(
            x=day_axis(),
            y=alt.Y(
                "component_points:Q",
                title="points",
                stack="zero",
                scale=alt.Scale(domain=[-0.9, 7], nice=False),
                axis=alt.Axis(values=[0, 2, 4, 6], grid=False, labelExpr=_LEVEL_LABEL),
            ),
            color=band_color(PRESSURE_COMPONENTS, "component:N", keys),
            order=alt.Order("place:Q"),
        )
    )
    ribbon = (
        alt.Chart(ROWS)
        .mark_bar(binSpacing=0)
        .encode(
            x=day_axis(),
            y=alt.datum(-0.85),
            y2=alt.datum(-0.2),
            color=band_color(PRESSURE_LEVELS, "level:N", [int(band.key) for band in PRESSURE_LEVELS]),
        )
    )
    chart = alt.layer(points, ribbon, _level_rules(), hover_days(_PRESSURE_COLUMNS, _PRESSURE_FORMATS)).resolve_scale(
        color="independent"
    )
    return ReportChart(
        key="pressure",
        section="overview",
        dataset="pressure",
        scope="hospital",
        title="Pressure, day by day",
        note="Points for occupancy, delayed patients and long waits add up to a level from 1 to 4: the ribbon beneath "
        "the bars. A measure of this project's own; it is not OPEL.",
        description="Stacked bars of the pressure index for each day, by component, above a ribbon of levels 1 to 4.",
        columns=_PRESSURE_COLUMNS,
        formats=_PRESSURE_FORMATS,
        specification=specification(chart, height=250),
        legend=[*PRESSURE_COMPONENTS, *PRESSURE_LEVELS],
    )


def _level_rules() -> alt.Chart:
    data = alt.InlineData([{"at": at} for at in (2, 4, 6)])
    rules: alt.Chart = alt.Chart(data).mark_rule(strokeDash=[3, 3], stroke="var(--rule)").encode(y=alt.Y("at:Q"))
    return rules


def queue() -> ReportChart:
    """Patients waiting at the end of each day, by how long they have waited."""
    bands = {band.key: band.label.capitalize() for band in QUEUE_BANDS}
    columns = {"day_label": "Day", "department": "Department", "waiting": "Waiting", **bands}
    formats = dict.fromkeys(["waiting", *bands], ",d")
    bars = (
        alt.Chart(ROWS)
        .transform_fold([*bands], as_=["band", "patients"])
        .transform_calculate(place=f"-indexof({[*bands]}, datum.band)")
        .mark_bar(binSpacing=0)
        .encode(
            x=day_axis(),
            y=alt.Y("patients:Q", title="patients", stack="zero", axis=alt.Axis(tickCount=4, format=",d")),
            color=band_color(QUEUE_BANDS, "band:N", [*bands]),
            order=alt.Order("place:Q"),
        )
    )
    return ReportChart(
        key="queue",
        section="overview",
        dataset="queue",
        scope="scope",
        title="The queue, day by day",
        note="Patients who wait for a bed when the day ends, by how long they have waited so far.",
        description="Stacked bars of the patients waiting for a bed at the end of each day, by length of their wait.",
        columns=columns,
        formats=formats,
        specification=specification(alt.layer(bars, hover_days(columns, formats)), height=180),
        legend=QUEUE_BANDS,
    )
