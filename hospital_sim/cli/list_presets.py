"""The command ``presets``: lists the hospitals of the library, or prints the file of one."""

import sys
from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption
from hospital_sim.config.presets import preset_path, presets
from hospital_sim.hospital import load

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
    loaded = {name: load(name).config for name in presets()}
    if as_json:
        terminal.print_json({"presets": list(loaded)})
        return
    rows = [
        (name, config.name, len(config.department), sum(entry.beds for entry in config.department))
        for name, config in loaded.items()
    ]
    terminal.print_table("Presets", ("preset", "hospital", "departments", "beds"), rows)
