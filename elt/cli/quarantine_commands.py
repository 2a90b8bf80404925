"""``hospital-elt quarantine list`` and ``replay``: shows the quarantine, and stages objects that were fixed."""

from typing import Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Json, LakeUrl, Limit, SingleWriter, Workers
from elt.cli.progress import progress_bars
from hospital_sim import terminal

app = typer.Typer(
    help="Objects that could not be staged, and their reasons.", no_args_is_help=True, rich_markup_mode=None
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
    replayed: Annotated[bool, typer.Option("--all", help="Also objects that have been staged since.")] = False,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List the objects in quarantine with their reasons, and count them by reason."""
    import msgspec

    from elt.lake.lake import Lake
    from elt.lake.quarantine import Reason

    if reason is not None and reason not in list(Reason):
        raise WrongCallError(f"--reason: {reason!r} is none of {', '.join(Reason)}")
    quarantine = Lake.open(lake, read_only=True).quarantine
    counts = quarantine.open_counts()
    still_open = {entry.key for entry in quarantine.open_entries()}
    listed = [
        entry
        for entry in quarantine.entries()
        if (replayed or entry.key in still_open) and reason in (None, entry.reason)
    ]
    by_reason = {str(code): count for code, count in sorted(counts.items())}
    if as_json:
        entries = [msgspec.to_builtins(entry) | {"open": entry.key in still_open} for entry in listed]
        terminal.print_json({"open": counts.total(), "by_reason": by_reason, "entries": entries})
        return
    typer.echo(f"In quarantine: {counts.total():,}")
    for code, count in by_reason.items():
        typer.echo(f"  {code}: {count:,}")
    # Lines rather than a table: a key is never folded, so it can be copied and searched for.
    for entry in listed[:limit]:
        key = entry.key if entry.key.isprintable() else repr(entry.key)[1:-1]
        since = "" if entry.key in still_open else " (staged since)"
        typer.echo(f"raw/{key}: {entry.reason}: {entry.detail}{since}")
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
