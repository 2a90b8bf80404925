"""The chart as a value, and the axes, rules, labels and tooltips that charts share.

A specification has no rows: the page's script puts those of the chosen hospital, department and period under the name
``rows``. Colours are CSS variables of the page, so light, dark and print need no new drawing. Charts sum only counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import altair as alt

from elt.report.charts.bands import Band
from elt.report.encoding import Json

ROWS = alt.NamedData("rows")
CHOSEN = alt.NamedData("chosen")
"""One row with ``from`` and ``to`` of the chosen period; no row for the whole period."""

Page = Literal["overview", "waiting", "beds", "flow", "variation", "trust"]
Scope = Literal["hospital", "scope", "departments", "each", "compare"]
Time = Literal["period", "months", "row", "always"]
Specification: TypeAlias = dict[str, Json]
Columns: TypeAlias = Mapping[str, tuple[str, str]]
Layers: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

# Labels days in a short period, months in a longer one, and January with its year.
DATE_LABEL = "utcFormat(datum.value, utcdate(datum.value) > 1 ? '%-d %b' : utcmonth(datum.value) == 0 ? '%b %Y' : '%b')"
# Without the label at the right end, because the month that begins there is not in the period.
_BEFORE_END = f"scale('x', datum.value) >= width ? '' : {DATE_LABEL}"


@dataclass(frozen=True)
class ReportChart:
    """One chart of a page.

    Attributes:
        key: Name of the chart in the page.
        page: Its page.
        dataset: Name of the dataset whose rows it draws.
        scope: Rows for the chosen department. ``hospital``: all rows, for any choice; ``scope``: the rows of the
            department, or those of the whole hospital, because percentiles do not combine; ``departments``: the rows
            of the department, or of all departments; ``each``: the same, as one small chart a department;
            ``compare``: the rows of all departments, with the chosen one drawn strongly.
        time: Rows for the chosen period. ``period``: rows whose ``day`` is in it; ``months``: every month, with the
            period shaded; ``row``: the row of the mart for the period; ``always``: all rows, for any choice.
        title: Heading above the chart.
        note: One or two sentences on how to read it.
        description: Text for screen readers; the page adds the choice.
        columns: Heading and number format of each column of the table of figures below the chart, and of the tooltip;
            the format of text is empty.
        specification: Vega-Lite, with the named dataset ``rows``.
        legend: Meaning of the colours; empty if lines are labelled.
        half: True if it takes half of a wide page.
    """

    key: str
    page: Page
    dataset: str
    scope: Scope
    time: Time
    title: str
    note: str
    description: str
    columns: Columns
    specification: Specification
    legend: Sequence[Band] = ()
    half: bool = False

    @property
    def formats(self) -> dict[str, str]:
        """Number formats of the numeric columns."""
        return {name: number_format for name, (_, number_format) in self.columns.items() if number_format}


def specification(chart: Layers, height: int) -> Specification:
    """Return a chart as Vega-Lite, as wide as its container; the page's script adds the configuration.

    Labels at the right end of lines and rules need no space of their own, because Vega fits the drawing with them.

    Args:
        chart: The chart.
        height: Pixels, without the axis.
    """
    sized = chart.properties(width="container", height=height, padding={"left": 0, "right": 8, "top": 12, "bottom": 4})
    vega_lite: Specification = sized.to_dict()
    vega_lite.pop("config", None)
    return vega_lite


def day_axis(*, small: bool = False) -> alt.X:
    """Return the axis of days; each day has a width."""
    return alt.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=date_axis(small=small, label=_BEFORE_END))


def month_axis(*, small: bool = False) -> alt.X:
    """Return the axis of months; a point is in the middle of its month."""
    axis = date_axis(small=small, label=_BEFORE_END)
    return alt.X("day:T", timeUnit="utcyearmonth", bandPosition=0.5, title=None, axis=axis)


def date_axis(*, small: bool = False, label: str = DATE_LABEL) -> alt.Axis:
    """Return a time axis labelled by months, by quarters on a small chart, or by days in a short period."""
    return alt.Axis(
        grid=False,
        labelExpr=label,
        tickCount=alt.ExprRef("days < 45 ? 6 : " + ("4" if small else "12")),
        labelOverlap="greedy",
        labelSeparation=8,
        labelBound=True,
    )


def rules(labels: Mapping[float, str]) -> Layers:
    """Return dashed horizontal rules, each labelled at its right end.

    Args:
        labels: Text of each rule, by its height.
    """
    base = alt.Chart(alt.InlineData([{"at": at, "label": label} for at, label in labels.items()]))
    lines = base.mark_rule(strokeDash=[3, 3], stroke="var(--rule)").encode(y=alt.Y("at:Q"))
    texts = base.mark_text(align="left", dx=5, fill="var(--muted)", fontSize=11).encode(
        x=alt.value("width"), y=alt.Y("at:Q"), text="label:N"
    )
    return alt.layer(lines, texts)


def occupancy_rules() -> Layers:
    """Return rules at 85% and 92%, the limits of occupancy for English hospitals."""
    return rules({0.85: "85%", 0.92: "92%"})


def chosen_months() -> alt.Chart:
    """Return a shaded background for the months of the chosen period."""
    start = alt.X("from:T", title=None, scale=alt.Scale(type="utc"))
    shade: alt.Chart = alt.Chart(CHOSEN).mark_rect(fill="var(--shade)", aria=False).encode(x=start, x2="to:T")
    return shade


def line_labels(bands: Sequence[Band], offsets: Sequence[int]) -> list[alt.Chart]:
    """Return the names of lines by month, each at the right end of its line.

    Args:
        bands: The lines.
        offsets: Vertical offset of each name in pixels, to separate the names of lines that meet.
    """
    return [
        alt.Chart(ROWS)
        .transform_filter(f"isValid(datum.{band.key})")
        .transform_joinaggregate(last="max(day)")
        .transform_filter("datum.day == datum.last")
        .mark_text(align="left", dx=9, dy=below, fill=band.color, fontSize=12, fontWeight=600)
        .encode(x=month_axis(), y=alt.Y(f"{band.key}:Q"), text=alt.value(band.label))
        for band, below in zip(bands, offsets, strict=True)
    ]


def band_color(bands: Sequence[Band], field_name: str, domain: Sequence[str | int | float]) -> alt.Color:
    """Return a colour for each value of a field, without a legend, because the page draws it."""
    scale = alt.Scale(domain=list(domain), range=[band.color for band in bands])
    return alt.Color(field_name, scale=scale, legend=None)


def threshold_color(bands: Sequence[Band], field_name: str, steps: Sequence[float]) -> alt.Color:
    """Return a colour for each band of a number; ``steps`` are the lower ends of all bands except the first."""
    scale = alt.Scale(type="threshold", domain=list(steps), range=[band.color for band in bands])
    return alt.Color(field_name, scale=scale, legend=None)


def tooltip(columns: Columns) -> list[alt.Tooltip]:
    """Return the tooltip of the row under the pointer."""
    return [
        alt.Tooltip(f"{name}:Q", title=title, format=number_format)
        if number_format
        else alt.Tooltip(f"{name}:N", title=title)
        for name, (title, number_format) in columns.items()
    ]


def hover(x: alt.X, columns: Columns) -> alt.Chart:
    """Return invisible bars as high as the chart, so that the tooltip shows anywhere in a day or month."""
    bars: alt.Chart = (
        alt.Chart(ROWS)
        .mark_bar(binSpacing=0, opacity=0, aria=False)
        .encode(x=x, y=alt.value(0), y2=alt.value("height"), tooltip=tooltip(columns))
    )
    return bars
