"""Processes that share the work on a lake: this one, several of this machine, or those of a Dask cluster."""

import logging
import os
import socket
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing
from multiprocessing import get_context
from typing import Concatenate, TypeAlias, TypeVar
from urllib.parse import urlsplit

from elt import EltError, WrongCallError
from elt.lake.lake import Lake

Row = TypeVar("Row")
Result = TypeVar("Result")

_MANY_PARTITIONS = 1000
"""Number of partitions from which starting more processes is worth the second that it takes."""

_MANY_PREFETCHED = 10_000
"""The same where objects are prefetched: one process is faster then, and has done more before the others start."""

_PROCESSORS_PREFETCHING = 2
"""Number of processors that a process keeps busy where objects are prefetched."""

_SECONDS_TO_CONNECT = 10
_ROWS_EACH = 2
"""Rows submitted to each other process: one that it works on, and the next."""

Work: TypeAlias = Callable[Concatenate[Lake, Iterator[Row], ...], Generator[Result, None, None]]
"""A function that works on a lake for some rows of arguments (see ``Workers.run``)."""


class Workers(AbstractContextManager["Workers"]):
    """Processes that work on one lake; a context manager. At its end, work that has not begun is cancelled.

    Example:
        with LocalWorkers(lake, count=2) as workers:
            for result in workers.run(stage_outputs, groups, plan):
                use(result)

    Attributes:
        count: Number of processes.
    """

    count: int

    @abstractmethod
    def run(self, work: Work[Row, Result], rows: Sequence[Row], *constants: object) -> Iterator[Result]:
        """Work on the lake for each of some rows.

        Args:
            work: A function of a module, because it is pickled. It is called with the lake, an iterator over some of
                the rows, and the constants; it yields the results of these rows in any order, and may take a row before
                it yields the results of an earlier one.
            rows: The rows.
            constants: More arguments for the function.

        Returns:
            The results, in the order in which they are ready.

        Raises:
            EltError: If a process died, or could not read or write the lake.
        """


class LocalWorkers(Workers):
    """Processes of this machine; this one is the first.

    Args:
        lake: The lake. It is pickled for the other processes.
        count: Number of processes; with 1, this process does all the work.
    """

    def __init__(self, lake: Lake, count: int) -> None:
        if count < 1:
            raise ValueError(f"workers must be at least 1, not {count}")
        self.count = count
        self._lake = lake
        self._others = count - 1
        # A forked process would inherit the threads of Arrow in an unknown state.
        self._pool = ProcessPoolExecutor(self._others, get_context("spawn")) if self._others else None

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            # Waits, so that no process writes any more, and because Python may end badly while a pool closes.
            self._pool.shutdown(cancel_futures=True)

    def run(self, work: Work[Row, Result], rows: Sequence[Row], *constants: object) -> Iterator[Result]:
        """Work on the lake for each of some rows (see ``Workers.run``)."""
        if self._pool is None:
            return work(self._lake, iter(rows), *constants)
        return self._share(self._pool, work, deque(rows), constants)

    def _share(
        self, pool: ProcessPoolExecutor, work: Work[Row, Result], rows: deque[Row], constants: tuple[object, ...]
    ) -> Iterator[Result]:
        """Share rows between the other processes and this one, which works while the others start."""
        running: set[Future[list[Result]]] = set()

        def submit_rows() -> None:
            while rows and len(running) < _ROWS_EACH * self._others:
                running.add(pool.submit(_work, self._lake, work, rows.popleft(), constants))

        def finished() -> Iterator[Result]:
            done = {future for future in running if future.done()}
            running.difference_update(done)
            submit_rows()
            for future in done:
                yield from future.result()

        try:
            submit_rows()
            with closing(work(self._lake, _popped(rows), *constants)) as results:
                for result in results:
                    yield result
                    yield from finished()
            while running:
                wait(running, return_when=FIRST_COMPLETED)
                yield from finished()
        except BrokenProcessPool as error:
            raise EltError(
                "a worker process died, perhaps for want of memory; run the same command again, with fewer --workers"
            ) from error


class DaskWorkers(Workers):
    """The workers of a Dask cluster; each must have this package and access to the lake.

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
        self._address = address
        # Silent, because the errors of this class say in one line what Dask shows as tracebacks.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        try:
            # Connects first, because a client without a scheduler gives up only after a long time.
            _check_address(address)
            self._client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except OSError as error:
            raise EltError(f"--dask: no scheduler answers at {address}; start one with: dask scheduler") from error
        self.count = max(1, sum(self._client.nthreads().values()))

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def run(self, work: Work[Row, Result], rows: Sequence[Row], *constants: object) -> Iterator[Result]:
        """Work on the lake for each of some rows (see ``Workers.run``)."""
        from distributed import KilledWorker, as_completed
        from distributed.comm import CommClosedError

        # Not pure, because the result depends on the lake: Dask must not reuse an earlier one.
        futures = [self._client.submit(_work, self._lake, work, row, constants, pure=False) for row in rows]
        try:
            for future in as_completed(futures, loop=self._client.loop):
                results: list[Result] = future.result()
                yield from results
        except (CancelledError, CommClosedError) as error:
            raise EltError(
                f"--dask: the scheduler at {self._address} is gone; start one again: "
                "the same command completes the work"
            ) from error
        except KilledWorker as error:
            raise EltError(
                "--dask: workers died again and again, perhaps for want of memory; "
                "the same command completes the work, also with other workers"
            ) from error


def _check_address(address: str) -> None:
    try:
        host, port = urlsplit(address).hostname, urlsplit(address).port
    except ValueError:
        host = port = None
    if host is None or port is None:
        raise WrongCallError(f"--dask: {address!r} is not an address such as tcp://host:8786")
    socket.create_connection((host, port), timeout=_SECONDS_TO_CONNECT).close()


def suitable_count(lake: Lake, partitions: int, most: int | None) -> int:
    """Return the number of worker processes that suits a lake with this many partitions on this machine.

    Args:
        lake: The lake.
        partitions: Its number of partitions.
        most: Most processes to use; None to choose. Where objects are prefetched, the number is also limited by the
            processors, because each process keeps two of them busy.
    """
    prefetches = lake.prefetch_threads > 1
    useful = max(1, processors() // _PROCESSORS_PREFETCHING) if prefetches else processors()
    if most is not None:
        return min(most, useful) if prefetches else most
    return useful if partitions >= (_MANY_PREFETCHED if prefetches else _MANY_PARTITIONS) else 1


def processors() -> int:
    """Return the number of processors of this machine."""
    return os.cpu_count() or 1


def _work(lake: Lake, work: Work[Row, Result], row: Row, constants: tuple[object, ...]) -> list[Result]:
    return list(work(lake, iter([row]), *constants))


def _popped(rows: deque[Row]) -> Iterator[Row]:
    while rows:
        yield rows.popleft()
