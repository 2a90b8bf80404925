"""Welch's plot: the mean of replications over time, smoothed, with the point from which it is taken as settled."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from hospital_sim.errors import MissingExtraError

if TYPE_CHECKING:
    import altair


def welch_plot(title: str, daily: Sequence[float], smoothed: Sequence[float], cut: int) -> altair.LayerChart:
    """Draw daily values, their moving average, and a line at the day from which they count.

    Args:
        title: Title of the chart.
        daily: A value for each day, the mean over replications.
        smoothed: Their moving average; it may end earlier.
        cut: Number of the first day that counts.

    Raises:
        MissingExtraError: If Altair is not installed.
    """
    alt = _altair()
    x = alt.X("day:Q", title="Day")
    y = alt.Y("patients:Q", title="Patients present")
    lines = [
        alt.Chart(alt.Data(values=_points(values))).mark_line(color=color, strokeWidth=width).encode(x=x, y=y)
        for values, color, width in ((daily, "#bbbbbb", 1), (smoothed, "#1f5a8a", 2))
    ]
    rule = (
        alt.Chart(alt.Data(values=[{"day": cut, "text": f"MSER-5: day {cut}"}]))
        .mark_rule(strokeDash=[4, 4], color="#b03a2e")
        .encode(x="day:Q", tooltip="text:N")
    )
    label = rule.mark_text(align="left", dx=4, y=8, color="#b03a2e").encode(x="day:Q", text="text:N")
    chart: altair.LayerChart = alt.layer(*lines, rule, label).properties(title=title, width=640, height=280)
    return chart


def _points(values: Sequence[float]) -> list[dict[str, float]]:
    return [{"day": day, "patients": round(value, 6)} for day, value in enumerate(values)]


def _altair() -> ModuleType:
    try:
        import altair
    except ImportError as error:
        raise MissingExtraError("a chart", "charts") from error
    return altair
