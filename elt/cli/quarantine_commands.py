"""``hospital-elt quarantine list`` and ``replay``: what could not be staged, and staging it after all."""

from typing import Annotated

import typer

from elt import WrongCallError
from elt.cli.options import SINGLE_WRITER
from elt.cli.progress import progress_bars
from hospital_sim import terminal

app = typer.Typer(help="What could not be staged, and why.", no_args_is_help=True, rich_markup_mode=None)


def _reasons(incomplete: str) -> list[str]:
    from elt.lake.quarantine import Reason

    return [reason for reason in Reason if reason.startswith(incomplete)]


LakeUrl = Annotated[str, typer.Option(metavar="URL", help="URL of the lake.")]


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
        str | None, typer.Option(metavar="CODE", help="Only this reason, such as not_json.", autocompletion=_reasons)
    ] = None,
    replayed: Annotated[bool, typer.Option("--all", help="Also what has been staged since.")] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="How many objects to show.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print every object as one JSON object.")] = False,
) -> None:
    """List the objects in quarantine with their reasons, and count them by reason."""
    import msgspec

    from elt.lake.quarantine import Reason
    from elt.lake.store import Lake

    if reason is not None and reason not in list(Reason):
        raise WrongCallError(f"--reason: {reason!r} is none of {', '.join(Reason)}")
    quarantine = Lake.open(lake, read_only=True).quarantine
    counts = quarantine.open_counts()
    still_open = {entry.key for entry in quarantine.open_entries()}
    found = [
        entry
        for entry in quarantine.entries()
        if (replayed or entry.key in still_open) and reason in (None, entry.reason)
    ]
    by_reason = {str(code): count for code, count in sorted(counts.items())}
    if as_json:
        entries = [msgspec.to_builtins(entry) | {"open": entry.key in still_open} for entry in found]
        terminal.print_json({"open": counts.total(), "by_reason": by_reason, "entries": entries})
        return
    typer.echo(f"In quarantine: {counts.total():,}")
    for code, count in by_reason.items():
        typer.echo(f"  {code}: {count:,}")
    # Lines rather than a table: a key is never folded, so it can be copied and searched for.
    for entry in found[:limit]:
        key = entry.key if entry.key.isprintable() else repr(entry.key)[1:-1]
        since = "" if entry.key in still_open else " (staged since)"
        typer.echo(f"raw/{key}: {entry.reason}: {entry.detail}{since}")
    if len(found) > limit:
        typer.echo(f"… and {len(found) - limit:,} more (--limit)")


@app.command("replay", epilog=terminal.examples("hospital-elt quarantine replay --lake lake"))
def replay_entries(
    lake: LakeUrl,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Processes.")] = 1,
    single_writer: Annotated[bool, typer.Option("--single-writer", help=SINGLE_WRITER)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Stage what keeps the contract now, because its cause was mended; the rest stays in quarantine."""
    from elt.lake.store import Lake
    from elt.staging import replay

    with progress_bars() as on_progress:
        summary = replay(Lake.open(lake, single_writer=single_writer), workers, on_progress)
    if as_json:
        terminal.print_json(summary.as_json())
        return
    rows: list[tuple[str, int]] = [("staged", summary.staged.rows), ("left the list", summary.closed)]
    rows += [(f"still in quarantine: {reason}", count) for reason, count in summary.still_open.items()]
    terminal.print_table(f"Replayed {summary.staged.lake}", ("", "objects"), rows)
