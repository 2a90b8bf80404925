"""``hospital-elt build``: builds the models of the dbt project and runs their tests."""

from typing import Annotated

import typer

from elt.cli.options import Json, Prefix, WarehouseDsn
from elt.cli.progress import progress_bars
from hospital_sim.terminal import FAILED, error_line, examples, show, warning_line

EXAMPLES = examples(
    "hospital-elt build --warehouse chdb://warehouse",
    "hospital-elt build --warehouse chdb://warehouse --full-refresh",
)


def command(
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
        return
    show("built", summary.as_dict() if as_json else summary.as_counts(), as_json=as_json)
    for warning in summary.tests_warned:
        warning_line(warning)
    for failure in (*summary.models_failed, *summary.tests_failed):
        error_line(failure)
    if not summary.passed:
        raise typer.Exit(FAILED)
