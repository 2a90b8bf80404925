"""Puts the commands of ``hospital-sim`` together under their names."""

import typer

from hospital_sim.cli import board, calibrate, compare, describe, list_presets, print_schema, simulate, validate
from hospital_sim.terminal import add_version, examples

app = typer.Typer(
    help="Simulate UK hospitals that do not exist: describe one, run it, compare two.",
    epilog=examples(
        "hospital-sim presets",
        "hospital-sim describe small",
        "hospital-sim simulate small --start 2024-01-01 --end 2024-01-31 --seed 1 --sink lake/raw",
        "hospital-sim simulate --help",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

add_version(app, "hospital-sim")
app.command("presets", epilog=list_presets.EXAMPLES)(list_presets.command)
app.command("schema", epilog=print_schema.EXAMPLES)(print_schema.command)
app.command("describe", epilog=describe.EXAMPLES)(describe.command)
app.command("simulate", epilog=simulate.EXAMPLES)(simulate.command)
app.command("board", epilog=board.EXAMPLES)(board.command)
app.command("calibration", epilog=calibrate.EXAMPLES)(calibrate.command)
app.command("compare", epilog=compare.EXAMPLES)(compare.command)
app.command("validate", epilog=validate.EXAMPLES)(validate.command)
