"""Prints summaries on standard output: a table for people, one JSON object for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from hospital_sim.tables import Cell, format_cell

_COLOURS = {"passed": "green", "right": "green", "agrees": "green", "failed": "bold red", "wrong": "bold red"}
"""Colours of cells that are a verdict."""

_UNBOUNDED = 100_000
"""Width in characters for a pipe or a file, so that nothing is folded."""


def print_json(value: object) -> None:
    """Print one JSON object on standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()) -> None:
    """Print a table on standard output; columns whose cells are all numbers are aligned to the right.

    A terminal shows verdicts in colour. A file, a pipe and a terminal with ``NO_COLOR`` get plain text.
    """
    # Imported here, so that commands without tables start faster.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = [list(row) for row in rows]
    table = Table(title=Text(title), title_justify="left", header_style="bold", show_header=any(columns))
    for position, column in enumerate(columns):
        numeric = all(isinstance(row[position], int | float | None) for row in rows)
        table.add_column(Text(column), justify="right" if numeric and rows else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, _COLOURS.get(cell.lower(), "")) for cell in map(_cell, row)))
    # A pipe or a file ignores COLUMNS, so that nothing is folded or cut.
    bound = None if sys.stdout.isatty() else _UNBOUNDED
    Console(width=bound, height=bound, highlight=False).print(table)
    print_notes(*notes)


def print_notes(*notes: str) -> None:
    """Print lines of text on standard output, without wrapping them."""
    for note in notes:
        sys.stdout.write(f"{note}\n")


def show(title: str, summary: Mapping[str, object], *, as_json: bool) -> None:
    """Print the summary of a command: as one JSON object, or as a table of names and values."""
    if as_json:
        print_json(summary)
        return
    print_table(title, ("", ""), [(name.replace("_", " "), _plain(value)) for name, value in summary.items()])


def _cell(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_cell(value)


def _plain(value: object) -> Cell:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str | int | float) or value is None else str(value)
