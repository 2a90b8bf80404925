"""What a chart of the report is, and the parts that the charts share.

A specification names the dataset ``rows``; the page's script puts in the rows of the chosen hospital and department, so
that one specification serves every choice. Colours are CSS variables of the page: light, dark and print need no new
drawing. Nothing is estimated here: where a chart sums, it sums counts of departments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import altair as alt

from elt.report.bands import Band
from elt.report.encoding import Json

ROWS = alt.NamedData("rows")

Scope = Literal["hospital", "sum", "each", "scope"]
Section = Literal["overview", "waiting", "beds", "flow"]
Specification: TypeAlias = dict[str, Json]
Layers: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart


# A period of a few days is labelled by day, a longer one by month, a January with its year.
DATE_LABEL = "utcFormat(datum.value, utcdate(datum.value) > 1 ? '%-d %b' : utcmonth(datum.value) == 0 ? '%b %Y' : '%b')"
# The last day ends where the next month begins: that month is not in the period.
_BEFORE_END = f"scale('x', datum.value) >= width ? '' : {DATE_LABEL}"


@dataclass(frozen=True)
class ReportChart:
    """One chart of the page.

    Attributes:
        key: Name of the chart in the page.
        section: Where the page places it.
        dataset: Name of the dataset whose rows it draws.
        scope: How the choice of a department acts. ``hospital``: not at all; ``sum``: its rows, or those of all
            departments to be summed; ``each``: one small chart for each department; ``scope``: the rows that the marts
            hold for this very choice (percentiles do not combine).
        title: Heading above the chart.
        note: What to read from it, in a sentence or two.
        description: What a screen reader says of it; the page adds the choice made.
        columns: Columns of the table of figures beneath the chart, with their headings.
        formats: Number formats of those columns that are numbers.
        specification: Vega-Lite, with the named dataset ``rows``.
        legend: What the colours mean.
    """

    key: str
    section: Section
    dataset: str
    scope: Scope
    title: str
    note: str
    description: str
    columns: Mapping[str, str]
    formats: Mapping[str, str]
    specification: Specification
    legend: Sequence[Band] = field(default=())


def specification(chart: Layers, height: int) -> Specification:
    """Return a chart as Vega-Lite, as wide as its container; the page's script brings the configuration."""
    sized = chart.properties(width="container", height=height)
    plain: Specification = sized.to_dict()
    plain.pop("config", None)
    return plain


def day_axis(*, small: bool = False) -> alt.X:
    """Return the axis of days, on which each day takes its width."""
    return alt.X("day:T", timeUnit="utcyearmonthdate", title=None, axis=date_axis(small=small, label=_BEFORE_END))


def date_axis(*, small: bool = False, label: str = DATE_LABEL) -> alt.Axis:
    """Return the labels of a time axis: months, or quarters on a small chart."""
    return alt.Axis(
        grid=False,
        labelExpr=label,
        tickCount=alt.TimeIntervalStep(interval="month", step=3 if small else 1),
        labelOverlap="greedy",
        labelSeparation=8,
        labelBound=True,
    )


def occupancy_rules(rates: Sequence[float] = (0.85, 0.92)) -> alt.Chart:
    """Return horizontal rules at 85% and 92%, the shares that English hospitals are held to."""
    data = alt.InlineData([{"rate": rate} for rate in rates])
    rules: alt.Chart = alt.Chart(data).mark_rule(strokeDash=[3, 3], stroke="var(--rule)").encode(y=alt.Y("rate:Q"))
    return rules


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


def hover_days(columns: Mapping[str, str], formats: Mapping[str, str], *, small: bool = False) -> alt.Chart:
    """Return bars that are not seen, as high as the chart: the whole of a day tells its figures (see ``tooltip``)."""
    bars: alt.Chart = (
        alt.Chart(ROWS)
        .mark_bar(binSpacing=0, opacity=0, aria=False)
        .encode(x=day_axis(small=small), y=alt.value(0), y2=alt.value("height"), tooltip=tooltip(columns, formats))
    )
    return bars
