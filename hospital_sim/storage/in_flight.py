"""Requests in flight: many at once, a bounded number of them, from code that waits.

One thread of the process runs an event loop. Callers hand it whole batches, so that the way from thread to thread is
taken once for many requests, and the next batch is handed over before the last is done, so that none runs dry.
"""

import asyncio
import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import Generic, TypeVar

from hospital_sim.storage.protocol import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_SECONDS_TO_COME_BACK = 0.1

BATCH = 256
"""Requests handed over at once: at most two batches and what is in flight are held in memory."""


class Loop:
    """An event loop in a thread of its own, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0

    def submit(self, work: Coroutine[object, object, Result]) -> "Future[Result]":
        """Begin work in the loop and return its future.

        Raises:
            RuntimeError: If the loop runs in the process that this one was forked from.
        """
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def run(self, work: Coroutine[object, object, Result]) -> Result:
        """Do work in the loop and return its result."""
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            # An interrupt comes to this thread alone.
            future.cancel()
            raise

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._process = os.getpid()
                self._loop = asyncio.new_event_loop()
                thread = threading.Thread(target=self._loop.run_forever, name="object-store", daemon=True)
                thread.start()
                atexit.register(self._stop, self._loop, thread)
            elif self._process != os.getpid():
                raise RuntimeError(
                    "an object store was used before this process was forked, and its threads are not here; "
                    "start processes with the method 'spawn' or 'forkserver'"
                )
            return self._loop

    @staticmethod
    def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(1)
        # The client's own threads may still be on their way back from handing over their last results; one that comes
        # back to an interpreter that has gone aborts the process, whose work is done.
        time.sleep(_SECONDS_TO_COME_BACK)


LOOP = Loop()
"""The event loop of this process."""

THREADS = 16
"""Calls that wait in threads at once, in the whole process."""


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "object-store")


def in_thread(call: Callable[..., Result], *arguments: object) -> "asyncio.Future[Result]":
    """Make a call that waits in a thread of its own; for the event loop only."""
    return asyncio.get_running_loop().run_in_executor(_threads(), call, *arguments)


class Flight(Generic[Item, Result]):
    """Does the same work on many items, several at a time; after a failure begins no more.

    Args:
        work: What is done with an item; a ``StorageError`` of it ends the flight.
        width: How many are worked on at once.

    Attributes:
        done: How many items were worked on without a failure.
    """

    def __init__(self, work: Callable[[Item], Awaitable[Result]], width: int) -> None:
        self._work = work
        self._places = asyncio.Semaphore(width)
        self._failure: StorageError | None = None
        self.done = 0

    def results(self, items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results, in the order of the items.

        Raises:
            StorageError: The first failure, once all that was begun has come to its end.
        """
        left = iter(items)
        batches: deque[Future[Sequence[Result | None]]] = deque()
        try:
            while True:
                while len(batches) < 2 and (batch := list(islice(left, BATCH))):
                    batches.append(LOOP.submit(self._batch(batch)))
                if not batches:
                    break
                for result in batches.popleft().result():
                    if result is None:
                        break
                    yield result
                if self._failure is not None:
                    for batch_left in batches:
                        batch_left.result()
                    raise self._failure
        finally:
            for batch_left in batches:
                batch_left.cancel()

    async def _batch(self, items: Sequence[Item]) -> Sequence[Result | None]:
        return await asyncio.gather(*map(self._one, items))

    async def _one(self, item: Item) -> Result | None:
        async with self._places:
            if self._failure is not None:
                return None
            try:
                result = await self._work(item)
            except StorageError as error:
                self._failure = self._failure or error
                return None
            self.done += 1
            return result
