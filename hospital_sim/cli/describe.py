"""The command ``describe``: shows the offered load of a hospital before a run."""

from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import HospitalArgument, JsonOption
from hospital_sim.hospital import MONTHS, Hospital, load_all
from hospital_sim.tables import Cell

EXAMPLES = terminal.examples(
    "hospital-sim describe district_general",
    "hospital-sim describe my_hospital.toml --json",
    "hospital-sim describe england --hospital acute_trust_017",
)

_COLUMNS = ("hospital", "departments", "beds", "requests_per_day", "mean_bed_days", "year", *MONTHS)


def command(
    hospital_name: HospitalArgument,
    hospital_id: Annotated[
        str | None, typer.Option("--hospital", metavar="ID", help="The hospital, if the file has several.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the offered load by department and month, without a run.

    Offered load is the beds that demand needs, long stays and delays included, as a share of the open beds. Several
    hospitals have a row each, as they are after their last change; --hospital shows the departments of one.
    """
    hospitals = _selected(load_all(hospital_name), hospital_id)
    if as_json:
        entries = [
            {"hospital_id": hospital.config.id, "departments": list(hospital.describe())} for hospital in hospitals
        ]
        terminal.print_json({"hospitals": entries})
    elif len(hospitals) == 1:
        table = hospitals[0].describe()
        terminal.print_table(table.title, table.columns, list(table.rows()))
    else:
        rows = [_row(hospital) for hospital in hospitals]
        terminal.print_table(f"{hospital_name}: offered load as a share of beds", _COLUMNS, rows)


def _selected(hospitals: tuple[Hospital, ...], hospital_id: str | None) -> tuple[Hospital, ...]:
    if hospital_id is None:
        return hospitals
    selected = tuple(hospital for hospital in hospitals if hospital.config.id == hospital_id)
    if not selected:
        ids = f"{hospitals[0].config.id} to {hospitals[-1].config.id}"
        raise terminal.WrongCallError(f"--hospital: {hospital_id!r} is not one of the {len(hospitals)} there, {ids}")
    return selected


def _row(hospital: Hospital) -> list[Cell]:
    *_, total = hospital.describe()
    cells = {"hospital": hospital.config.id, "departments": len(hospital.config.department), **total}
    return [cells[name] for name in _COLUMNS]
