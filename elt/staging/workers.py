"""Calls functions on a lake, in this process or in several."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import Self, TypeVar

from elt.errors import EltError
from hospital_sim.storage import ObjectStore, StorageError, open_store

Result = TypeVar("Result")

MANY_PARTITIONS = 1000
"""From this many on, starting processes is worth its second."""


class Workers:
    """Processes that work on one lake; a context manager.

    Args:
        store: The lake. Other processes open it anew by its URL.
        count: Number of processes; with 1, the work is done in this one.
    """

    def __init__(self, store: ObjectStore, count: int) -> None:
        if count < 1:
            raise ValueError(f"workers must be at least 1, not {count}")
        self._store = store
        # A forked process would inherit the threads of Arrow in an unknown state.
        self._pool = ProcessPoolExecutor(count, get_context("spawn")) if count > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(self, function: Callable[..., Result], rows: Sequence[tuple[object, ...]]) -> Iterator[Result]:
        """Call a function with the lake and each row of arguments.

        Args:
            function: A function of a module; its first argument is the lake.
            rows: The other arguments of each call.

        Returns:
            The results, in the order of the rows.

        Raises:
            EltError: If a process died, or could not read or write the lake.
        """
        if self._pool is None:
            return (function(self._store, *row) for row in rows)
        return _results([self._pool.submit(_call, self._store.url, function, row) for row in rows])


def suitable_count(partitions: int) -> int:
    """Return the number of worker processes that suits a lake with this many partitions on this machine."""
    return (os.cpu_count() or 1) if partitions >= MANY_PARTITIONS else 1


def _results(futures: list[Future[Result]]) -> Iterator[Result]:
    try:
        for future in futures:
            yield future.result()
    except BrokenProcessPool as error:
        raise EltError(
            "a worker process died, perhaps for want of memory; run the same command again, with fewer --workers"
        ) from error


def _call(url: str, function: Callable[..., Result], row: tuple[object, ...]) -> Result:
    try:
        return function(open_store(url), *row)
    except StorageError as error:
        # An error with two arguments does not survive the way to the other process.
        raise EltError(str(error)) from error
