"""Works on a lake: in this process, in several, or in those of a Dask cluster."""

import os
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import get_context
from types import TracebackType
from typing import Concatenate, Protocol, Self, TypeAlias, TypeVar
from urllib.parse import urlsplit

from elt import EltError, WrongCallError
from elt.lake.store import Lake

Row = TypeVar("Row")
Result = TypeVar("Result")

_MANY_PARTITIONS = 1000
"""From this many on, starting processes is worth its second."""

_MANY_READ_AHEAD = 10_000
"""The same where one process reads ahead: it is faster, so it has done more of the work before others are there."""

_PROCESSORS_READING_AHEAD = 2
"""How many processors a process keeps busy where it reads ahead."""

_SECONDS_TO_CONNECT = 10
_WAITING_EACH = 2
"""Rows that each other process is given at a time: one that it works on, and the next."""


Work: TypeAlias = Callable[Concatenate[Lake, Iterator[Row], ...], Generator[Result, None, None]]
"""What is done to a lake and some rows of arguments (see ``Workers.each``)."""


class Workers(Protocol):
    """What works on one lake; a context manager.

    Attributes:
        count: How many processes there are.
    """

    count: int

    def __enter__(self) -> Self:
        """Start."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; what has not begun is forgotten."""
        ...

    def each(self, work: Work[Row, Result], rows: Sequence[Row], *constants: object) -> Iterator[Result]:
        """Do some work on the lake and each of some rows.

        Args:
            work: A function of a module. It is called with the lake, some of the rows as an iterator, and the
                constants, and yields the results of these rows in any order; it may take a row before it yields what
                came of the one before.
            rows: What the work is done for.
            constants: What else the work is told.

        Returns:
            The results, in the order in which they are there.

        Raises:
            EltError: If a process died, or could not read or write the lake.
        """
        ...


class LocalWorkers:
    """Processes of this machine, of which this one is the first.

    Args:
        lake: The lake. It is handed to the other processes, which open it anew.
        count: Number of processes; with 1, the work is done in this one.
    """

    def __init__(self, lake: Lake, count: int) -> None:
        if count < 1:
            raise ValueError(f"workers must be at least 1, not {count}")
        self.count = count
        self._lake = lake
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

    def each(self, work: Work[Row, Result], rows: Sequence[Row], *constants: object) -> Iterator[Result]:
        """Do some work on the lake and each of some rows (see ``Workers.each``)."""
        if self._pool is None:
            return work(self._lake, iter(rows), *constants)
        return self._shared(self._pool, work, deque(rows), constants)

    def _shared(
        self, pool: ProcessPoolExecutor, work: Work[Row, Result], rows: deque[Row], constants: tuple[object, ...]
    ) -> Iterator[Result]:
        """Share rows among the other processes and this one, which works while the others start."""
        running: set[Future[list[Result]]] = set()

        def give_others() -> None:
            while rows and len(running) < _WAITING_EACH * self._others:
                running.add(pool.submit(_work, self._lake, work, rows.popleft(), constants))

        def taken() -> Iterator[Result]:
            done = {future for future in running if future.done()}
            running.difference_update(done)
            give_others()
            for future in done:
                yield from future.result()

        try:
            give_others()
            with closing(work(self._lake, _popped(rows), *constants)) as results:
                for result in results:
                    yield result
                    yield from taken()
            while running:
                wait(running, return_when=FIRST_COMPLETED)
                yield from taken()
        except BrokenProcessPool as error:
            raise EltError(
                "a worker process died, perhaps for want of memory; run the same command again, with fewer --workers"
            ) from error


class DaskWorkers:
    """The workers of a Dask cluster; each must have this package, and reach the lake.

    Args:
        lake: The lake.
        address: Address of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        WrongCallError: If the address is not one.
        EltError: If nothing answers there.
    """

    def __init__(self, lake: Lake, address: str) -> None:
        from distributed import Client

        self._lake = lake
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

    def each(self, work: Work[Row, Result], rows: Sequence[Row], *constants: object) -> Iterator[Result]:
        """Do some work on the lake and each of some rows (see ``Workers.each``)."""
        from distributed import as_completed

        # Not pure: what comes of it depends on the lake, so no earlier result may stand for it.
        futures = [self._client.submit(_work, self._lake, work, row, constants, pure=False) for row in rows]
        for future in as_completed(futures, loop=self._client.loop):
            results: list[Result] = future.result()
            yield from results


def _require_answer(address: str) -> None:
    try:
        parts = urlsplit(address)
        place = (parts.hostname, parts.port)
    except ValueError:
        place = (None, None)
    if place[0] is None or place[1] is None:
        raise WrongCallError(f"--dask: {address!r} is not an address such as tcp://host:8786")
    socket.create_connection((place[0], place[1]), timeout=_SECONDS_TO_CONNECT).close()


def suitable_count(lake: Lake, partitions: int, most: int | None) -> int:
    """Return the number of worker processes that suits a lake with this many partitions on this machine.

    Args:
        lake: The lake.
        partitions: How many partitions it has.
        most: The number that was asked for; None if none was. Where a process reads ahead, no more of them are
            started than find processors.
    """
    ahead = lake.prefetch_threads > 1
    useful = max(1, processors() // _PROCESSORS_READING_AHEAD) if ahead else processors()
    if most is not None:
        return min(most, useful) if ahead else most
    return useful if partitions >= (_MANY_READ_AHEAD if ahead else _MANY_PARTITIONS) else 1


def processors() -> int:
    """Return the number of processors of this machine."""
    return os.cpu_count() or 1


def _work(lake: Lake, work: Work[Row, Result], row: Row, constants: tuple[object, ...]) -> list[Result]:
    return list(work(lake, iter([row]), *constants))


def _popped(rows: deque[Row]) -> Iterator[Row]:
    while rows:
        yield rows.popleft()
