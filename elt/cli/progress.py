"""Progress bars of commands, shown on a terminal for one piece of work after another."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from elt import OnProgress
from hospital_sim import terminal


@contextmanager
def progress_bars() -> Iterator[OnProgress | None]:
    """Yield a callback that shows progress; None if standard error is not a terminal.

    For example::

        with progress_bars() as on_progress:
            summary = stage(lake, on_progress=on_progress)
    """
    if not terminal.is_watched():
        yield None
        return
    with ExitStack() as bars:
        count: Callable[[], None] | None = None
        shown = 0

        def on_progress(work: str, done: int, total: int | None) -> None:
            nonlocal count, shown
            if count is None or not done:
                bars.close()
                count, shown = bars.enter_context(terminal.counting(work, total)), 0
            for _ in range(done - shown):
                count()
            shown = done

        yield on_progress
