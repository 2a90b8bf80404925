"""``hospital-elt verify``: compares a lake with its run records and manifests."""

from typing import TYPE_CHECKING

import typer

from elt.cli.options import Json, LakeUrl, Limit, Workers
from elt.cli.progress import progress_bars
from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.verification import VerificationReport

EXAMPLES = terminal.examples(
    "hospital-elt verify --lake lake",
    "hospital-elt verify --lake lake --workers 2 --json",
)


def command(
    lake: LakeUrl,
    workers: Workers = 1,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Verify a lake: name every object that is missing, foreign, altered or truncated. Exit code 1 if one is."""
    from elt.lake.lake import Lake
    from elt.verification import verify

    with progress_bars() as on_progress:
        report = verify(Lake.open(lake, read_only=True), workers, on_progress)
    if as_json:
        terminal.print_json(report.as_dict())
    else:
        _print(report, limit)
    if not report.passed:
        raise typer.Exit(terminal.FAILED)


def _print(report: "VerificationReport", limit: int) -> None:
    counts = f"{report.raw_objects:,} raw objects, {report.staged_files:,} staged files"
    if report.passed:
        typer.echo(f"Proven: {counts}; nothing is missing, foreign, altered or truncated.")
    else:
        typer.echo(f"Not proven: {len(report.problems):,} problems; {counts}")
        # Lines rather than a table: a key is never folded, so it can be copied and searched for.
        for problem in report.problems[:limit]:
            typer.echo(f"{problem.kind:<10} {problem.printable_key}: {problem.detail}")
        if len(report.problems) > limit:
            typer.echo(f"… and {len(report.problems) - limit:,} more (--limit)")
    if report.unstaged:
        typer.echo(f"{report.unstaged:,} events are not staged yet: hospital-elt stage --lake {report.lake}")
