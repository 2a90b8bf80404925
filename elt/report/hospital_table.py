"""The HTML table that compares several hospitals over the whole period of each."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from elt.report.encoding import plain_day, plain_number
from elt.report.figures import WHOLE_HOSPITAL, HospitalFigures, mean_occupancy

_HEADINGS = ("Open beds", "Mean occupancy", "Admissions", "P90 wait", "Over 12 hours", "Level at the end")
_NONE = "none"


def hospitals_html(hospitals: Sequence[HospitalFigures]) -> str:
    """Return the table; a click on the name of a hospital chooses it."""
    head = "".join(f'<th scope="col" class="number">{name}</th>' for name in _HEADINGS)
    body = "".join(_line(hospital) for hospital in hospitals)
    return (
        f'<div class="card" data-table="hospitals">\n<h2 id="hospitals-title">Hospitals side by side</h2>\n'
        f"<p>The whole period of each hospital; its name shows it.</p>\n"
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="hospitals-title"><table>'
        f'<thead><tr><th scope="col">Hospital</th>{head}</tr></thead><tbody>{body}</tbody></table></div>\n</div>'
    )


def _line(hospital: HospitalFigures) -> str:
    link = f'<a href="#hospital={quote(hospital.hospital_id, safe="")}">{escape(hospital.name)}</a>'
    numbers = "".join(f'<td class="number">{cell}</td>' for cell in _cells(hospital))
    return f'<tr><th scope="row">{link}</th>{numbers}</tr>'


def _cells(hospital: HospitalFigures) -> tuple[str, ...]:
    """Return the numbers of a hospital, as headed: counts are summed, percentiles come from the row of the mart."""
    days = [row for row in hospital.datasets["days"].to_pylist() if row["department_id"] == WHOLE_HOSPITAL]
    waits = [
        row
        for row in hospital.datasets["waits"].to_pylist()
        if row["department_id"] == WHOLE_HOSPITAL and row["period_type"] == "whole"
    ]
    wait = waits[0] if waits else {}
    p90, over_12h = plain_number(wait.get("wait_hours_p90")), plain_number(wait.get("share_over_12h"))
    pressure = [row for row in hospital.datasets["pressure"].to_pylist() if row["department_id"] == WHOLE_HOSPITAL]
    last = max(pressure, key=lambda row: plain_day(row["day"]), default=None)
    return (
        f"{sum(float(row['beds']) for row in days) / len(days):,.0f}",
        f"{mean_occupancy(hospital.datasets['days'], WHOLE_HOSPITAL):.1%}",
        f"{int(plain_number(wait.get('admissions')) or 0):,}",
        _NONE if p90 is None else f"{p90:,.1f}\N{NO-BREAK SPACE}h",
        _NONE if over_12h is None else f"{over_12h:.1%}",
        _NONE if last is None else str(int(last["level"])),
    )
