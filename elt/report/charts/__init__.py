"""The charts of the report, as Vega-Lite specifications without data."""

from functools import cache

from elt.report.charts import beds, flow, overview, trust, variation, waiting
from elt.report.charts.chart import Page, ReportChart

__all__ = ["Page", "ReportChart", "report_charts"]


@cache
def report_charts() -> tuple[ReportChart, ...]:
    """Return every chart of the report, in the order in which each page shows its own."""
    return (
        overview.pressure(),
        overview.occupancy(),
        overview.long_waits(),
        overview.queue(),
        waiting.by_month(),
        waiting.distribution(),
        waiting.compared(),
        waiting.by_department(),
        beds.heat_map(),
        beds.held(),
        beds.delayed(),
        beds.occupancy(),
        flow.hours(),
        flow.profile("admissions"),
        flow.profile("discharges"),
        flow.growth(),
        variation.process(),
        trust.reconciliation(),
        trust.expected_and_observed(),
    )
