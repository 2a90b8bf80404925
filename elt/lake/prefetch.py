"""Work that is done ahead of the one who waits for it."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WAITING_EACH = 2
"""Results that wait for each thread: one that is taken, and the next, so that no thread stands still."""


def done_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Generator[Result, None, None]:
    """Call a function with each item, in threads that are ahead of who takes the results.

    Args:
        function: What is called; it must let other threads run for most of its time.
        items: What it is called with. They are taken as the calls begin, few at a time.
        threads: How many calls are worked on at once; with 0, each is made when its result is asked for.

    Yields:
        The results, in the order of the items.

    Raises:
        Exception: What the function raises, at the place of its result; calls that have not begun are forgotten.
    """
    if not threads:
        yield from map(function, items)
        return
    coming: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(threads, "ahead")
    try:
        for item in items:
            coming.append(pool.submit(function, item))
            if len(coming) > _WAITING_EACH * threads:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
