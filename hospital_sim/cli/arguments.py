"""Arguments and options that several commands share."""

from typing import Annotated

import typer

from hospital_sim.terminal import complete_hospital

HospitalArgument = Annotated[
    str,
    typer.Argument(metavar="HOSPITAL", help="A preset's name or a TOML file.", autocompletion=complete_hospital),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")]
WorkersOption = Annotated[
    int | None,
    typer.Option(metavar="N", help="Most processes to use; chosen automatically by default."),
]
