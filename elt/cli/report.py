"""``hospital-elt report``: the marts as a dashboard."""

from pathlib import Path
from typing import Annotated

import typer

from hospital_sim.terminal import examples, show

EXAMPLES = examples(
    "hospital-elt report --warehouse chdb://warehouse --out report",
)


def command(
    warehouse: Annotated[str, typer.Option(metavar="DSN", help="Where the marts are, such as chdb:///data/warehouse.")],
    out: Annotated[Path, typer.Option(help="Directory for the pages; made if it is not there.", metavar="DIR")],
    prefix: Annotated[str, typer.Option(metavar="NAME", help="What the names of the schemas begin with.")] = "hospital",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write DIR/index.html and the pages beside it: pressure, waits, beds, flow and checks, without a network."""
    from elt.report import write_report
    from elt.warehouse import open_warehouse

    with open_warehouse(warehouse, prefix) as opened:
        summary = write_report(opened, out)
    show(
        "report",
        {
            "page": str(summary.page),
            "hospitals": summary.hospitals,
            "departments": summary.departments,
            "days": summary.days,
            "failed_checks": summary.failed_checks,
            "bytes": summary.size,
        },
        as_json=as_json,
    )
