"""The chart of the page on variation: a daily series against its own mean and process limits."""

from dataclasses import dataclass
from typing import Literal

import altair as alt

from elt.report.charts.bands import CAUSES
from elt.report.charts.chart import ROWS, ReportChart, band_color, day_axis, hover, specification

_COLUMNS = {
    "day_label": ("Day", ""),
    "department": ("Department", ""),
    "series": ("Series", ""),
    "value": ("Value", ",.1f"),
    "mean": ("Mean", ",.1f"),
    "lower": ("Lower limit", ",.1f"),
    "upper": ("Upper limit", ",.1f"),
    "signal": ("Special cause", ""),
}


@dataclass(frozen=True)
class DailySeries:
    """A daily series to choose on the page.

    Attributes:
        key: Its name in the page's address.
        label: Its name for readers, with its unit.
        column: Its column of the dataset ``days``.
        worse: ``higher`` if higher values are worse, otherwise ``neither``.
        factor: Factor from the column to the unit.
        highest: Highest value that it can have; None if it has none.
    """

    key: str
    label: str
    column: str
    worse: Literal["higher", "neither"]
    factor: int = 1
    highest: int | None = None


SERIES = (
    DailySeries("occupancy", "Occupancy, % of open beds", "occupancy_rate", "higher", 100, 100),
    DailySeries("waiting", "Patients waiting, end of day", "waiting", "higher"),
    DailySeries("requests", "Patients who asked for a bed", "requests", "neither"),
    DailySeries("admissions", "Admissions", "admissions", "neither"),
    DailySeries("discharges", "Discharges", "discharges", "neither"),
    DailySeries("delayed", "Beds held by delayed patients", "beds_delayed", "higher"),
)


def process() -> ReportChart:
    """Return the XmR chart of the chosen series; the page's script adds the mean, the limits and the special causes."""
    days = alt.Chart(ROWS)
    value = alt.Y(
        "value:Q",
        title=None,
        stack=None,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(tickCount=6, format=",~f"),
    )
    points = days.mark_circle(size=alt.ExprRef("days > 120 ? 18 : 40"), opacity=1).encode(
        x=day_axis(), y=value, color=band_color(CAUSES, "cause:N", [band.key for band in CAUSES])
    )
    line = days.mark_line(stroke="var(--cause-chance)", strokeWidth=1, opacity=0.7).encode(x=day_axis(), y=value)
    limits = days.transform_fold(["mean", "lower", "upper"], as_=["limit", "at"]).transform_filter("isValid(datum.at)")
    rules = limits.mark_line(stroke="var(--rule)", strokeWidth=1.5).encode(
        x=day_axis(),
        y="at:Q",
        detail="limit:N",
        strokeDash=alt.condition("datum.limit == 'mean'", alt.value([1, 0]), alt.value([5, 4])),
    )
    names = (
        limits.transform_joinaggregate(last="max(day)")
        .transform_filter("datum.day == datum.last")
        .transform_calculate(name="!wide ? '' : datum.limit == 'mean' ? 'mean' : datum.limit + ' limit'")
        .mark_text(align="left", dx=9, fill="var(--muted)", fontSize=11)
        .encode(x=day_axis(), y="at:Q", text="name:N")
    )
    chart = alt.layer(line, rules, names, points, hover(day_axis(), _COLUMNS)).add_params(
        alt.param(name="wide", value=1)
    )
    return ReportChart(
        key="process",
        page="variation",
        dataset="days",
        scope="scope",
        time="period",
        title="Day by day, against its own limits",
        note="The mean of the chosen period, and the process limits, which chance alone hardly ever passes. A special "
        "cause is named when you point at its day. Full days follow full days, so over a long period the limits are "
        "narrow: choose a month or a quarter to see what stands out in it.",
        description="Line of a daily series with its mean, its process limits, and its special causes marked.",
        columns=_COLUMNS,
        specification=specification(chart, height=340),
        legend=CAUSES,
    )
