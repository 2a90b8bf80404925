"""``hospital-elt build``: the dbt project's models and tests."""

import sys
from typing import Annotated

import typer

from hospital_sim.terminal import FAILED, error_line, show


def command(
    warehouse: Annotated[str, typer.Option(help="DSN of the warehouse, such as chdb:///data/warehouse.")],
    prefix: Annotated[str, typer.Option(help="What the names of the schemas begin with.")] = "hospital",
    threads: Annotated[int, typer.Option(min=1, help="Models and tests worked on at once.")] = 2,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build everything anew, not only what is new.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Build the star schema and the marts of what was loaded since the last build, and run their tests."""
    from elt.build import build

    summary = build(warehouse, prefix, threads, full_refresh=full_refresh)
    if summary.up_to_date and not json:
        typer.echo("Nothing new: every model is built of what is loaded.")
        return
    show("built", summary.as_dict() if json else summary.as_counts(), as_json=json)
    for warning in summary.tests_warned:
        sys.stderr.write(f"warning: {warning}\n")
    for failure in (*summary.models_failed, *summary.tests_failed):
        error_line(failure)
    if not summary.passed:
        raise typer.Exit(FAILED)
