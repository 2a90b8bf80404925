"""Options that several commands of ``hospital-elt`` share, each defined once."""

from typing import Annotated

import typer

LakeUrl = Annotated[str, typer.Option("--lake", metavar="URL", help="URL of the lake.")]

WarehouseDsn = Annotated[
    str, typer.Option("--warehouse", metavar="DSN", help="DSN of the warehouse, such as chdb:///data/warehouse.")
]

Prefix = Annotated[
    str, typer.Option("--prefix", metavar="NAME", help="Beginning of the names of the warehouse's schemas.")
]

Workers = Annotated[int, typer.Option("--workers", min=1, metavar="N", help="Number of processes.")]

Limit = Annotated[int, typer.Option("--limit", min=0, metavar="N", help="Most objects to show.")]

SingleWriter = Annotated[
    bool,
    typer.Option(
        "--single-writer", help="Allow a store without atomic create. Only safe if nothing else writes to the lake."
    ),
]

OpenMonths = Annotated[
    bool,
    typer.Option(
        "--open-months",
        help="List the raw objects of months that are not closed for every hospital, and no others; for nights.",
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
