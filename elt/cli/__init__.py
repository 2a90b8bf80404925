"""The command line ``hospital-elt``: one module for each command."""

import sys

import typer

from elt.cli import build, check, contracts, copy, ddl, load, powerbi, quarantine, query, report, run, stage, verify
from hospital_sim import terminal

app = typer.Typer(
    help="Stage, load, model, check and show what a hospital emitted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("stage")(stage.command)
app.add_typer(quarantine.app, name="quarantine")
app.command("verify")(verify.command)
app.command("contracts")(contracts.command)
app.command("load")(load.command)
app.command("build")(build.command)
app.command("check")(check.command)
app.command("report")(report.command)
app.command("powerbi")(powerbi.command)
app.command("query")(query.command)
app.command("run")(run.command)
app.command("copy")(copy.command)
app.command("ddl")(ddl.command)


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(terminal.run(app, "hospital-elt"))
