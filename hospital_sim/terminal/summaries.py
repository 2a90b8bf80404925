"""Prints summaries on standard output: a table for people, one JSON object for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from hospital_sim.tables import Cell, format_cell

_COLOURS = {"passed": "green", "right": "green", "agrees": "green", "failed": "bold red", "wrong": "bold red"}
"""Colours of cells that are a verdict."""

_BORDERS = 3
"""Width of the border and the space that each column of a table adds."""

_UNBOUNDED = 100_000
"""Width in characters for a pipe or a file, so that nothing is folded."""


def print_json(value: object) -> None:
    """Print one JSON object on standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()) -> None:
    """Print a table on standard output; columns whose cells are all numbers are aligned to the right.

    A terminal shows verdicts in colour, and a table that is too wide for it as several, each with the first column. A
    file, a pipe and a terminal with ``NO_COLOR`` get plain text; a file and a pipe get one table.
    """
    # Imported here, so that commands without tables start faster.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = [list(row) for row in rows]
    # A pipe or a file ignores COLUMNS, so that nothing is folded or cut.
    bound = None if sys.stdout.isatty() else _UNBOUNDED
    console = Console(width=bound, height=bound, highlight=False)
    texts = [[column, *(_cell(row[position]) for row in rows)] for position, column in enumerate(columns)]
    for number, group in enumerate(_column_groups(texts, console.width)):
        heading = Text(title) if number == 0 else None
        table = Table(title=heading, title_justify="left", header_style="bold", show_header=any(columns))
        for position in group:
            numeric = bool(rows) and all(isinstance(row[position], int | float | None) for row in rows)
            table.add_column(
                Text(columns[position]), justify="right" if numeric else "left", no_wrap=numeric, overflow="fold"
            )
        for cells in zip(*(texts[position][1:] for position in group), strict=True):
            table.add_row(*(Text(cell, _COLOURS.get(cell.lower(), "")) for cell in cells))
        console.print(table)
    print_notes(*notes)


def _column_groups(texts: Sequence[Sequence[str]], width: int) -> list[list[int]]:
    """Return the columns of each table: all of them if they fit, else the first one and as many others as fit.

    Args:
        texts: The heading and the cells of each column.
        width: Width of the terminal, in characters.
    """
    from rich.cells import cell_len

    words = [max(cell_len(word) for text in column for word in text.split() or [""]) for column in texts]
    if sum(words) + _BORDERS * len(texts) < width:
        return [list(range(len(texts)))]
    whole = [max(map(cell_len, column)) for column in texts]
    needed = [(full if full <= width // 2 else word) + _BORDERS for full, word in zip(whole, words, strict=True)]
    groups = [[0]]
    for position in range(1, len(texts)):
        if len(groups[-1]) > 1 and sum(needed[place] for place in [*groups[-1], position]) >= width:
            groups.append([0])
        groups[-1].append(position)
    return groups


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
