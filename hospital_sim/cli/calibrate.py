"""The command ``calibration``: compares published figures with a simulated hospital."""

from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption, WorkersOption
from hospital_sim.hospital import load

EXAMPLES = terminal.examples(
    "hospital-sim calibration my_hospital.toml --replications 2",
    "hospital-sim calibration england_acute --replications 2",
)


def command(
    hospital_name: Annotated[
        str,
        typer.Argument(
            metavar="[HOSPITAL]", help="A preset's name or a TOML file.", autocompletion=terminal.complete_hospital
        ),
    ] = "england_acute",
    replications: Annotated[int, typer.Option(metavar="N", help="Runs of a year, 1 or more.")] = 10,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the experiment, 0 or more.")] = 1,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare published figures with a simulated hospital, each measured the way its source measures.

    The figures are those of acute hospitals in England; other kinds of hospital will differ.
    """
    # Imported here, so that the other commands start faster.
    from hospital_sim.validation.calibration import calibration, show

    hospital = load(hospital_name)
    with terminal.counting("years", replications) as count:
        agreement = calibration(
            hospital, replications=replications, seed=seed, workers=workers, on_done=lambda _done, _total: count()
        )
    if as_json:
        terminal.print_json(show.summary(agreement, hospital_name, seed))
        return
    for title, rows in show.tables(agreement):
        terminal.print_table(title, show.COLUMNS, rows)
    terminal.print_table("Verdict", show.VERDICT_COLUMNS, show.verdicts(agreement), [show.JUDGED_BY])
