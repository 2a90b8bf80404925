"""The charts of the page on trust: counts of events at each step, and expected against observed numbers."""

import altair as alt

from elt.report.charts.bands import AGREEMENTS, RESULTS
from elt.report.charts.chart import ROWS, ReportChart, band_color, day_axis, specification, tooltip

_CHECK_COLUMNS = {
    "check": "Check",
    "scope": "Of",
    "expected": "Expected",
    "observed": "Observed",
    "tolerance": "Tolerance",
    "deviation": "Deviation, in tolerances",
    "result": "Result",
}
_CHECK_FORMATS = {"expected": ",.3f", "observed": ",.3f", "tolerance": ",.3f", "deviation": "+.2f"}
_COUNTS = {
    "emitted": "Emitted",
    "raw_objects": "Raw objects",
    "staged": "Staged",
    "quarantined": "Quarantined",
    "loaded": "Loaded",
    "fact_rows": "Fact rows",
}
_EVENT_COLUMNS = {"day_label": "Day", "event": "Event type", **_COUNTS, "agreement": "Result"}
_EVENT_FORMATS = dict.fromkeys(_COUNTS, ",d")


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
            tooltip=tooltip(_CHECK_COLUMNS, _CHECK_FORMATS),
        )
    )
    params = [alt.param(name="labels", value=180), alt.param(name="span", value=[-1.2, 1.2])]
    return ReportChart(
        key="promised",
        page="trust",
        dataset="validation",
        scope="hospital",
        time="always",
        title="Expected and observed",
        note="What the run record leads to expect, and what the data shows: a point is one number of one department or "
        "month, and inside the shade it differs by no more than chance allows.",
        description="Dots of the differences between observed and expected numbers, in units of their tolerance.",
        columns=_CHECK_COLUMNS,
        formats=_CHECK_FORMATS,
        specification=specification(alt.layer(inside, middle, points).add_params(*params), height=26, label_space=8),
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
            tooltip=tooltip(_EVENT_COLUMNS, _EVENT_FORMATS),
        )
    )
    return ReportChart(
        key="reconciled",
        page="trust",
        dataset="reconciliation",
        scope="hospital",
        time="always",
        title="Every event type, every day",
        note="Emitted, found as raw objects, staged or quarantined, loaded and modelled: of all hospitals together.",
        description="Strips of days, one for each event type: whether the counts of every step agree.",
        columns=_EVENT_COLUMNS,
        formats=_EVENT_FORMATS,
        specification=specification(cells, height=110, label_space=4),
        legend=AGREEMENTS,
    )
