"""Tables of results, for terminals, notebooks and data frames; and the mean and percentiles of times in them.

Each column has a type, so that frames of two runs have the same types whatever happened in them, and can be put
together.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from types import UnionType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hospital_sim.errors import needs_extra

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Cell = str | int | float | date | datetime | None

CellType = type | UnionType
"""The type of a column: ``str``, ``int``, ``float``, ``date``, ``datetime`` (UTC) or ``int | None``. A cell of any type
but ``int`` may be None."""

NUMBERS: tuple[CellType, ...] = (int, int | None, float)

_PANDAS: dict[CellType, str] = {
    str: "str",
    int: "int64",
    int | None: "Int64",
    float: "float64",
    date: "datetime64[us]",
    datetime: "datetime64[us]",
}

_ARROW: dict[CellType, str] = {
    str: "string",
    int: "int64",
    int | None: "int64",
    float: "double",
    date: "date32",
    datetime: "timestamp[us]",
}


class Table:
    """Named columns of equal length.

    Args:
        title: Title of the table.
        types: The type of each column, by name, in order.
        rows: The rows, each with a cell for every column.
    """

    def __init__(self, title: str, types: Mapping[str, CellType], rows: Iterable[Sequence[Cell]]) -> None:
        self.title = title
        self._types = dict(types)
        self._columns: dict[str, list[Cell]] = {name: [] for name in types}
        for row in rows:
            for column, cell in zip(self._columns.values(), row, strict=True):
                column.append(cell)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self._columns.values()), []))

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        """Yield each row by the names of its columns."""
        for row in self.rows():
            yield dict(zip(self._columns, row, strict=True))

    def __getitem__(self, column: str) -> list[Cell]:
        """Return the values of a column."""
        return list(self._columns[column])

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Yield each row."""
        return zip(*self._columns.values(), strict=True)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the table as a pandas frame. Times are UTC, without a time zone, so that Excel takes them.

        Raises:
            MissingExtraError: If pandas is not installed.
        """
        with needs_extra("to_pandas", "pandas"):
            import pandas
        return pandas.DataFrame(
            {
                name: pandas.Series(column, dtype=_PANDAS[self._types[name]])
                for name, column in self._plain_columns().items()
            }
        )

    def to_polars(self) -> polars.DataFrame:
        """Return the table as a Polars frame. Times are UTC, without a time zone.

        Raises:
            MissingExtraError: If Polars is not installed.
        """
        with needs_extra("to_polars", "polars"):
            import polars
        # Polars needs no other type for ``int | None``.
        schema = {name: kind if isinstance(kind, type) else int for name, kind in self._types.items()}
        return polars.DataFrame(self._plain_columns(), schema=schema, strict=False)

    def to_arrow(self) -> pyarrow.Table:
        """Return the table as an Arrow table. Times are UTC, without a time zone.

        Raises:
            MissingExtraError: If pyarrow is not installed.
        """
        with needs_extra("to_arrow", "arrow"):
            import pyarrow
        schema = pyarrow.schema([(name, pyarrow.type_for_alias(_ARROW[kind])) for name, kind in self._types.items()])
        return pyarrow.table(self._plain_columns(), schema=schema)

    def _plain_columns(self) -> dict[str, list[Cell]]:
        """Return the columns with times that have no time zone."""
        return {
            name: [_without_zone(cell) for cell in column] if self._types[name] is datetime else column
            for name, column in self._columns.items()
        }

    def __repr__(self) -> str:
        """Return the table as lines of text."""
        cells = [list(self._columns), *([format_cell(cell) for cell in row] for row in self.rows())]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self._columns))]
        lines = ["  ".join(map(self._justify, row, self._columns, widths)).rstrip() for row in cells]
        return "\n".join([self.title, *lines])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self._columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(format_cell(cell))}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        caption = f"<caption>{html.escape(self.title)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _justify(self, text: str, column: str, width: int) -> str:
        return text.rjust(width) if self._types[column] in NUMBERS else text.ljust(width)


def _without_zone(cell: Cell) -> Cell:
    return cell.astimezone(UTC).replace(tzinfo=None) if isinstance(cell, datetime) else cell


def format_cell(cell: Cell) -> str:
    """Return a cell as text: numbers with thousands separators, floats with three decimals, None as an empty text."""
    if cell is None:
        return ""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return str(cell)
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.3f}"


class TimeSummary(NamedTuple):
    """Mean, percentiles and maximum of some times, in their unit; all None if there are no times.

    Percentiles are exact with linear interpolation, as the warehouse takes them.
    """

    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    longest: float | None = None


def summarise_times(times: ArrayLike) -> TimeSummary:
    """Return the mean, percentiles and maximum of times, such as waits in hours."""
    values = np.asarray(times)
    if not values.size:
        return TimeSummary()
    p50, p90, p95 = np.percentile(values, (50, 90, 95)).tolist()
    return TimeSummary(float(values.mean()), p50, p90, p95, float(values.max()))
