"""The charts of the overview: pressure, occupancy, long waits and the queue."""

import altair as alt

from elt.report.charts.bands import LONG_WAITS, PRESSURE_COMPONENTS, PRESSURE_LEVELS, QUEUE_BANDS
from elt.report.charts.chart import (
    ROWS,
    ReportChart,
    band_color,
    chosen_months,
    day_axis,
    hover,
    line_labels,
    month_axis,
    occupancy_rules,
    rules,
    specification,
)
from elt.report.charts.waiting import WAIT_COLUMNS

_PRESSURE_COLUMNS = {
    "day_label": ("Day", ""),
    "department": ("Department", ""),
    "level": ("Level", "d"),
    "points": ("Points", "d"),
    "occupancy_rate": ("Occupancy", ".1%"),
    "delayed_share": ("Delayed, of occupied beds", ".1%"),
    "over_12h_share": ("Over 12 h, of beds", ".2%"),
    "main_component": ("Weighs most", ""),
    "most_pressed": ("Most pressed", ""),
}
BED_COLUMNS = {
    "day_label": ("Day", ""),
    "department": ("Department", ""),
    "occupied_beds": ("Occupied beds", ",d"),
    "beds": ("Beds", ",d"),
    "occupancy_rate": ("Occupancy", ".1%"),
    "occupancy_rate_7d": ("7-day mean", ".1%"),
}


def pressure() -> ReportChart:
    """Return the chart of the pressure index by day: points by component above a ribbon of levels."""
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
                axis=alt.Axis(values=[0, 2, 4, 6], grid=False),
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
    levels = rules({2: "level 2", 4: "level 3", 6: "level 4"})
    chart = alt.layer(points, ribbon, levels, hover(day_axis(), _PRESSURE_COLUMNS))
    return ReportChart(
        key="pressure",
        page="overview",
        dataset="pressure",
        scope="scope",
        time="period",
        title="Pressure, day by day",
        note="Points for occupancy, delayed patients and long waits add up to a level from 1 to 4: the ribbon beneath "
        "the bars. A department is held to the rules of the hospital. A measure of this project's own; it is not OPEL.",
        description="Stacked bars of the pressure index for each day, by component, above a ribbon of levels 1 to 4.",
        columns=_PRESSURE_COLUMNS,
        specification=specification(chart.resolve_scale(color="independent"), height=220),
        legend=[*PRESSURE_COMPONENTS, *PRESSURE_LEVELS],
    )


def occupancy() -> ReportChart:
    """Return the chart of occupancy by day, with its 7-day mean, of the hospital or a department."""
    chart = alt.layer(*occupancy_lines(), occupancy_rules(), hover(day_axis(), BED_COLUMNS))
    return ReportChart(
        key="occupancy",
        page="overview",
        dataset="days",
        scope="scope",
        time="period",
        title="Occupancy against 85% and 92%",
        note="Occupied beds over open beds when the day ended: the strong line is the mean of the last 7 days, the "
        "thin one the day itself.",
        description="Line of occupancy by day and of its 7-day mean, with rules at 85% and 92%.",
        columns=BED_COLUMNS,
        specification=specification(chart.add_params(alt.param(name="low", value=0.5)), height=220),
    )


def occupancy_lines(*, small: bool = False) -> list[alt.Chart]:
    """Return the thin line of daily occupancy and the strong line of its 7-day mean."""
    days = alt.Chart(ROWS)
    rate = alt.Y(
        "occupancy_rate:Q",
        title=None,
        scale=alt.Scale(domainMin=alt.ExprRef("low"), domainMax=1, nice=False),
        axis=alt.Axis(format="%", tickCount=4 if small else 6),
    )
    daily = days.mark_line(clip=True, strokeWidth=1, opacity=0.4, stroke="var(--occupancy-line)")
    mean = days.mark_line(clip=True, strokeWidth=2.2, stroke="var(--occupancy-line)", point=alt.OverlayMarkDef(size=5))
    return [
        daily.encode(x=day_axis(small=small), y=rate),
        mean.encode(x=day_axis(small=small), y=alt.Y("occupancy_rate_7d:Q", title=None)),
    ]


def long_waits() -> ReportChart:
    """Return the chart of the shares of patients who waited over 4 and over 12 hours, by month."""
    lines = [
        alt.Chart(ROWS)
        .mark_line(stroke=band.color, strokeWidth=2.2, point=alt.OverlayMarkDef(fill=band.color, size=34))
        .encode(
            x=month_axis(),
            y=alt.Y(f"{band.key}:Q", title="of those admitted", axis=alt.Axis(format="%", tickCount=5)),
        )
        for band in LONG_WAITS
    ]
    labels = line_labels(LONG_WAITS, (-6, 7))
    chart = alt.layer(chosen_months(), *lines, *labels, hover(month_axis(), WAIT_COLUMNS))
    return ReportChart(
        key="long-waits",
        page="overview",
        dataset="waits",
        scope="scope",
        time="months",
        title="Waits over 4 and 12 hours, by month",
        note="The share of patients admitted in the month who had waited longer than that for their bed.",
        description="Lines of the share of patients who waited over 4 and over 12 hours, by month of admission.",
        columns=WAIT_COLUMNS,
        specification=specification(chart, height=190),
    )


def queue() -> ReportChart:
    """Return the chart of patients waiting at the end of each day, by length of their wait so far."""
    bands = {band.key: (band.label.capitalize(), ",d") for band in QUEUE_BANDS}
    columns = {"day_label": ("Day", ""), "department": ("Department", ""), "waiting": ("Waiting", ",d"), **bands}
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
        page="overview",
        dataset="days",
        scope="scope",
        time="period",
        title="The queue, day by day",
        note="Patients who wait for a bed when the day ends, by how long they have waited so far.",
        description="Stacked bars of the patients waiting for a bed at the end of each day, by length of their wait.",
        columns=columns,
        specification=specification(alt.layer(bars, hover(day_axis(), columns)), height=180),
        legend=QUEUE_BANDS,
    )
