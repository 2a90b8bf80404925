"""``hospital-elt stage``: stages new raw events to Parquet files."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Json, LakeUrl, SingleWriter
from elt.cli.progress import progress_bars
from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.staging import StageSummary

EXAMPLES = terminal.examples(
    "hospital-elt stage --lake lake",
    "hospital-elt stage --lake lake --as-of 2024-04-01 --json",
)


def command(
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
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Stage new raw events to Parquet: one immutable file for each event type and month."""
    if dask is not None and workers is not None:
        raise WrongCallError("--workers and --dask: give one of them; a cluster has its own workers")
    closing_day = None if as_of is None else _parse_day(as_of)

    from elt.lake.lake import Lake
    from elt.staging import stage

    with progress_bars() as on_progress:
        opened = Lake.open(lake, single_writer=single_writer)
        summary = stage(opened, closing_day, workers, dask, on_progress)
    if as_json:
        terminal.print_json(summary.as_dict())
    else:
        _print(summary)


def _parse_day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise WrongCallError(f"--as-of: {text!r} is not a date such as 2024-03-31") from error


def _print(summary: "StageSummary") -> None:
    rows: list[tuple[str, int]] = [("raw objects", summary.raw_objects)]
    rows += [(f"staged: {event_type}", count) for event_type, count in summary.staged.items()]
    rows += [(f"quarantined: {reason}", count) for reason, count in summary.quarantined.items()]
    rows += [("late", summary.late), ("files", summary.files)]
    notes = [] if summary.manifests else ["Nothing new: every raw object is staged or in quarantine already."]
    terminal.print_table(f"Staged {summary.lake}", ("", "objects"), rows, notes)
