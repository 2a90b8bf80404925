"""``hospital-elt report``: writes the marts as a dashboard of HTML pages."""

from pathlib import Path
from typing import Annotated

import typer

from elt.cli.options import Json, Prefix, WarehouseDsn
from hospital_sim.terminal import examples, show

EXAMPLES = examples(
    "hospital-elt report --warehouse chdb://warehouse --out report",
)


def command(
    warehouse: WarehouseDsn,
    out: Annotated[Path, typer.Option(help="Directory for the pages; created if missing.", metavar="DIR")],
    prefix: Prefix = "hospital",
    as_json: Json = False,
) -> None:
    """Write DIR/index.html and its pages: pressure, waits, beds, flow and checks. They need no network."""
    from elt.report import write_report
    from elt.warehouse import open_warehouse

    with open_warehouse(warehouse, prefix) as opened:
        summary = write_report(opened, out)
    show("report", summary.as_dict(), as_json=as_json)
