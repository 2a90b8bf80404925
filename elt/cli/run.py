"""``hospital-elt run``: the whole way, from a hospital to a page."""

from pathlib import Path
from typing import Annotated

import typer

from elt.cli.options import SINGLE_WRITER
from elt.cli.progress import progress_bars
from hospital_sim import terminal

EXAMPLES = terminal.examples(
    "hospital-elt run small --start 2024-01-01 --end 2024-01-31 --seed 1 \\\n"
    "    --lake lake --warehouse chdb://warehouse --report report",
)


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
    lake: Annotated[str, typer.Option(metavar="URL", help="URL of the lake.")],
    warehouse: Annotated[
        str, typer.Option(metavar="DSN", help="DSN of the warehouse, such as chdb:///data/warehouse.")
    ],
    report: Annotated[Path, typer.Option(metavar="DIR", help="Directory for the dashboard.")],
    prefix: Annotated[str, typer.Option(metavar="NAME", help="What the names of the schemas begin with.")] = "hospital",
    single_writer: Annotated[bool, typer.Option("--single-writer", help=SINGLE_WRITER)] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
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
            on_step=lambda line: typer.echo(line, err=True),
            on_progress=on_progress,
        )
    if as_json:
        terminal.print_json(summary.as_json())
    else:
        if not summary.checked.passed:
            print_checks(summary.checked)
        print_reconciliation(summary.checked)
        typer.echo(f"Page: {summary.report.page}")
    for failure in summary.built.tests_failed:
        terminal.error_line(failure)
    if not summary.passed:
        raise typer.Exit(terminal.FAILED)
