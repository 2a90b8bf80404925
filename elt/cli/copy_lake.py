"""``hospital-elt copy``: copies a lake to another store."""

from typing import Annotated

import typer

from elt.cli.options import Json, SingleWriter
from elt.cli.progress import progress_bars
from hospital_sim import terminal

EXAMPLES = terminal.examples(
    "hospital-elt copy lake backup",
    "hospital-elt copy lake backup --json",
)


def command(
    source: Annotated[str, typer.Argument(metavar="SRC", help="URL of the lake.")],
    destination: Annotated[
        str, typer.Argument(metavar="DST", help="URL of the copy: an empty place, or an earlier copy.")
    ],
    single_writer: SingleWriter = False,
    as_json: Json = False,
) -> None:
    """Copy a lake and read every object back. The same call again completes a copy or brings it up to date."""
    from elt import WrongCallError
    from elt.lake.copy import copy_lake
    from elt.lake.lake import Lake
    from hospital_sim.storage import open_store

    for word, url in (("SRC", source), ("DST", destination)):
        try:
            open_store(url, single_writer=True)
        except ValueError as error:
            raise WrongCallError(f"{word}: {error}") from error
    lake, target = Lake.open(source, read_only=True), open_store(destination, single_writer=single_writer)
    with progress_bars() as on_progress:
        summary = copy_lake(lake, target, on_progress)
    terminal.show("Copied", summary.as_dict(), as_json=as_json)
