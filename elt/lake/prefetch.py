"""Prefetches results: threads work on the next items while the caller uses the result of this one."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_RESULTS_EACH = 2
"""Results held for each thread: one that is being taken, and the next, so that no thread is idle."""


def prefetched(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Generator[Result, None, None]:
    """Call a function with each item, in threads that work ahead of the caller.

    Example:
        with closing(prefetched(store.read, keys, threads=2)) as contents:
            for data in contents:
                use(data)

    Args:
        function: The function. It must release the interpreter for most of its time.
        items: Its arguments. They are taken as the calls begin, few at a time.
        threads: Number of calls at the same time; with 0, a call is made when its result is asked for.

    Yields:
        The results, in the order of the items.

    Raises:
        Exception: An error of the function, in place of its result; calls that have not begun are cancelled.
    """
    if not threads:
        yield from map(function, items)
        return
    calls: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(threads, "prefetch")
    try:
        for item in items:
            calls.append(pool.submit(function, item))
            if len(calls) > _RESULTS_EACH * threads:
                yield calls.popleft().result()
        while calls:
            yield calls.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
