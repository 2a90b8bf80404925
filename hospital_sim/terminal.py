"""What the commands share: exit codes, errors in one or two lines, summaries, progress.

Exit 0: done. Exit 1: a check failed or the work could not be completed. Exit 2: the call or the configuration is wrong.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

FAILED = 1
_INTERRUPTED = 130  # what Typer makes of a keyboard interrupt
WRONG_CALL = 2

Item = TypeVar("Item")
Cell = str | int | float | date | None


class CommandError(Exception):
    """A command cannot go on; the message names the field, file or key and says what to do.

    Attributes:
        exit_code: 1 if the work could not be completed.
    """

    exit_code = FAILED


class WrongCallError(CommandError):
    """The call or the configuration is wrong (exit code 2)."""

    exit_code = WRONG_CALL


def run(app: typer.Typer, name: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; an error becomes one or two lines on standard error.

    An exception with an integer attribute ``exit_code`` ends with that code, any other with 1. ``--debug`` anywhere in
    the call shows the traceback.

    Args:
        app: The commands.
        name: Name of the program.
        arguments: The words after the name; those of this process if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        result = app(args=words, prog_name=name, standalone_mode=False)
    except typer.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except ModuleNotFoundError as error:
        if debug:
            traceback.print_exc()
        error_line(f"{error.name} is not installed; it comes with an extra: pip install 'hospital-sim[all]'")
        return WRONG_CALL
    except Exception as error:
        if debug:
            traceback.print_exc()
        if type(error).__name__ == "NoArgsIsHelpError":
            # A program without a command says which there are.
            sys.stderr.write(f"{error}\n")
            return WRONG_CALL
        format_message = getattr(error, "format_message", None)
        error_line(str(format_message() if format_message else error) or type(error).__name__)
        return int(getattr(error, "exit_code", FAILED))
    if result == _INTERRUPTED:
        return _interrupted()
    return result if isinstance(result, int) else 0


def _interrupted() -> int:
    error_line("interrupted; run the same command again to complete the work")
    return FAILED


def error_line(message: str) -> None:
    """Print one error on standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"error: {message}")


def print_json(value: object) -> None:
    """Print one JSON object on standard output, and nothing else."""
    sys.stdout.write(json.dumps(value, default=str, ensure_ascii=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], notes: Sequence[str] = ()) -> None:
    """Print a table on standard output; columns whose cells are all numbers are aligned to the right."""
    rows = [list(row) for row in rows]
    table = Table(title=title, title_justify="left", header_style="bold", show_header=any(columns))
    for position, column in enumerate(columns):
        numeric = all(isinstance(row[position], int | float | None) for row in rows)
        table.add_column(column, justify="right" if numeric and rows else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    # A pipe or a file is no narrower than the table: nothing is folded there.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 200
    Console(width=width, highlight=False).print(table)
    print_notes(*notes)


def print_notes(*notes: str) -> None:
    """Print lines of text on standard output, as long as they are."""
    console = Console(highlight=False)
    for note in notes:
        console.print(note, soft_wrap=True, markup=False)


def show(title: str, summary: Mapping[str, object], *, as_json: bool) -> None:
    """Print the one summary of a command: as JSON, or as lines of a name and a value."""
    if as_json:
        print_json(summary)
        return
    print_table(title, ("", ""), [(name.replace("_", " "), _plain(value)) for name, value in summary.items()])


def progress(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items, with a progress bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(items, total=total, description=description)


@contextmanager
def counting(description: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Yield what counts one thing done, and show the count on standard error if that is a terminal.

    Args:
        description: What is being done.
        total: How many things there are; if known, a bar, the rate and the time left are shown too.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    count: tuple[ProgressColumn, ...] = (TextColumn("{task.completed}"),)
    if total is not None:
        count = (BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), *count, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda: bar.advance(task)


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, once it is known."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f}/s")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return str(value).replace("[", r"\[")


def _plain(value: object) -> Cell:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str | int | float) or value is None else str(value)
