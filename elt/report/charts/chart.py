"""What a chart of the report is, and the parts that the charts share.

A specification names the dataset ``rows``; the page's script puts in the rows of the chosen hospital, department and
period, so that one specification serves every choice. Colours are CSS variables of the page: light, dark and print need
no new drawing. Nothing is estimated here: where a chart sums, it sums counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import altair as alt

from elt.report.charts.bands import Band
from elt.report.encoding import Json

ROWS = alt.NamedData("rows")
CHOSEN = alt.NamedData("chosen")
"""The chosen period, as one row with ``from`` and ``to``; empty for the whole period."""

Page = Literal["overview", "waiting", "beds", "flow", "trust"]
Scope = Literal["hospital", "scope", "departments", "each", "compare"]
Time = Literal["period", "months", "row", "always"]
Specification: TypeAlias = dict[str, Json]
Layers: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

# A period of a few days is labelled by day, a longer one by month, a January with its year.
DATE_LABEL = "utcFormat(datum.value, utcdate(datum.value) > 1 ? '%-d %b' : utcmonth(datum.value) == 0 ? '%b %Y' : '%b')"
# The last day ends where the next month begins: that month is not in the period.
_BEFORE_END = f"scale('x', datum.value) >= width ? '' : {DATE_LABEL}"
_LABEL_SPACE = 34


@dataclass(frozen=True)
class ReportChart:
    """One chart of a page.

    Attributes:
        key: Name of the chart in the page.
        page: The page that it is on.
        dataset: Name of the dataset whose rows it draws.
        scope: How the choice of a department acts. ``hospital``: not at all; ``scope``: the rows of this very choice
            (those of the hospital are rows of their own: percentiles do not combine); ``departments``: the rows of all
            departments, or of the chosen one; ``each``: the same, one small chart for each; ``compare``: all
            departments, the chosen one strong.
        time: How the choice of a period acts. ``period``: the rows whose ``day`` is in it; ``months``: every month, the
            chosen ones shaded; ``row``: the one row of the mart for this period; ``always``: not at all.
        title: Heading above the chart.
        note: What to read from it, in a sentence or two.
        description: What a screen reader says of it; the page adds the choice made.
        columns: Columns of the table of figures beneath the chart, with their headings.
        formats: Number formats of those columns that are numbers.
        specification: Vega-Lite, with the named dataset ``rows``.
        legend: What the colours mean; none where lines are labelled.
        half: Whether it takes half of a wide page.
    """

    key: str
    page: Page
    dataset: str
    scope: Scope
    time: Time
    title: str
    note: str
    description: str
    columns: Mapping[str, str]
    formats: Mapping[str, str]
    specification: Specification
    legend: Sequence[Band] = field(default=())
    half: bool = False


def specification(chart: Layers, height: int, *, label_space: int = _LABEL_SPACE) -> Specification:
    """Return a chart as Vega-Lite, as wide as its container; the page's script brings the configuration.

    Args:
        chart: The chart.
        height: Pixels, without the axis.
        label_space: Pixels to the right of the chart, for labels of lines and rules.
    """
    sized = chart.properties(
        width="container", height=height, padding={"left": 0, "right": label_space, "top": 12, "bottom": 4}
    )
    plain: Specification = sized.to_dict()
    plain.pop("config", None)
    return plain


def day_axis(*, small: bool = False) -> alt.X:
    """Return the axis of days, on which each day takes its width."""
    return alt.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=date_axis(small=small, label=_BEFORE_END))


def month_axis(*, small: bool = False) -> alt.X:
    """Return the axis of months; a point stands in the middle of its month."""
    axis = date_axis(small=small, label=_BEFORE_END)
    return alt.X("day:T", timeUnit="utcyearmonth", bandPosition=0.5, title=None, axis=axis)


def date_axis(*, small: bool = False, label: str = DATE_LABEL) -> alt.Axis:
    """Return the labels of a time axis: months, or quarters on a small chart; days in a period of a month."""
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
        labels: What to write beside each height.
    """
    base = alt.Chart(alt.InlineData([{"at": at, "label": label} for at, label in labels.items()]))
    lines = base.mark_rule(strokeDash=[3, 3], stroke="var(--rule)").encode(y=alt.Y("at:Q"))
    words = base.mark_text(align="left", dx=5, fill="var(--muted)", fontSize=11).encode(
        x=alt.value("width"), y=alt.Y("at:Q"), text="label:N"
    )
    return alt.layer(lines, words)


def occupancy_rules() -> Layers:
    """Return rules at 85% and 92%, the shares that English hospitals are held to."""
    return rules({0.85: "85%", 0.92: "92%"})


def chosen_months() -> alt.Chart:
    """Return the shade behind the months of the chosen period."""
    shade: alt.Chart = (
        alt.Chart(CHOSEN).mark_rect(fill="var(--shade)", aria=False).encode(x=alt.X("from:T", title=None), x2="to:T")
    )
    return shade


def line_labels(labels: Mapping[str, tuple[str, str, int]]) -> list[alt.Chart]:
    """Return the names of lines by month, each at the right end of its line.

    Args:
        labels: By column: the name, its colour, and how many pixels below the end it stands. Lines that meet keep
            their names apart by that.
    """
    return [
        alt.Chart(ROWS)
        .transform_filter(f"isValid(datum.{column})")
        .transform_joinaggregate(last="max(day)")
        .transform_filter("datum.day == datum.last")
        .mark_text(align="left", dx=9, dy=below, fill=color, fontSize=12, fontWeight=600)
        .encode(x=month_axis(), y=alt.Y(f"{column}:Q"), text=alt.value(name))
        for column, (name, color, below) in labels.items()
    ]


def band_color(bands: Sequence[Band], field_name: str, domain: Sequence[str | int | float]) -> alt.Color:
    """Return a colour for each value of a field; the legend is the page's own."""
    scale = alt.Scale(domain=list(domain), range=[band.color for band in bands])
    return alt.Color(field_name, scale=scale, legend=None)


def threshold_color(bands: Sequence[Band], field_name: str, steps: Sequence[float]) -> alt.Color:
    """Return a colour for each band of a number: ``steps`` are the lower ends of all bands but the first."""
    scale = alt.Scale(type="threshold", domain=list(steps), range=[band.color for band in bands])
    return alt.Color(field_name, scale=scale, legend=None)


def tooltip(columns: Mapping[str, str], formats: Mapping[str, str]) -> list[alt.Tooltip]:
    """Return what a chart says of the row under the pointer.

    Args:
        columns: Field names with their headings.
        formats: Number formats of those fields that are numbers.
    """
    return [
        alt.Tooltip(f"{name}:Q", title=title, format=formats[name])
        if name in formats
        else alt.Tooltip(f"{name}:N", title=title)
        for name, title in columns.items()
    ]


def hover(x: alt.X, columns: Mapping[str, str], formats: Mapping[str, str]) -> alt.Chart:
    """Return bars that are not seen, as high as the chart: the whole of a day or month tells its figures."""
    bars: alt.Chart = (
        alt.Chart(ROWS)
        .mark_bar(binSpacing=0, opacity=0, aria=False)
        .encode(x=x, y=alt.value(0), y2=alt.value("height"), tooltip=tooltip(columns, formats))
    )
    return bars
