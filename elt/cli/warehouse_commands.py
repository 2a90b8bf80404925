"""``hospital-elt load``, ``build``, ``report`` and ``powerbi``: the commands that fill a warehouse and show it."""

from pathlib import Path
from typing import Annotated

import typer

from elt.cli.options import Json, LakeUrl, Prefix, WarehouseDsn
from elt.cli.progress import progress_bars
from hospital_sim.terminal import FAILED, error_line, show, warning_line


def load_lake(lake: LakeUrl, warehouse: WarehouseDsn, prefix: Prefix = "hospital", as_json: Json = False) -> None:
    """Load every staged file and finished run record that the warehouse does not hold yet."""
    from elt.lake.lake import Lake
    from elt.load.run import load

    with progress_bars() as on_progress:
        summary = load(Lake.open(lake, read_only=True), warehouse, prefix, on_progress)
    show("loaded", summary.as_dict() if as_json else summary.as_counts(), as_json=as_json)


def build_models(
    warehouse: WarehouseDsn,
    prefix: Prefix = "hospital",
    threads: Annotated[
        int, typer.Option(metavar="N", min=1, help="Number of models and tests that run at the same time.")
    ] = 2,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Rebuild every table, not only the months with new data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Build the star schema and the marts from the files loaded since the last build, and run their tests."""
    from elt.build.run import build

    with progress_bars() as on_progress:
        summary = build(warehouse, prefix, threads, full_refresh=full_refresh, on_progress=on_progress)
    if summary.up_to_date and not as_json:
        typer.echo("Nothing new: every model is built of what is loaded.")
        _warn_of_wrong_events(summary.wrong_events)
        return
    show("built", summary.as_dict() if as_json else summary.as_counts(), as_json=as_json)
    _warn_of_wrong_events(summary.wrong_events)
    for warning in summary.tests_warned:
        warning_line(warning)
    for failure in (*summary.models_failed, *summary.tests_failed):
        error_line(failure)
    if not summary.passed:
        error_line(f"dbt's log: {summary.log}")
        raise typer.Exit(FAILED)


def _warn_of_wrong_events(count: int) -> None:
    if count:
        warning_line(f"wrong events: {count:,}; hospital-elt check names each and says what to do")


def write_dashboard(
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


def write_powerbi_project(
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
