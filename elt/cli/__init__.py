"""The command line ``hospital-elt``: one module for each command."""

import sys

import typer

from elt.cli import (
    build,
    check,
    contracts,
    copy_lake,
    load,
    powerbi,
    print_ddl,
    quarantine_commands,
    query,
    report,
    run,
    stage,
    verify,
)
from hospital_sim import terminal

# In the order in which they follow each other on the way from a lake to a report.
COMMANDS = {
    "stage": stage,
    "verify": verify,
    "contracts": contracts,
    "load": load,
    "build": build,
    "check": check,
    "report": report,
    "powerbi": powerbi,
    "query": query,
    "run": run,
    "copy": copy_lake,
    "ddl": print_ddl,
}

app = typer.Typer(
    help="Stage, load, model, check and show the events of simulated hospitals.",
    epilog=terminal.examples(
        "hospital-elt run small --start 2024-01-01 --end 2024-01-31 --seed 1 \\\n"
        "    --lake lake --warehouse chdb://warehouse --report report",
        "hospital-elt stage --help",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, module in COMMANDS.items():
    app.command(name, epilog=module.EXAMPLES)(module.command)
app.add_typer(quarantine_commands.app, name="quarantine")


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(terminal.run(app, "hospital-elt"))
