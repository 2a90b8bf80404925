"""Flow: what the queue does when beds turn over more slowly."""

import altair as alt

from elt.report.bands import OCCUPANCY_BANDS, OCCUPANCY_STEPS
from elt.report.charts.chart import ROWS, ReportChart, specification, threshold_color, tooltip

_COLUMNS = {
    "day_label": "Week from",
    "department": "Department",
    "discharge_rate": "Discharge rate",
    "queue_growth": "Queue growth",
    "requests": "Requests",
    "admissions": "Admissions",
    "discharges": "Discharges",
    "occupancy_rate": "Occupancy",
}
_FORMATS = {
    "discharge_rate": ".1%",
    "queue_growth": "+,d",
    "requests": ",d",
    "admissions": ",d",
    "discharges": ",d",
    "occupancy_rate": ".1%",
}


def growth() -> ReportChart:
    """Growth of the queue against the discharge rate, a point for each department and week."""
    points = (
        alt.Chart(ROWS)
        .mark_circle(size=46, opacity=0.85, stroke="var(--rule)", strokeWidth=0.6)
        .encode(
            x=alt.X(
                "discharge_rate:Q",
                title="discharges a day for each occupied bed (mean of the week)",
                scale=alt.Scale(zero=False, nice=True),
                axis=alt.Axis(format="%", grid=False, tickCount=6),
            ),
            y=alt.Y("queue_growth:Q", title="patients added to the queue in the week"),
            color=threshold_color(OCCUPANCY_BANDS, "occupancy_rate:Q", OCCUPANCY_STEPS),
            tooltip=tooltip(_COLUMNS, _FORMATS),
        )
    )
    level = alt.Chart(alt.InlineData([{"at": 0}])).mark_rule(stroke="var(--rule)").encode(y=alt.Y("at:Q"))
    return ReportChart(
        key="growth",
        section="flow",
        dataset="flow",
        scope="sum",
        title="Queue growth against discharge rate",
        note="A point is a department in one week, coloured by its occupancy. Above the line the queue grew, below it "
        "drained.",
        description="Scatter plot of queue growth against the discharge rate, for each department and week.",
        columns=_COLUMNS,
        formats=_FORMATS,
        specification=specification(alt.layer(level, points), height=340),
        legend=OCCUPANCY_BANDS,
    )
