"""``hospital-elt check``: reconciliation, quality, freshness, late events."""

from typing import TYPE_CHECKING, Annotated

import typer

from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.quality import CheckReport


def command(
    lake: Annotated[str, typer.Option(help="URL of the lake.")],
    warehouse: Annotated[str, typer.Option(help="DSN of the warehouse, such as chdb:///data/warehouse.")],
    prefix: Annotated[str, typer.Option(help="What the names of the schemas begin with.")] = "hospital",
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
) -> None:
    """Check that what was emitted is in the warehouse, once, and can be true.

    The results are also written into the warehouse, where the report shows them. Exit code 1 if a check fails.
    """
    from elt.quality import check
    from elt.raw import open_lake
    from elt.warehouse import open_warehouse

    store = open_lake(lake)
    with open_warehouse(warehouse, prefix) as opened:
        report = check(store, opened)
    if as_json:
        terminal.print_json(report.as_json())
    else:
        print_reconciliation(report)
        print_checks(report)
    if not report.passed:
        raise typer.Exit(terminal.FAILED)


def print_reconciliation(report: "CheckReport") -> None:
    """Print the events of each type at each step of their way."""
    totals = report.totals()
    rows: list[list[terminal.Cell]] = [[event_type, *steps.values()] for event_type, steps in totals.items()]
    rows.append(["all", *(sum(column) for column in zip(*(steps.values() for steps in totals.values()), strict=True))])
    columns = ("event type", "events", "raw objects", "staged rows", "in quarantine", "loaded rows", "fact rows")
    terminal.print_table("From the simulation to the facts", columns, rows)


def print_checks(report: "CheckReport") -> None:
    """Print each check with its result; those that failed come last, where they are seen."""
    rows: list[list[terminal.Cell]] = [
        [
            check.check_name.replace("_", " "),
            check.scope,
            round(check.expected),
            round(check.observed),
            "passed" if check.passed else "FAILED",
            check.detail,
        ]
        for check in sorted(report.checks, key=lambda check: not check.passed)
    ]
    failed = sum(not check.passed for check in report.checks)
    verdict = f"{failed} of {len(rows)} checks failed" if failed else f"all {len(rows)} checks passed"
    columns = ("check", "scope", "expected", "observed", "result", "detail")
    terminal.print_table(f"Checks: {verdict}", columns, rows)
