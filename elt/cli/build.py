"""``hospital-elt build``: the dbt project's models and tests."""

from typing import Annotated

import typer

from elt.cli.progress import progress_bars
from hospital_sim.terminal import FAILED, error_line, examples, show, warning_line

EXAMPLES = examples(
    "hospital-elt build --warehouse chdb://warehouse",
    "hospital-elt build --warehouse chdb://warehouse --full-refresh",
)


def command(
    warehouse: Annotated[
        str, typer.Option(metavar="DSN", help="DSN of the warehouse, such as chdb:///data/warehouse.")
    ],
    prefix: Annotated[str, typer.Option(metavar="NAME", help="What the names of the schemas begin with.")] = "hospital",
    threads: Annotated[int, typer.Option(metavar="N", min=1, help="Models and tests worked on at once.")] = 2,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build everything anew, not only what is new.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Build the star schema and the marts of what was loaded since the last build, and run their tests."""
    from elt.build.run import build

    with progress_bars() as on_progress:
        summary = build(warehouse, prefix, threads, full_refresh=full_refresh, on_progress=on_progress)
    if summary.up_to_date and not json:
        typer.echo("Nothing new: every model is built of what is loaded.")
        return
    show("built", summary.as_dict() if json else summary.as_counts(), as_json=json)
    for warning in summary.tests_warned:
        warning_line(warning)
    for failure in (*summary.models_failed, *summary.tests_failed):
        error_line(failure)
    if not summary.passed:
        raise typer.Exit(FAILED)
