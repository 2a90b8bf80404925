"""``hospital-elt query``: runs one query and prints its rows."""

import csv
import math
import sys
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from elt import WrongCallError
from elt.cli.options import Prefix, WarehouseDsn
from hospital_sim.terminal import print_json, print_table

if TYPE_CHECKING:
    import pyarrow as pa


class Format(StrEnum):
    """Format of the printed rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def command(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="One statement with a result, such as SELECT …", show_default=False)
    ],
    warehouse: WarehouseDsn,
    format: Annotated[Format, typer.Option(help="Format of the rows.")] = Format.TABLE,  # noqa: A002
    prefix: Prefix = "hospital",
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Run one query and print its rows."""
    from elt.warehouse import StatementError, open_warehouse

    if not sql.strip().strip(";"):
        raise WrongCallError("the query is empty; give one statement, such as 'SELECT 1'")
    with open_warehouse(warehouse, prefix) as opened:
        try:
            rows = opened.query(sql)
        except StatementError as error:
            if error.wrong_sql:
                raise WrongCallError(f"query: {error}") from error
            raise
    _print(rows, Format.JSON if json else format)


def _print(rows: "pa.Table", form: Format) -> None:
    match form:
        case Format.JSON:
            print_json([{name: _plain(value) for name, value in row.items()} for row in rows.to_pylist()])
        case Format.CSV:
            _write_csv(rows)
        case Format.TABLE:
            cells = [[_cell(value) for value in row.values()] for row in rows.to_pylist()]
            print_table("", rows.column_names, cells, [f"{len(cells):,} rows"])


def _write_csv(rows: "pa.Table") -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows.column_names)
    writer.writerows([_plain(value) for value in row.values()] for row in rows.to_pylist())


def _plain(value: object) -> object:
    """Return a value that JSON can hold: timestamps as RFC 3339, infinities and NaN as null."""
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case float() if not math.isfinite(value):
            return None
        case Decimal():
            return float(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
    return value


def _cell(value: object) -> str | int | float | None:
    plain = _plain(value)
    return plain if isinstance(plain, str | int | float) or plain is None else str(plain)
