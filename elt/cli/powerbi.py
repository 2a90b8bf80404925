"""``hospital-elt powerbi``: writes a Power BI project for the warehouse."""

from pathlib import Path
from typing import Annotated

import typer

from elt.cli.options import Json, Prefix, WarehouseDsn
from hospital_sim.terminal import examples, show

EXAMPLES = examples(
    "hospital-elt powerbi --warehouse chdb://warehouse --out powerbi",
)


def command(
    warehouse: WarehouseDsn,
    out: Annotated[Path, typer.Option(help="Directory for the project; created if missing.", metavar="DIR")],
    connect: Annotated[
        str | None,
        typer.Option(
            help="Server on which Power BI finds the tables, such as redshift://host:5439/database.",
            metavar="URL",
        ),
    ] = None,
    data_folder: Annotated[
        str | None,
        typer.Option(
            help="Folder of the Parquet files as Power BI sees it, such as C:\\hospital\\data.", metavar="PATH"
        ),
    ] = None,
    prefix: Prefix = "hospital",
    as_json: Json = False,
) -> None:
    """Write DIR/hospital.pbip: a semantic model and a report for Power BI Desktop, checked against the warehouse."""
    from elt.powerbi import write_powerbi

    summary = write_powerbi(warehouse, out, prefix, connect=connect, data_folder=data_folder)
    show("Power BI", summary.as_dict(), as_json=as_json)
