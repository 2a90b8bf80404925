"""``hospital-elt ddl``: prints the statements that create the event tables in an engine."""

import sys
from datetime import date
from typing import Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Json, Prefix
from hospital_sim import terminal


def command(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="clickhouse, redshift or athena.")],
    lake: Annotated[
        str | None, typer.Option(metavar="URL", help="The lake on S3 that Athena's tables read; only for athena.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="First day of Athena's tables; the month of the oldest event by default."),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Last day of Athena's tables; a year after the newest event by default."),
    ] = None,
    prefix: Prefix = "hospital",
    as_json: Json = False,
) -> None:
    """Print the statements that create the tables of an engine, derived from the events. Runs nothing."""
    from elt.warehouse.ddl import Engine, ddl

    if engine not in {*Engine}:
        raise WrongCallError(f"{engine!r}: no such engine; there are {', '.join(Engine)}")
    first, last = _day("--start", start), _day("--end", end)
    statements = ddl(Engine(engine), prefix, lake, first, last)
    if as_json:
        terminal.print_json({"engine": engine, "statements": statements})
    else:
        sys.stdout.write("\n".join(f"{statement};\n" for statement in statements))


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongCallError(f"{option}: {text!r} is not a date; write YYYY-MM-DD") from error
