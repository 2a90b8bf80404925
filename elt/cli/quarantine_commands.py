"""``hospital-elt quarantine``: shows the quarantine, sets events aside, and stages objects that were fixed."""

from collections import Counter
from functools import partial
from operator import attrgetter
from typing import Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Json, LakeUrl, Limit, SingleWriter, Workers
from elt.cli.progress import progress_bars
from elt.cli.repair_commands import RepairReason, Undo, make_or_undo, require_one_of
from hospital_sim import terminal

app = typer.Typer(
    help="Objects that could not be staged or were set aside, and their reasons.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _reasons(incomplete: str) -> list[str]:
    from elt.lake.quarantine import Reason

    return [reason for reason in Reason if reason.startswith(incomplete)]


@app.command(
    "list",
    epilog=terminal.examples(
        "hospital-elt quarantine list --lake lake",
        "hospital-elt quarantine list --lake lake --reason not_json --json",
    ),
)
def list_entries(
    lake: LakeUrl,
    reason: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Only this reason, such as not_json.", autocompletion=_reasons),
    ] = None,
    replayed: Annotated[
        bool, typer.Option("--all", help="Also objects that have been staged since, or forgotten.")
    ] = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the objects in quarantine with their reasons, and count them by reason."""
    import msgspec

    from elt.lake.lake import Lake
    from elt.lake.layout import printable
    from elt.lake.quarantine import Reason

    if reason is not None and reason not in list(Reason):
        raise WrongCallError(f"--reason: {reason!r} is none of {', '.join(Reason)}")
    quarantine = Lake.open(lake, read_only=True).quarantine
    open_entries = list(quarantine.open_entries())
    counts = Counter(entry.reason for entry in open_entries)
    still_open = {(entry.key, entry.manifest) for entry in open_entries}
    entries = sorted(quarantine.entries() if replayed else open_entries, key=attrgetter("key"))
    listed = [entry for entry in entries if reason in (None, entry.reason)]
    by_reason = {str(code): count for code, count in sorted(counts.items())}
    if as_json:
        shown = [msgspec.to_builtins(entry) | {"open": (entry.key, entry.manifest) in still_open} for entry in listed]
        terminal.print_json({"open": counts.total(), "by_reason": by_reason, "entries": shown})
        return
    typer.echo(f"In quarantine: {counts.total():,}")
    for code, count in by_reason.items():
        typer.echo(f"  {code}: {count:,}")
    # Lines rather than a table: a key is never folded, so it can be copied and searched for.
    for entry in listed[:limit]:
        since = "" if (entry.key, entry.manifest) in still_open else " (staged since, or forgotten)"
        run = f" by staging run {entry.manifest}" if entry.reason is Reason.SET_ASIDE else ""
        typer.echo(f"raw/{printable(entry.key)}: {entry.reason}{run}: {entry.detail}{since}")
    if len(listed) > limit:
        typer.echo(f"… and {len(listed) - limit:,} more (--limit)")


@app.command("replay", epilog=terminal.examples("hospital-elt quarantine replay --lake lake"))
def replay_entries(
    lake: LakeUrl,
    workers: Workers = 1,
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Stage the objects that keep the contract now, because their cause was fixed. The rest stays in quarantine."""
    from elt.lake.lake import Lake
    from elt.staging import replay

    with progress_bars() as on_progress:
        summary = replay(Lake.open(lake, single_writer=single_writer), workers, on_progress)
    if as_json:
        terminal.print_json(summary.as_dict())
        return
    rows: list[tuple[str, int]] = [("staged", summary.staged.rows), ("left the list", summary.closed)]
    rows += [(f"still in quarantine: {reason}", count) for reason, count in summary.still_open.items()]
    terminal.print_table(f"Replayed {summary.staged.lake}", ("", "objects"), rows)


@app.command(
    "add",
    epilog=terminal.examples(
        "hospital-elt quarantine add \\\n"
        "    admission/event_date=2024-01-15/admission_3a694f9e-0b85-8a86-8e5f-945de7d8217c.json \\\n"
        '    --reason "entered twice" --lake messy',
        "hospital-elt quarantine add --undo 3 --lake messy",
    ),
)
def add_entries(
    lake: LakeUrl,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY", help="Keys of events, as list shows them.")] = None,
    reason: RepairReason = None,
    undo: Undo = None,
    workers: Workers = 1,
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Set valid but wrong events aside: they leave the staged files and the warehouse, and stay in the lake."""
    require_one_of({"KEY": bool(keys), "--undo": undo is not None})

    from elt.lake.manifests import Action
    from elt.repair import set_aside

    make = partial(set_aside, keys=keys or [], reason=reason or "")
    make_or_undo(make, lake, Action.SET_ASIDE, undo, workers, single_writer=single_writer, as_json=as_json)
