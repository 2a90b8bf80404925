"""``hospital-elt ddl``: the tables that hold events, in the words of an engine."""

import sys
from datetime import date
from typing import Annotated

import typer

from elt import WrongCallError
from hospital_sim import terminal

EXAMPLES = terminal.examples(
    "hospital-elt ddl clickhouse",
    "hospital-elt ddl redshift --json",
)


def command(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="clickhouse, redshift or athena.")],
    lake: Annotated[
        str | None, typer.Option(metavar="URL", help="The lake that Athena's tables read, on S3; others name none.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="First day of Athena's tables. By default, as the lake has events."),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Last day of Athena's tables. By default, a year after the lake's events."),
    ] = None,
    prefix: Annotated[str, typer.Option(metavar="NAME", help="What the names of the schemas begin with.")] = "hospital",
    as_json: Annotated[bool, typer.Option("--json", help="Print the statements as one JSON object.")] = False,
) -> None:
    """Print the statements that make the tables of an engine, derived from the events; nothing is run."""
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
