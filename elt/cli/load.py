"""``hospital-elt load``: staged files and run records into the warehouse."""

from typing import Annotated

import typer

from elt.cli.progress import progress_bars
from hospital_sim.terminal import examples, show

EXAMPLES = examples(
    "hospital-elt load --lake lake --warehouse chdb://warehouse",
)


def command(
    lake: Annotated[str, typer.Option(metavar="URL", help="URL of the lake.")],
    warehouse: Annotated[
        str, typer.Option(metavar="DSN", help="DSN of the warehouse, such as chdb:///data/warehouse.")
    ],
    prefix: Annotated[str, typer.Option(metavar="NAME", help="What the names of the schemas begin with.")] = "hospital",
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Load every staged file and finished run record that the warehouse does not hold yet."""
    from elt.lake.store import Lake
    from elt.load.run import load

    with progress_bars() as on_progress:
        summary = load(Lake.open(lake, read_only=True), warehouse, prefix, on_progress)
    show("loaded", summary.as_dict() if json else summary.as_counts(), as_json=json)
