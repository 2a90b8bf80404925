"""Charts of a run: occupancy, queue and waits. They need the extra ``charts``."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from hospital_sim.errors import needs_extra
from hospital_sim.results import house_theme
from hospital_sim.tables import Cell, Table

if TYPE_CHECKING:
    import altair

SAFE, CROWDED = 0.85, 0.92
"""Occupancy above which risks rise (Bagust, Place and Posnett 1999), and the maximum of NHS planning guidance."""


class Charts:
    """The charts of one run.

    Args:
        census: The end-of-day census (``Run.census``).
        waits: Waits by month (``Run.waits``).
        names: The name of each department, by its identifier.
    """

    def __init__(self, census: Table, waits: Table, names: Mapping[str, str]) -> None:
        self._census = census
        self._waits = waits
        self._names = names

    def __repr__(self) -> str:
        """Return the names of the charts."""
        return "<Charts: occupancy(), queue(), waits()>"

    def occupancy(self, department: str | None = None) -> altair.LayerChart:
        """Draw occupancy at the end of each day, with lines at 85% and 92%.

        Args:
            department: Identifier of one department; None draws a line for each.

        Raises:
            ValueError: If there is no such department.
            MissingExtraError: If Altair is not installed.
        """
        alt = load_altair()
        fraction = alt.Y(
            "occupancy_rate:Q", title="Occupied beds", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)
        )
        line = self._daily_lines(department, fraction, ["occupied_beds:Q", "beds:Q", "waiting_list_size:Q"])
        limits = (
            alt.Chart(alt.Data(values=[{"limit": SAFE}, {"limit": CROWDED}]))
            .mark_rule(strokeDash=[4, 4], color=house_theme.LIMIT)
            .encode(y="limit:Q")
        )
        title = f"Occupancy, {self._names[department]}" if department else "Occupancy by department"
        chart: altair.LayerChart = alt.layer(line, limits).properties(title=title, width=640, height=280)
        return chart

    def queue(self, department: str | None = None) -> altair.Chart:
        """Draw the patients waiting at the end of each day (arguments and errors as in ``occupancy``)."""
        waiting = load_altair().Y("waiting_list_size:Q", title="Patients waiting")
        lines = self._daily_lines(department, waiting, ["waiting_list_size:Q"], interpolate="step-after")
        title = "Waiting at the end of the day" + (f", {self._names[department]}" if department else "")
        return lines.properties(title=title, width=640, height=280)

    def waits(self) -> altair.Chart:
        """Draw the median and the P90 of the wait by month of admission, in hours.

        Raises:
            MissingExtraError: If Altair is not installed.
        """
        alt = load_altair()
        rows = [
            {"month": row["month"], "percentile": label, "hours": row[column]}
            for row in self._waits
            for label, column in (("P50", "wait_hours_p50"), ("P90", "wait_hours_p90"))
        ]
        percentiles = alt.Scale(domain=["P50", "P90"], range=[house_theme.MEDIAN, house_theme.P90])
        chart: altair.Chart = (
            alt.Chart(alt.Data(values=rows))
            .mark_line(point=True)
            .encode(
                x=alt.X("month:O", title=None),
                y=alt.Y("hours:Q", title="Hours from request to admission"),
                color=alt.Color("percentile:N", title=None, scale=percentiles),
                tooltip=["month:O", "percentile:N", alt.Tooltip("hours:Q", format=".1f")],
            )
            .properties(title="Waits by month", width=640, height=280)
        )
        return chart

    def _daily_lines(self, department: str | None, y: altair.Y, counts: list[str], **mark: str) -> altair.Chart:
        """Draw a line over the days for each department; ``counts`` are shown for a day."""
        alt = load_altair()
        name = alt.Tooltip("name:N", title="department")
        chart: altair.Chart = alt.Chart(alt.Data(values=self._days(department))).mark_line(**mark)
        return chart.encode(
            # UTC, because a date is UTC midnight, which is the day before in the west.
            x=alt.X("date:T", title=None, scale=alt.Scale(type="utc")),
            y=y,
            color=alt.Color("name:N", title="Department", legend=None if department else alt.Legend()),
            tooltip=[alt.Tooltip("date:T", timeUnit="utcyearmonthdate", title="date"), name, *counts],
        )

    def _days(self, department: str | None) -> list[dict[str, Cell]]:
        names = list(dict.fromkeys(self._census["department"]))
        if department is not None and department not in names:
            raise ValueError(f"department: {department!r} is not one of {', '.join(map(str, names))}")
        return [
            row | {"date": str(row["date"]), "name": self._names[str(row["department"])]}
            for row in self._census
            if department in (None, row["department"])
        ]


def load_altair() -> ModuleType:
    """Return Altair, or raise ``MissingExtraError`` if it is not installed."""
    with needs_extra("a chart", "charts"):
        import altair
    return altair
