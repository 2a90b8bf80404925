"""The command line ``hospital-elt``: one module for each command."""

import sys
from importlib import import_module
from importlib.util import find_spec

import typer

from hospital_sim.terminal import run

COMMANDS = ("stage", "load", "build", "check", "report", "query", "run")

app = typer.Typer(
    help="Stage, load, model, check and show what a hospital emitted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _commands() -> None:
    """Stage, load, model, check and show what a hospital emitted."""


for _name in COMMANDS:
    if find_spec(f"{__name__}.{_name}") is not None:
        app.command(_name)(import_module(f"{__name__}.{_name}").command)


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(run(app, "hospital-elt"))
