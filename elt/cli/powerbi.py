"""``hospital-elt powerbi``: the warehouse as a Power BI project."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from hospital_sim.terminal import examples, show

EXAMPLES = examples(
    "hospital-elt powerbi --warehouse chdb://warehouse --out powerbi",
)


def command(
    warehouse: Annotated[str, typer.Option(metavar="DSN", help="Where the marts are, such as chdb:///data/warehouse.")],
    out: Annotated[Path, typer.Option(help="Directory for the project; made if it is not there.", metavar="DIR")],
    connect: Annotated[
        str | None,
        typer.Option(
            help="Where Power BI finds the tables, if elsewhere: redshift://host:5439/database.", metavar="URL"
        ),
    ] = None,
    data_folder: Annotated[
        str | None,
        typer.Option(
            help="Folder of the Parquet files as Power BI sees it, such as C:\\hospital\\data.", metavar="PATH"
        ),
    ] = None,
    prefix: Annotated[str, typer.Option(metavar="NAME", help="What the names of the schemas begin with.")] = "hospital",
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write DIR/hospital.pbip: a semantic model and a report for Power BI Desktop, checked against the warehouse."""
    from elt.powerbi import write_powerbi

    summary = write_powerbi(warehouse, out, prefix, connect=connect, data_folder=data_folder)
    show("Power BI", {**dataclasses.asdict(summary), "project": str(summary.project)}, as_json=as_json)
