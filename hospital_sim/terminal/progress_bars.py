"""Progress bars on standard error, if that is a terminal; they disappear at the end.

Count any work::

    with counting("staging, objects", total=len(objects)) as count:
        for item in objects:
            stage(item)
            count()
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date


@contextmanager
def counting(description: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Yield a function that counts one item as done, and show on a terminal the count, the rate and the time taken.

    Args:
        description: The work, such as ``"years"``.
        total: Number of items, if known; then a bar and the remaining time are shown too.
    """
    if not is_watched():
        yield lambda: None
        return
    # Imported here, because a pipe never needs it.
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
        """Items done in a second."""

        def render(self, task: Task) -> Text:
            """Return the rate; nothing until it is known."""
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.1f}/s")

    with_total = (BarColumn(), MofNCompleteColumn(), Rate(), TextColumn("left"), TimeRemainingColumn())
    without_total = (TextColumn("{task.completed:,}"), Rate())
    columns = (TextColumn("{task.description}"), *(without_total if total is None else with_total))
    elapsed = (TextColumn("taken"), TimeElapsedColumn())
    with Progress(*columns, *elapsed, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda: bar.advance(task)


@contextmanager
def counting_days(hospital: str, warmup_days: int, start: str, end: str) -> Iterator[Callable[[date], None]]:
    """Yield the ``on_day`` function of a simulation, and show on a terminal how many days are done.

    Args:
        hospital: Identifier of the hospital.
        warmup_days: Days that are simulated before the first.
        start: First day, as the user wrote it.
        end: Last day, as the user wrote it.
    """
    try:
        total = warmup_days + (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    except ValueError:
        total = None  # the simulation reports the wrong day
    with counting(f"simulating {hospital}, days", total) as count:
        yield lambda _: count()


def is_watched() -> bool:
    """Return True if progress is shown, so that work that only progress needs can be skipped otherwise."""
    return sys.stderr.isatty()
