"""The command line ``hospital-elt``: one module for each command."""

import sys

import typer

from elt.cli import build, check, contracts, copy, ddl, load, powerbi, quarantine, query, report, run, stage, verify
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
app.command("stage", epilog=stage.EXAMPLES)(stage.command)
app.add_typer(quarantine.app, name="quarantine")
app.command("verify", epilog=verify.EXAMPLES)(verify.command)
app.command("contracts", epilog=contracts.EXAMPLES)(contracts.command)
app.command("load", epilog=load.EXAMPLES)(load.command)
app.command("build", epilog=build.EXAMPLES)(build.command)
app.command("check", epilog=check.EXAMPLES)(check.command)
app.command("report", epilog=report.EXAMPLES)(report.command)
app.command("powerbi", epilog=powerbi.EXAMPLES)(powerbi.command)
app.command("query", epilog=query.EXAMPLES)(query.command)
app.command("run", epilog=run.EXAMPLES)(run.command)
app.command("copy", epilog=copy.EXAMPLES)(copy.command)
app.command("ddl", epilog=ddl.EXAMPLES)(ddl.command)


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(terminal.run(app, "hospital-elt"))
