"""``hospital-elt stage``, ``verify`` and ``copy``: the commands that work on a lake alone."""

from typing import TYPE_CHECKING, Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Json, LakeUrl, Limit, OpenMonths, SingleWriter, Workers
from elt.cli.progress import progress_bars
from elt.cli.repair_commands import parse_day
from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.staging import StageSummary
    from elt.verification import VerificationReport


def stage_lake(
    lake: LakeUrl,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Close the months that ended by this day. "
            "By default, for each hospital, the day after its newest finished run.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Most processes to use; chosen automatically by default.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address of the scheduler of a Dask cluster that does the work, such as tcp://host:8786.",
        ),
    ] = None,
    threshold: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Most events that may be quarantined. By default some, but not all of the new ones.",
        ),
    ] = None,
    open_months: OpenMonths = False,
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Stage new raw events to Parquet: one immutable file for each event type and month.

    What is no event goes to the quarantine, and the rest is staged. Exit code 1 if more events than the threshold were
    quarantined, or if none of the new events could be staged.
    """
    if dask is not None and workers is not None:
        raise WrongCallError("--workers and --dask: give one of them; a cluster has its own workers")
    closing_day = None if as_of is None else parse_day("--as-of", as_of)

    from elt.lake.lake import Lake
    from elt.staging import stage

    with progress_bars() as on_progress:
        opened = Lake.open(lake, single_writer=single_writer)
        summary = stage(opened, closing_day, workers, dask, on_progress, only_open=open_months)
    if as_json:
        terminal.print_json(summary.as_dict())
    else:
        _print_staged(summary)
    if summary.rejected > threshold if threshold is not None else summary.rejected and not summary.rows:
        typer.echo(
            f"FAILED: {summary.rejected:,} of {summary.rejected + summary.rows:,} new events were quarantined; "
            f"see hospital-elt quarantine list --lake {summary.lake}",
            err=True,
        )
        raise typer.Exit(terminal.FAILED)


def _print_staged(summary: "StageSummary") -> None:
    rows: list[tuple[str, int]] = [("raw objects", summary.raw_objects)]
    rows += [(f"staged: {event_type}", count) for event_type, count in summary.staged.items()]
    rows += [(f"quarantined: {reason}", count) for reason, count in summary.quarantined.items()]
    rows += [("late", summary.late), ("files", summary.files)]
    notes = [] if summary.manifests else ["Nothing new: every raw object is staged or in quarantine already."]
    terminal.print_table(f"Staged {summary.lake}", ("", "objects"), rows, notes)


def verify_lake(
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
        _print_verified(report, limit)
    if not report.passed:
        raise typer.Exit(terminal.FAILED)


def _print_verified(report: "VerificationReport", limit: int) -> None:
    counts = f"{report.raw_objects:,} raw objects, {report.staged_files:,} staged files"
    if report.passed:
        typer.echo(f"Proven: {counts}; nothing is missing, foreign, altered or truncated.")
    else:
        plural = "s" * (len(report.problems) != 1)
        typer.echo(f"Not proven: {len(report.problems):,} problem{plural}; {counts}")
        # Lines rather than a table: a key is never folded, so it can be copied and searched for.
        for problem in report.problems[:limit]:
            typer.echo(f"{problem.kind:<10} {problem.printable_key}: {problem.detail}")
        if len(report.problems) > limit:
            typer.echo(f"… and {len(report.problems) - limit:,} more (--limit)")
    if report.set_aside or report.forgotten:
        typer.echo(
            f"Taken out by an operator: {report.set_aside:,} events set aside, {report.forgotten:,} objects forgotten"
        )
    for number in report.unfinished:
        typer.echo(f"Staging run {number} is not finished: hospital-elt stage --lake {report.lake} completes it")
    if report.unstaged:
        typer.echo(f"{report.unstaged:,} events are not staged yet: hospital-elt stage --lake {report.lake}")


def copy_lake(
    source: Annotated[str, typer.Argument(metavar="SRC", help="URL of the lake.")],
    destination: Annotated[
        str, typer.Argument(metavar="DST", help="URL of the copy: an empty place, or an earlier copy.")
    ],
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Copy a lake and read every object back. The same call again completes a copy or brings it up to date.

    Names what it leaves out: objects that are none of a lake and cannot be read, or cannot be in the copy.
    """
    from elt.lake import copy
    from elt.lake.lake import Lake
    from elt.lake.layout import printable
    from hospital_sim.storage import open_store

    for word, url in (("SRC", source), ("DST", destination)):
        try:
            open_store(url, single_writer=True)
        except ValueError as error:
            raise WrongCallError(f"{word}: {error}") from error
    lake, target = Lake.open(source, read_only=True), open_store(destination, single_writer=single_writer)
    with progress_bars() as on_progress:
        summary = copy.copy_lake(lake, target, on_progress)
    if as_json:
        terminal.print_json(summary.as_dict())
        return
    terminal.show("Copied", summary.as_dict() | {"skipped": len(summary.skipped)}, as_json=False)
    for key, reason in summary.skipped.items():
        typer.echo(f"skipped {printable(key)}: {reason}")
