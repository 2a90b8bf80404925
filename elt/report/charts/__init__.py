"""The charts of the report, as Vega-Lite specifications without data."""

from elt.report.charts import beds, flow, overview, waiting
from elt.report.charts.chart import ReportChart

__all__ = ["ReportChart", "report_charts"]


def report_charts() -> list[ReportChart]:
    """Return every chart of the page; the page places each by its section, in this order."""
    return [
        overview.pressure(),
        overview.queue(),
        waiting.by_month(),
        waiting.by_department(),
        beds.heat_map(),
        beds.occupancy(),
        beds.held(),
        flow.growth(),
    ]
