"""Summaries on standard output: a table for people, one JSON object for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

Cell = str | int | float | date | None

_COLOURS = {"passed": "green", "right": "green", "agrees": "green", "failed": "bold red", "wrong": "bold red"}
"""Of words that say how something went, wherever a cell is one of them."""

_UNBOUNDED = 100_000
"""Characters of a line where no terminal bounds it."""


def print_json(value: object) -> None:
    """Print one JSON object on standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()) -> None:
    """Print a table on standard output; columns whose cells are all numbers are aligned to the right.

    A terminal shows in colour how something went; a file and a pipe get plain text, and so does who sets ``NO_COLOR``.
    """
    # Imported here: only a command that has a table to show waits for it.
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
    # A pipe or a file is as wide as the table, whatever COLUMNS says of the terminal: nothing is folded or left out.
    bound = None if sys.stdout.isatty() else _UNBOUNDED
    Console(width=bound, height=bound, highlight=False).print(table)
    print_notes(*notes)


def print_notes(*notes: str) -> None:
    """Print lines of text on standard output, as long as they are."""
    for note in notes:
        sys.stdout.write(f"{note}\n")


def show(title: str, summary: Mapping[str, object], *, as_json: bool) -> None:
    """Print the one summary of a command: as JSON, or as lines of a name and a value."""
    if as_json:
        print_json(summary)
        return
    print_table(title, ("", ""), [(name.replace("_", " "), _plain(value)) for name, value in summary.items()])


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return str(value)


def _plain(value: object) -> Cell:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str | int | float) or value is None else str(value)
