"""``hospital-elt forget``, ``compact`` and ``prune``, and what all commands that repair a lake share."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Json, LakeUrl, SingleWriter, Workers
from elt.cli.progress import progress_bars
from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.lake.manifests import Action
    from elt.repair import RepairSummary

RepairReason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; others read it later. One line.")
]

Undo = Annotated[
    int | None, typer.Option("--undo", metavar="NUMBER", min=1, help="Take the repair of this staging run back.")
]


def forget_events(
    lake: LakeUrl,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY", help="Keys of objects, below raw/.")] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Forget what ended before this day; stays that were open then remain."),
    ] = None,
    patient: Annotated[str | None, typer.Option(metavar="ID", help="Forget every event of this patient.")] = None,
    reason: RepairReason = None,
    undo: Undo = None,
    workers: Workers = 1,
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Forget events: they leave staged files and warehouse, and hospital-elt prune may delete them."""
    require_one_of(
        {
            "KEY": bool(keys),
            "--before": before is not None,
            "--patient": patient is not None,
            "--undo": undo is not None,
        }
    )
    day = None if before is None else parse_day("--before", before)

    from elt.lake.manifests import Action
    from elt.repair import forget

    make = partial(forget, reason=reason or "", before=day, patient=patient, keys=keys or ())
    make_or_undo(make, lake, Action.FORGET, undo, workers, single_writer=single_writer, as_json=as_json)


def compact_months(
    lake: LakeUrl,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Only this month.")] = None,
    undo: Undo = None,
    workers: Workers = 1,
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Make one staged file of the many of each closed month. Nothing is deleted: hospital-elt prune does that."""
    if month is not None:
        require_one_of({"--month": True, "--undo": undo is not None})
    only = None if month is None else parse_month("--month", month)

    from elt.lake.manifests import Action
    from elt.repair import compact

    make = partial(compact, month=only)
    make_or_undo(make, lake, Action.COMPACT, undo, workers, single_writer=single_writer, as_json=as_json)


def prune_lake(
    lake: LakeUrl,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be deleted, and delete nothing.")
    ] = False,
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Delete forgotten objects and superseded files, and nothing else. This cannot be undone."""
    from elt.lake.lake import Lake
    from elt.lake.layout import printable
    from elt.repair import prune

    with progress_bars() as on_progress:
        opened = Lake.open(lake, read_only=dry_run, single_writer=single_writer)
        summary = prune(opened, dry_run=dry_run, on_progress=on_progress)
    if as_json:
        terminal.print_json(summary.as_dict())
        return
    if not summary.events and not summary.superseded:
        typer.echo(f"Nothing to delete in {summary.lake}.")
    else:
        rows = [("raw objects", summary.events), ("staged files", summary.superseded)]
        title = "Would delete from" if dry_run else "Deleted from"
        terminal.print_table(f"{title} {summary.lake}", ("", "number"), rows)
    for key in summary.unnameable:
        typer.echo(f"left raw/{printable(key)}: no request can name it; delete it by hand")
    for key in summary.kept:
        typer.echo(f"left raw/{key}: it holds events that are not forgotten, too")


def require_one_of(options: Mapping[str, bool]) -> None:
    """Refuse a call that gives none, or several, of some options that exclude each other.

    Args:
        options: For each option or argument, True if it was given.

    Raises:
        WrongCallError: If not exactly one was given.
    """
    if sum(options.values()) != 1:
        *names, last = options
        raise WrongCallError(f"{', '.join(names)} and {last}: give exactly one of them")


def parse_day(option: str, text: str) -> date:
    """Read a day such as 2024-03-31; the option is for the message.

    Raises:
        WrongCallError: If it is not a day.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise WrongCallError(f"{option}: {text!r} is not a date such as 2024-03-31") from error


def parse_month(option: str, text: str) -> date:
    """Read a month such as 2024-03, and return its first day (see ``parse_day``)."""
    try:
        return parse_day(option, f"{text}-01")
    except WrongCallError as error:
        raise WrongCallError(f"{option}: {text!r} is not a month such as 2024-03") from error


def make_or_undo(
    make: "Callable[..., RepairSummary]",
    lake: str,
    action: "Action",
    undo: int | None,
    workers: int,
    *,
    single_writer: bool,
    as_json: bool,
) -> None:
    """Make a repair, or take an earlier one back, and print its summary.

    Args:
        make: Called with the lake, ``workers`` and ``on_progress``, to make the repair.
        lake: URL of the lake.
        action: Kind of the repair.
        undo: Number of the staging run to take back; None to make the repair.
        workers: Number of processes.
        single_writer: True if nothing else writes to the lake.
        as_json: True to print JSON.
    """
    from elt.lake.lake import Lake
    from elt.repair import undo as take_back

    if undo is not None:
        make = partial(take_back, action=action, number=undo)
    with progress_bars() as on_progress:
        summary = make(Lake.open(lake, single_writer=single_writer), workers=workers, on_progress=on_progress)
    _show(summary, as_json=as_json)


def _show(summary: "RepairSummary", *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(summary.as_dict())
        return
    if summary.number is None:
        typer.echo(f"Nothing to do in {summary.lake}.")
        return
    rows: list[tuple[str, int]] = [
        ("staging run", summary.number),
        ("events", summary.events),
        ("superseded files", summary.superseded),
        ("files in their place", summary.files),
    ]
    notes = ["Next: hospital-elt load and build bring the warehouse up to date."]
    terminal.print_table(f"{summary.title} {summary.lake}", ("", "number"), rows, notes)
