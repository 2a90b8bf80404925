"""Tables of results, for terminals, notebooks and data frames; and the mean and percentiles of times in them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hospital_sim.errors import needs_extra

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Cell = str | int | float | date | datetime | None


class Table:
    """Named columns of equal length.

    Args:
        title: Title of the table.
        columns: The values of each column, by name, in order.
    """

    def __init__(self, title: str, columns: Mapping[str, Sequence[Cell]]) -> None:
        self.title = title
        self._columns = {name: list(values) for name, values in columns.items()}
        if len({len(values) for values in self._columns.values()}) > 1:
            raise ValueError(f"{title}: the columns are not of equal length")

    @classmethod
    def from_rows(cls, title: str, names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
        """Return a table of rows, each with a cell for every name."""
        columns: Iterable[Sequence[Cell]] = zip(*rows, strict=True) if rows else [()] * len(names)
        return cls(title, dict(zip(names, columns, strict=True)))

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
        """Return the table as a pandas frame.

        Raises:
            MissingExtraError: If pandas is not installed.
        """
        with needs_extra("to_pandas", "pandas"):
            import pandas
        return pandas.DataFrame(self._columns)

    def to_polars(self) -> polars.DataFrame:
        """Return the table as a Polars frame.

        Raises:
            MissingExtraError: If Polars is not installed.
        """
        with needs_extra("to_polars", "polars"):
            import polars
        return polars.DataFrame(self._columns, strict=False)

    def to_arrow(self) -> pyarrow.Table:
        """Return the table as an Arrow table.

        Raises:
            MissingExtraError: If pyarrow is not installed.
        """
        with needs_extra("to_arrow", "arrow"):
            import pyarrow
        return pyarrow.table(self._columns)

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
        numeric = all(isinstance(cell, int | float) or cell is None for cell in self._columns[column])
        return text.rjust(width) if numeric else text.ljust(width)


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
