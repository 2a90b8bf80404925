"""``hospital-elt check``: compares the warehouse with the run records, and checks that its data can be true."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elt.cli.options import Json, LakeUrl, OpenMonths, Prefix, WarehouseDsn
from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.quality import CheckReport, CheckResult

STEPS = ("emitted", "raw_objects", "staged", "loaded", "fact_rows")


def command(
    lake: LakeUrl,
    warehouse: WarehouseDsn,
    prefix: Prefix = "hospital",
    out: Annotated[Path | None, typer.Option(help="Directory for check.json and check.html.", metavar="DIR")] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=NUMBER",
            help="Largest difference that a check allows, such as late_events=10. May be repeated.",
        ),
    ] = None,
    open_months: OpenMonths = False,
    as_json: Json = False,
) -> None:
    """Check that every event is in the warehouse once, and that the data can be true.

    The results are also written into the warehouse, where the report shows them; the table failing_row of the quality
    schema holds the rows of failed checks. Exit code 1 if a check fails.
    """
    from elt.lake.lake import Lake
    from elt.quality import check
    from elt.quality.check_files import write_check
    from elt.quality.thresholds import parse_thresholds
    from elt.warehouse import open_warehouse

    thresholds = parse_thresholds(threshold or ())
    opened_lake = Lake.open(lake, read_only=True)
    with open_warehouse(warehouse, prefix) as opened_warehouse:
        report = check(opened_lake, opened_warehouse, thresholds, only_open=open_months)
    written = write_check(report, out) if out else None
    if as_json:
        terminal.print_json(report.as_dict())
    else:
        print_reconciliation(report, only_open=open_months)
        print_checks(report)
        if written:
            typer.echo(f"Page: {written.page}")
    if not report.passed:
        raise typer.Exit(terminal.FAILED)


def print_reconciliation(report: "CheckReport", *, only_open: bool = False) -> None:
    """Print the events of each type at each step; the table fits 80 columns."""
    totals = report.totals()
    rows: list[list[terminal.Cell]] = [
        [event_type, *(counts[step] for step in STEPS)] for event_type, counts in totals.items()
    ]
    rows.append(["all", *(sum(counts[step] for counts in totals.values()) for step in STEPS)])
    columns = ("event type", "events", "raw\nobjects", "staged\nrows", "loaded\nrows", "fact\nrows")
    terminal.print_table(
        "From the simulation to the facts",
        columns,
        rows,
        [
            f"In quarantine: {sum(report.quarantined.values()):,}",
            *(f"  {reason}: {count:,}" for reason, count in report.quarantined.items()),
            f"Late: {report.late:,}",
            *(["Raw objects of closed months were not counted (--open-months)."] if only_open else []),
        ],
    )


def print_checks(report: "CheckReport") -> None:
    """Print each check with its result, and the failures below the table."""
    ordered = sorted(report.checks, key=lambda check: not check.passed)
    rows: list[list[terminal.Cell]] = [
        [
            _words(check),
            check.scope,
            round(check.expected),
            round(check.observed),
            "passed" if check.passed else "FAILED",
        ]
        for check in ordered
    ]
    failed = [check for check in ordered if not check.passed]
    verdict = f"{len(failed)} of {len(rows)} checks failed" if failed else f"all {len(rows)} checks passed"
    columns = ("check", "scope", "expected", "observed", "result")
    terminal.print_table(
        f"Checks: {verdict}",
        columns,
        rows,
        [f"FAILED {_words(check)}, {check.scope}: {check.detail}" for check in failed],
    )


def _words(check: "CheckResult") -> str:
    return check.check_name.replace("_", " ")
