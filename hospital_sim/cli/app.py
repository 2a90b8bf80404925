"""The commands of ``hospital-sim``, one function each."""

from typing import Annotated

import typer

from hospital_sim import hospital, terminal
from hospital_sim.cli import board, calibrate, compare, validate
from hospital_sim.cli.simulate import simulate_all
from hospital_sim.presets import presets

app = typer.Typer(
    help="Synthetic UK hospitals: see what is asked of one, and run it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

HospitalArgument = Annotated[str, typer.Argument(metavar="HOSPITAL", help="A preset's name or a TOML file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")]


@app.command("presets")
def list_presets(as_json: JsonOption = False) -> None:
    """List the hospitals that come with the library."""
    loaded = {name: hospital.load(name).config for name in presets()}
    if as_json:
        terminal.print_json({"presets": list(loaded)})
        return
    rows = [
        (name, config.name, len(config.department), sum(entry.beds for entry in config.department))
        for name, config in loaded.items()
    ]
    terminal.print_table("Presets", ("preset", "hospital", "departments", "beds"), rows)


@app.command()
def describe(hospital_name: HospitalArgument, as_json: JsonOption = False) -> None:
    """Show the offered load by department and month, before anything runs.

    Offered load is the beds that demand asks for as a share of the beds there are, long stays and delays included.
    """
    found = hospital.load_all(hospital_name)
    tables = [each.describe() for each in found]
    if as_json:
        entries = [
            {"hospital_id": each.config.id, "departments": list(table)}
            for each, table in zip(found, tables, strict=True)
        ]
        terminal.print_json({"hospitals": entries})
        return
    for table in tables:
        terminal.print_table(table.title, table.columns, list(table.rows()))


@app.command()
def simulate(
    hospital_name: HospitalArgument,
    start: Annotated[str, typer.Option(metavar="DATE", help="First day, UTC.")],
    end: Annotated[str, typer.Option(metavar="DATE", help="Last day, inclusive.")],
    seed: Annotated[int, typer.Option(help="Seed of every random stream, 0 or more.")],
    sink: Annotated[str, typer.Option(metavar="URL", help="The raw root that events are written to: LAKE/raw.")],
    emit_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day to emit, to append to finished runs.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Hospitals to run side by side.")] = 1,
    single_writer: Annotated[
        bool,
        typer.Option("--single-writer", help="Use a store that overwrites: nothing else writes to it, I promise."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a hospital and write each event as a JSON object of its own.

    The same call again completes a run that was cut short, and changes nothing in one that was not.
    """
    summary = simulate_all(hospital_name, start, end, seed, sink, emit_from, workers, single_writer)
    terminal.show("Simulated", summary, as_json=as_json)


app.command("board")(board.command)
app.command("calibration")(calibrate.command)
app.command("compare")(compare.command)
app.command("validate")(validate.command)
