"""The charts of the page on trust: counts of events at each step, and expected against observed numbers."""

from functools import partial

import altair as alt

from elt.report.charts.bands import AGREEMENTS, RESULTS
from elt.report.charts.chart import ROWS, ReportChart, band_color, day_axis, specification, tooltip
from elt.report.check_results import STAGES, words

_CHECK_COLUMNS = {
    "check": ("Check", ""),
    "scope": ("Of", ""),
    "expected": ("Expected", ",.3f"),
    "observed": ("Observed", ",.3f"),
    "tolerance": ("Tolerance", ",.3f"),
    "deviation": ("Deviation, in tolerances", "+.2f"),
    "result": ("Result", ""),
}
_EVENT_COLUMNS = {
    "day_label": ("Day", ""),
    "event": ("Event type", ""),
    **{stage: (words(stage), ",d") for stage in STAGES},
    "agreement": ("Result", ""),
}

_chart = partial(ReportChart, page="trust", scope="hospital", time="always")


def expected_and_observed() -> ReportChart:
    """Return the chart of the difference between observed and expected numbers, in tolerances."""
    check = alt.Y("check:N", title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=alt.ExprRef("labels")))
    inside = (
        alt.Chart(alt.InlineData([{"from": -1, "to": 1}]))
        .mark_rect(fill="var(--shade)", aria=False)
        .encode(x="from:Q", x2="to:Q")
    )
    middle = alt.Chart(alt.InlineData([{"at": 0}])).mark_rule(stroke="var(--rule)").encode(x="at:Q")
    points = (
        alt.Chart(ROWS)
        .mark_circle(size=44, opacity=0.55)
        .encode(
            x=alt.X(
                "deviation:Q",
                title="observed less expected, in tolerances",
                scale=alt.Scale(domain=alt.ExprRef("span"), nice=False),
                axis=alt.Axis(grid=False, tickCount=5),
            ),
            y=check,
            color=band_color(RESULTS, "result:N", [band.key for band in RESULTS]),
            tooltip=tooltip(_CHECK_COLUMNS),
        )
    )
    params = [alt.param(name="labels", value=180), alt.param(name="span", value=[-1.2, 1.2])]
    return _chart(
        key="promised",
        dataset="validation",
        title="Expected and observed",
        note="What the run record leads to expect, and what the data shows: a point is one number of one department or "
        "month, and inside the shade it differs by no more than chance allows.",
        description="Dots of the differences between observed and expected numbers, in units of their tolerance.",
        columns=_CHECK_COLUMNS,
        specification=specification(alt.layer(inside, middle, points).add_params(*params), height=26),
        legend=RESULTS,
    )


def reconciliation() -> ReportChart:
    """Return the chart of the days on which the counts of each event type agree."""
    cells = (
        alt.Chart(ROWS)
        .mark_rect(aria=False)
        .encode(
            x=day_axis(),
            y=alt.Y("event:N", title=None, axis=alt.Axis(grid=False, ticks=False, domain=False)),
            color=band_color(AGREEMENTS, "agreement:N", [band.key for band in AGREEMENTS]),
            tooltip=tooltip(_EVENT_COLUMNS),
        )
    )
    return _chart(
        key="reconciled",
        dataset="reconciliation",
        title="Every event type, every day",
        note="Emitted, found as raw objects, staged or quarantined, loaded and modelled: of all hospitals together.",
        description="Strips of days, one for each event type: whether the counts of every step agree.",
        columns=_EVENT_COLUMNS,
        specification=specification(cells, height=110),
        legend=AGREEMENTS,
    )
