"""The command line ``hospital-elt``."""

import sys
from collections.abc import Callable

import typer

from elt.cli import (
    check,
    contracts,
    lake_commands,
    print_ddl,
    quarantine_commands,
    query,
    repair_commands,
    run,
    warehouse_commands,
)
from hospital_sim import terminal

_FROM_HOSPITAL_TO_REPORT = (
    "hospital-elt run small --start 2024-01-01 --end 2024-01-31 --seed 1 \\\n"
    "    --lake lake --warehouse chdb://warehouse --report report"
)

app = typer.Typer(
    help="Stage, load, model, check and show the events of simulated hospitals.",
    epilog=terminal.examples(_FROM_HOSPITAL_TO_REPORT, "hospital-elt stage --help"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
terminal.add_version(app, "hospital-elt")


def _add(name: str, command: Callable[..., None], *examples: str) -> None:
    app.command(name, epilog=terminal.examples(*examples))(command)


# In the order in which they follow each other on the way from a lake to a report.
_add(
    "stage",
    lake_commands.stage_lake,
    "hospital-elt stage --lake lake",
    "hospital-elt stage --lake lake --as-of 2024-04-01 --json",
)
_add(
    "verify",
    lake_commands.verify_lake,
    "hospital-elt verify --lake lake",
    "hospital-elt verify --lake lake --workers 2 --json",
)
_add("contracts", contracts.command, "hospital-elt contracts admission", "hospital-elt contracts --out schemas")
_add("load", warehouse_commands.load_lake, "hospital-elt load --lake lake --warehouse chdb://warehouse")
_add(
    "build",
    warehouse_commands.build_models,
    "hospital-elt build --warehouse chdb://warehouse",
    "hospital-elt build --warehouse chdb://warehouse --full-refresh",
)
_add(
    "check",
    check.command,
    "hospital-elt check --lake lake --warehouse chdb://warehouse",
    "hospital-elt check --lake lake --warehouse chdb://warehouse \\\n    --out checked --threshold late_events=0",
)
_add("report", warehouse_commands.write_dashboard, "hospital-elt report --warehouse chdb://warehouse --out report")
_add(
    "powerbi",
    warehouse_commands.write_powerbi_project,
    "hospital-elt powerbi --warehouse chdb://warehouse --out powerbi",
)
_add(
    "query",
    query.command,
    "hospital-elt query --warehouse chdb://warehouse \\\n"
    '    "SELECT * FROM hospital_marts.mart_waiting_times ORDER BY department_id, month"',
    "hospital-elt query --warehouse chdb://warehouse --format csv \\\n"
    '    "SELECT date, level FROM hospital_marts.mart_pressure_index" > pressure.csv',
)
_add("run", run.command, _FROM_HOSPITAL_TO_REPORT)
_add("copy", lake_commands.copy_lake, "hospital-elt copy lake backup", "hospital-elt copy lake backup --json")
_add("ddl", print_ddl.command, "hospital-elt ddl clickhouse", "hospital-elt ddl redshift --json")
_add(
    "forget",
    repair_commands.forget_events,
    'hospital-elt forget --before 2024-01-08 --reason "kept for three weeks" --lake messy',
    'hospital-elt forget note.txt --reason "no event" --lake messy --json',
)
_add(
    "compact",
    repair_commands.compact_months,
    "hospital-elt compact --lake lake",
    "hospital-elt compact --month 2024-01 --lake lake --json",
)
_add(
    "prune", repair_commands.prune_lake, "hospital-elt prune --dry-run --lake messy", "hospital-elt prune --lake messy"
)
app.add_typer(quarantine_commands.app, name="quarantine")


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(terminal.run(app, "hospital-elt"))
