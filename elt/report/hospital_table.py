"""The HTML table that compares several hospitals over the whole period of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from elt.report.encoding import plain_day, plain_number
from elt.report.figures import WHOLE_HOSPITAL, HospitalFigures, mean_occupancy

_NONE = "none"


@dataclass(frozen=True)
class HospitalSummary:
    """The row of a hospital.

    Attributes:
        beds: Open beds, mean of the days.
        occupancy: Occupied over open beds, over all days.
        admissions: Patients admitted.
        wait_p90: 90th percentile of the wait in hours; None without an admission.
        over_12h: Share of patients who waited over 12 hours; None without an admission.
        level: Level of the pressure index at the end of the last day; None if the mart has no day.
    """

    beds: float
    occupancy: float
    admissions: int
    wait_p90: float | None
    over_12h: float | None
    level: int | None


def summarise(hospital: HospitalFigures) -> HospitalSummary:
    """Return the row of a hospital: counts are summed, percentiles come from the row of the mart."""
    days = [row for row in hospital.datasets["days"].to_pylist() if row["department_id"] == WHOLE_HOSPITAL]
    waits = [
        row
        for row in hospital.datasets["waits"].to_pylist()
        if row["department_id"] == WHOLE_HOSPITAL and row["period_type"] == "whole"
    ]
    wait = waits[0] if waits else {}
    pressure = hospital.datasets["pressure"].to_pylist()
    last = max(pressure, key=lambda row: plain_day(row["day"]), default=None)
    return HospitalSummary(
        beds=sum(float(row["beds"]) for row in days) / len(days),
        occupancy=mean_occupancy(hospital.datasets["days"], WHOLE_HOSPITAL),
        admissions=int(plain_number(wait.get("admissions")) or 0),
        wait_p90=plain_number(wait.get("wait_hours_p90")),
        over_12h=plain_number(wait.get("share_over_12h")),
        level=None if last is None else int(last["level"]),
    )


def hospitals_html(hospitals: Sequence[HospitalFigures]) -> str:
    """Return the table; a click on the name of a hospital chooses it."""
    heads = ("Open beds", "Mean occupancy", "Admissions", "P90 wait", "Over 12 hours", "Level at the end")
    head = "".join(f'<th scope="col" class="number">{name}</th>' for name in heads)
    body = "".join(_line(hospital, summarise(hospital)) for hospital in hospitals)
    return (
        f'<div class="card" data-table="hospitals">\n<h2 id="hospitals-title">Hospitals side by side</h2>\n'
        f"<p>The whole period of each hospital; its name shows it.</p>\n"
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="hospitals-title"><table>'
        f'<thead><tr><th scope="col">Hospital</th>{head}</tr></thead><tbody>{body}</tbody></table></div>\n</div>'
    )


def _line(hospital: HospitalFigures, summary: HospitalSummary) -> str:
    cells = (
        f"{summary.beds:,.0f}",
        f"{summary.occupancy:.1%}",
        f"{summary.admissions:,}",
        _NONE if summary.wait_p90 is None else f"{summary.wait_p90:,.1f}\N{NO-BREAK SPACE}h",
        _NONE if summary.over_12h is None else f"{summary.over_12h:.1%}",
        _NONE if summary.level is None else str(summary.level),
    )
    link = f'<a href="#hospital={quote(hospital.hospital_id, safe="")}">{escape(hospital.name)}</a>'
    numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row">{link}</th>{numbers}</tr>'
