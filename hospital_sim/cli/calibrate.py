"""The command ``calibration``: compares published figures with a simulated hospital."""

from typing import Annotated

import typer

from hospital_sim import terminal
from hospital_sim.cli.arguments import JsonOption, WorkersOption
from hospital_sim.hospital import Hospital, load_all

EXAMPLES = terminal.examples(
    "hospital-sim calibration my_hospital.toml --replications 2",
    "hospital-sim calibration england_acute --replications 2",
    "hospital-sim calibration england",
)


def command(
    hospital_name: Annotated[
        str,
        typer.Argument(
            metavar="[HOSPITAL]", help="A preset's name or a TOML file.", autocompletion=terminal.complete_hospital
        ),
    ] = "england_acute",
    replications: Annotated[
        int | None,
        typer.Option(metavar="N", help="Runs of a year, 1 or more; 10 by default. Not for several hospitals."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the experiment, 0 or more.")] = 1,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare published figures with a simulated hospital, each measured the way its source measures.

    The figures are those of acute hospitals in England; other kinds of hospital will differ. Several hospitals run a
    year each, and their totals are printed; a year of the preset england takes some minutes.
    """
    # Imported here, so that the other commands start faster.
    from hospital_sim.validation.calibration import calibration, show

    hospitals = load_all(hospital_name)
    if len(hospitals) > 1:
        if replications is not None:
            raise terminal.WrongCallError("--replications: several hospitals run once each; leave it out")
        _show_totals(hospital_name, hospitals, seed, workers, as_json)
        return
    hospital, replications = hospitals[0], 10 if replications is None else replications
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


def _show_totals(name: str, hospitals: tuple[Hospital, ...], seed: int, workers: int | None, as_json: bool) -> None:
    from hospital_sim.validation.calibration import END, START, nation

    with terminal.counting("hospitals, a year each", len(hospitals)) as count:
        trusts = nation.measure_trusts(hospitals, seed=seed, workers=workers, on_done=lambda _done, _total: count())
    rows = nation.national_rows(trusts, (END - START).days + 1)
    if as_json:
        period = {"start": str(START), "end": str(END), "seed": seed}
        terminal.print_json({"hospitals": len(hospitals), **period, "totals": nation.as_entries(rows)})
    else:
        terminal.print_table(f"{name}: totals, {START} to {END}", nation.COLUMNS, rows)
