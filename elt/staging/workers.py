"""Calls functions on a lake: in this process, in several, or in those of a Dask cluster."""

import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from types import TracebackType
from typing import Protocol, Self, TypeVar
from urllib.parse import urlsplit

from elt.errors import EltError, WrongCallError
from elt.partitions import reads_ahead
from hospital_sim.storage import ObjectStore

Result = TypeVar("Result")

_MANY_PARTITIONS = 1000
"""From this many on, starting processes is worth its second."""

_MANY_READ_AHEAD = 10_000
"""The same where one process, which reads ahead, keeps two processors busy already."""

_SECONDS_TO_CONNECT = 10
_WAITING_EACH = 2
"""Calls that each process is given at a time: one that it works on, and the next."""


class Workers(Protocol):
    """What calls functions on one lake; a context manager.

    Attributes:
        count: How many calls are worked on at once.
    """

    count: int

    def __enter__(self) -> Self:
        """Start."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; calls that have not begun are forgotten."""
        ...

    def each(self, function: Callable[..., Result], rows: Sequence[tuple[object, ...]]) -> Iterator[Result]:
        """Call a function with the lake and each row of arguments.

        Args:
            function: A function of a module; its first argument is the lake.
            rows: The other arguments of each call.

        Returns:
            The results, in the order in which they are there.

        Raises:
            EltError: If a process died, or could not read or write the lake.
        """
        ...


class LocalWorkers:
    """Processes of this machine, of which this one is the first.

    Args:
        store: The lake. It is handed to the other processes, which open it anew.
        count: Number of processes; with 1, the work is done in this one.
    """

    def __init__(self, store: ObjectStore, count: int) -> None:
        if count < 1:
            raise ValueError(f"workers must be at least 1, not {count}")
        self.count = count
        self._store = store
        self._others = count - 1
        # A forked process would inherit the threads of Arrow in an unknown state.
        self._pool = ProcessPoolExecutor(self._others, get_context("spawn")) if self._others else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            # After an error, no process may write any more; otherwise they have nothing left to do but to end.
            self._pool.shutdown(wait=kind is not None, cancel_futures=True)

    def each(self, function: Callable[..., Result], rows: Sequence[tuple[object, ...]]) -> Iterator[Result]:
        """Call a function with the lake and each row of arguments (see ``Workers.each``)."""
        if self._pool is None:
            return (function(self._store, *row) for row in rows)
        return self._shared(self._pool, function, deque(rows))

    def _shared(
        self, pool: ProcessPoolExecutor, function: Callable[..., Result], rows: deque[tuple[object, ...]]
    ) -> Iterator[Result]:
        """Share rows among the other processes and this one, which works while the others start."""
        running: set[Future[Result]] = set()
        try:
            while rows or running:
                while rows and len(running) < _WAITING_EACH * self._others:
                    running.add(pool.submit(_call, self._store, function, rows.popleft()))
                done = {future for future in running if future.done()}
                if not done and not rows:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                running -= done
                yield from (future.result() for future in done)
                if not done:
                    yield function(self._store, *rows.popleft())
        except BrokenProcessPool as error:
            raise EltError(
                "a worker process died, perhaps for want of memory; run the same command again, with fewer --workers"
            ) from error


class DaskWorkers:
    """The workers of a Dask cluster; each must have this package, and reach the lake.

    Args:
        store: The lake.
        address: Address of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        WrongCallError: If the address is not one.
        EltError: If nothing answers there.
    """

    def __init__(self, store: ObjectStore, address: str) -> None:
        from distributed import Client

        self._store = store
        try:
            # Asked for first, because a client that finds nobody takes its time to give up.
            _require_answer(address)
            self._client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except OSError as error:
            raise EltError(f"--dask: no scheduler answers at {address}; start one with: dask scheduler") from error
        self.count = max(1, sum(self._client.nthreads().values()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def each(self, function: Callable[..., Result], rows: Sequence[tuple[object, ...]]) -> Iterator[Result]:
        """Call a function with the lake and each row of arguments (see ``Workers.each``)."""
        from distributed import as_completed

        # Not pure: what a call returns depends on the lake, so no result of an earlier call may stand for it.
        futures = [self._client.submit(_call, self._store, function, row, pure=False) for row in rows]
        for future in as_completed(futures, loop=self._client.loop):
            result: Result = future.result()
            yield result


def _require_answer(address: str) -> None:
    try:
        parts = urlsplit(address)
        place = (parts.hostname, parts.port)
    except ValueError:
        place = (None, None)
    if place[0] is None or place[1] is None:
        raise WrongCallError(f"--dask: {address!r} is not an address such as tcp://host:8786")
    socket.create_connection((place[0], place[1]), timeout=_SECONDS_TO_CONNECT).close()


def suitable_count(store: ObjectStore, partitions: int) -> int:
    """Return the number of worker processes that suits a lake with this many partitions on this machine."""
    many = _MANY_READ_AHEAD if reads_ahead(store) > 1 else _MANY_PARTITIONS
    return (os.cpu_count() or 1) if partitions >= many else 1


def _call(store: ObjectStore, function: Callable[..., Result], row: tuple[object, ...]) -> Result:
    return function(store, *row)
