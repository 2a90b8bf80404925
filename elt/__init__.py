"""Turns the events of simulated hospitals into a warehouse: stage, load, build, check, report.

This package defines what all steps share: the errors that they raise, and the callback that they report progress to.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

__all__ = ["BrokenLakeError", "EltError", "EmptyLakeError", "OnProgress", "WrongCallError", "report_progress"]

Item = TypeVar("Item")

OnProgress: TypeAlias = Callable[[str, int, int | None], None]
"""Called as a step goes on: the work, such as ``"loading"``; how many things are done; how many there are, if known.

A step calls it with 0 things done before the first. For example::

    def show(work: str, done: int, total: int | None) -> None:
        print(f"{work}: {done} of {total}")

    stage(lake, on_progress=show)
"""


class EltError(Exception):
    """A step could not be completed. The message names the file or key and says what to do.

    Attributes:
        exit_code: Exit code of a command that raises it: 1 if work could not be completed, 2 if the call was wrong.
    """

    exit_code = 1


class BrokenLakeError(EltError):
    """An object of the lake is missing or was changed (exit code 1)."""


class WrongCallError(EltError):
    """An argument is wrong (exit code 2)."""

    exit_code = 2


class EmptyLakeError(WrongCallError):
    """The URL holds no lake, or the lake holds nothing for this command (exit code 2)."""


def report_progress(
    items: Iterable[Item], work: str, total: int | None, on_progress: OnProgress | None
) -> Iterator[Item]:
    """Yield the items, and report each as done when the next is asked for.

    Args:
        items: The items.
        work: The work that is done with them (see ``OnProgress``).
        total: Number of items; None if not known.
        on_progress: The callback; None to report nothing.
    """
    if on_progress is None:
        yield from items
        return
    on_progress(work, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        on_progress(work, done, total)
