"""``hospital-elt run``: runs every step, from the simulation of a hospital to its dashboard."""

from pathlib import Path
from typing import Annotated

import typer

from elt.cli.options import Json, LakeUrl, Prefix, SingleWriter, WarehouseDsn
from elt.cli.progress import progress_bars
from hospital_sim import terminal


def command(
    hospital: Annotated[
        str,
        typer.Argument(
            metavar="HOSPITAL", help="A preset's name or a TOML file.", autocompletion=terminal.complete_hospital
        ),
    ],
    start: Annotated[str, typer.Option(metavar="DATE", help="First day, UTC.")],
    end: Annotated[str, typer.Option(metavar="DATE", help="Last day, inclusive.")],
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of every random stream, 0 or more.")],
    lake: LakeUrl,
    warehouse: WarehouseDsn,
    report: Annotated[Path, typer.Option(metavar="DIR", help="Directory for the dashboard.")],
    prefix: Prefix = "hospital",
    single_writer: SingleWriter = False,
    bundle: Annotated[
        bool,
        typer.Option(
            "--bundle", help="Write one object for each hospital, event type and day, not one for each event."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Simulate, stage, load, build, check and report. The same call again changes nothing.

    Exit code 1 if a test of the models or a check fails.
    """
    from elt import pipeline
    from elt.cli.check import print_checks, print_reconciliation

    with progress_bars() as on_progress:
        summary = pipeline.run(
            hospital,
            start,
            end,
            seed=seed,
            lake=lake,
            warehouse=warehouse,
            report=report,
            prefix=prefix,
            single_writer=single_writer,
            bundle=bundle,
            on_step=lambda line: typer.echo(line, err=True),
            on_progress=on_progress,
        )
    if as_json:
        terminal.print_json(summary.as_dict())
    else:
        if not summary.checked.passed:
            print_checks(summary.checked)
        print_reconciliation(summary.checked)
        typer.echo(f"Page: {summary.report.page}")
    for failure in summary.built.tests_failed:
        terminal.error_line(failure)
    if not summary.passed:
        raise typer.Exit(terminal.FAILED)
