"""The command line ``hospital-elt``: one module for each command."""

import sys

import typer

from elt.cli import build, check, contracts, load, powerbi, query, report, run, stage, verify
from elt.cli import copy_lake as copy
from elt.cli import print_ddl as ddl
from elt.cli import quarantine_commands as quarantine
from hospital_sim import terminal

app = typer.Typer(
    help="Stage, load, model, check and show what a hospital emitted.",
    epilog=terminal.examples(
        "hospital-elt run small --start 2024-01-01 --end 2024-01-31 --seed 1 \\\n"
        "    --lake lake --warehouse chdb://warehouse --report report",
        "hospital-elt stage --help",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# In the order of a lake's way into the warehouse and out of it.
for module in (stage, verify, contracts, load, build, check, report, powerbi, query, run, copy, ddl):
    app.command(module.__name__.rpartition(".")[2], epilog=module.EXAMPLES)(module.command)
app.add_typer(quarantine.app, name="quarantine")


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(terminal.run(app, "hospital-elt"))
