"""The command ``presets``: lists the hospitals of the library, or prints the file of one."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption
from hospital_sim.config import HospitalConfig, read_hospitals
from hospital_sim.config.presets import preset_path, presets

EXAMPLES = terminal.examples("hospital-sim presets", "hospital-sim presets small > my_hospital.toml")


def command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[PRESET]", help="Print the TOML file of this preset.", autocompletion=presets),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the hospitals of the library, or print the TOML file of one as a start for your own."""
    if name is None:
        _list(as_json)
        return
    path = preset_path(name)
    if path is None:
        raise terminal.WrongCallError(f"{name!r} is not a preset; there are {', '.join(presets())}")
    text = path.read_text(encoding="utf-8")
    if as_json:
        terminal.print_json({"preset": name, "toml": text})
    else:
        sys.stdout.write(text)


def _list(as_json: bool) -> None:
    if as_json:
        terminal.print_json({"presets": list(presets())})
        return
    paths = {name: preset_path(name) for name in presets()}
    rows = [_row(name, read_hospitals(path)) for name, path in paths.items() if path is not None]
    terminal.print_table("Presets", ("preset", "hospital", "departments", "beds"), rows)


def _row(name: str, hospitals: Sequence[HospitalConfig]) -> tuple[str, str, int, int]:
    departments = [department for hospital in hospitals for department in hospital.department]
    title = hospitals[0].name if len(hospitals) == 1 else f"{len(hospitals)} hospitals"
    return name, title, len(departments), sum(department.beds for department in departments)
