"""How far a command is: on standard error, if that is a terminal, and gone when it is done."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

Item = TypeVar("Item")


def progress(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items, and count on a terminal those that are done with.

    Args:
        items: What is worked through.
        description: What is being done.
        total: How many items there are, if it is known (see ``counting``).
    """
    with counting(description, total) as count:
        for item in items:
            yield item
            count()


@contextmanager
def counting(description: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Yield what counts one thing done, and show on a terminal the count, the rate and the time it has taken.

    Args:
        description: What is being done.
        total: How many things there are; if it is known, a bar and the time left are shown too.
    """
    if not is_watched():
        yield lambda: None
        return
    # Imported here: only a terminal waits for it.
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
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many are done in a second."""

        def render(self, task: Task) -> Text:
            """Return the rate, once it is known."""
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.1f}/s")

    known = (BarColumn(), MofNCompleteColumn(), Rate(), TextColumn("left"), TimeRemainingColumn())
    unknown = (TextColumn("{task.completed:,}"), Rate())
    columns = (TextColumn("{task.description}"), *(unknown if total is None else known))
    taken = (TextColumn("taken"), TimeElapsedColumn())
    with Progress(*columns, *taken, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def counting_days(hospital: str, warmup_days: int, start: str, end: str) -> Iterator[Callable[[date], None]]:
    """Yield what a simulation calls when a day is done, and show how far it is (see ``counting``).

    Args:
        hospital: Which hospital it is.
        warmup_days: Days that are simulated before the first.
        start: First day, as it was given.
        end: Last day, as it was given.
    """
    try:
        total = warmup_days + (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    except ValueError:
        total = None  # the simulation says what is wrong with a day
    with counting(f"simulating {hospital}, days", total) as count:
        yield lambda _: count()


def is_watched() -> bool:
    """Return whether progress is shown: what is done only to show it may be left out otherwise."""
    return sys.stderr.isatty()
