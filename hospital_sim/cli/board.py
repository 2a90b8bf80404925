"""The command ``board``: writes a page that plays a hospital through time."""

from pathlib import Path
from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption

EXAMPLES = terminal.examples("hospital-sim board lake/raw --out board.html")


def command(
    source: Annotated[str, typer.Argument(metavar="URL", help="A lake, or its raw root: LAKE/raw.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write.")],
    hospital_id: Annotated[
        str | None, typer.Option("--hospital", metavar="ID", help="The hospital, if the lake has several.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a bed board: one page that plays a hospital through time, bed by bed.

    The page needs no network. Each bed is a cell, with the queue of its ward below.
    """
    # Imported here, so that the other commands start faster.
    from hospital_sim.results.board import Board
    from hospital_sim.results.read_back import read_history

    if not out.absolute().parent.is_dir():
        raise terminal.WrongCallError(f"--out: there is no folder {out.absolute().parent}; make it first")
    run, events = read_history(source, hospital_id)
    page = Board(run, events).save(out)
    summary = {
        "hospital": run.hospital_id,
        "first_day": str(run.emit_from),
        "last_day": str(run.end),
        "events": len(events),
        "page": str(page),
    }
    terminal.show("Bed board", summary, as_json=as_json)
