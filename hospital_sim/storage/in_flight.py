"""Makes many requests at once, a bounded number of them in flight, for callers that are not asynchronous.

One thread of the process runs an event loop. Callers submit whole batches to it, so that switching threads costs little
for each request, and submit the next batch before the last is done, so that the loop never idles.
"""

import asyncio
import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context
from functools import cache
from itertools import islice
from typing import Generic, TypeVar, cast

from hospital_sim.storage.protocol import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_SECONDS_TO_END = 5.0
"""Most seconds that the end of a process waits for its requests."""

_SECONDS_FOR_CLIENT_THREADS = 0.1
"""Seconds that it waits for threads of the client, because the loop cannot see when they end."""

BATCH = 256
"""Requests submitted at once. Memory holds at most two batches and the requests in flight."""


class _CountingLoop(asyncio.SelectorEventLoop):
    """An event loop that counts the threads that are inside ``call_soon_threadsafe``."""

    def __init__(self) -> None:
        super().__init__()
        # A deque, because its append and pop are atomic between threads; adding to an integer is not.
        self._inside: deque[None] = deque()

    @property
    def callers(self) -> int:
        return len(self._inside)

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        self._inside.append(None)
        try:
            return super().call_soon_threadsafe(callback, *args, context=context)
        finally:
            self._inside.pop()


class Loop:
    """An event loop in its own thread, started when it is first needed.

    The S3 client has threads that call the loop with their results. If such a call returns after the interpreter has
    ended, the process aborts, although its work is done. So the end of the process waits for requests in flight, and
    until no thread is calling the loop.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: _CountingLoop | None = None
        self._process = 0
        self._abandoned = False

    def submit(self, work: Coroutine[object, object, Result]) -> "Future[Result]":
        """Start work in the loop and return its future.

        Raises:
            RuntimeError: If this process was forked from one that runs the loop.
        """
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def run(self, work: Coroutine[object, object, Result]) -> Result:
        """Run work in the loop and return its result."""
        future = self.submit(work)
        try:
            return future.result()
        except BaseException:
            # Only this thread gets a keyboard interrupt, so the work must be cancelled here.
            self.abandon(future)
            raise

    def abandon(self, future: "Future[Result] | None" = None) -> None:
        """Cancel work without waiting for it; without a future, note that some request was cancelled already."""
        if future is None or future.cancel():
            self._abandoned = True

    def _running(self) -> _CountingLoop:
        with self._lock:
            if self._loop is None:
                self._process = os.getpid()
                self._loop = _CountingLoop()
                thread = threading.Thread(target=self._loop.run_forever, name="object-store", daemon=True)
                thread.start()
                atexit.register(self._stop, self._loop, thread)
            elif self._process != os.getpid():
                raise RuntimeError(
                    "an object store was used before this process was forked, and its threads are not here; "
                    "start processes with the method 'spawn' or 'forkserver'"
                )
            return self._loop

    def _stop(self, loop: _CountingLoop, thread: threading.Thread) -> None:
        if self._process != os.getpid():
            return
        deadline = time.monotonic() + _SECONDS_TO_END
        asyncio.run_coroutine_threadsafe(self._end(), loop)
        thread.join(_SECONDS_TO_END)
        while loop.callers and time.monotonic() < deadline:
            time.sleep(0.001)
        if self._abandoned or thread.is_alive():
            # Cancelled requests end in the client's threads, which the loop cannot see.
            time.sleep(_SECONDS_FOR_CLIENT_THREADS)

    async def _end(self) -> None:
        """Wait a while for requests in flight, cancel the rest, and stop the loop."""
        loop = asyncio.get_running_loop()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=_SECONDS_TO_END / 2)
            for task in unfinished:
                self._abandoned |= task.cancel()
        loop.stop()


LOOP = Loop()
"""The event loop of this process."""

THREADS = 16
"""Most blocking calls at once, in the whole process."""


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "object-store")


def in_thread(call: Callable[..., Result], *arguments: object) -> "asyncio.Future[Result]":
    """Make a blocking call in a thread; to be used in the event loop only."""
    return asyncio.get_running_loop().run_in_executor(_threads(), call, *arguments)


class _Batch(Generic[Result]):
    """The results of one batch so far."""

    def __init__(self, size: int, complete: "asyncio.Future[None]") -> None:
        self.results: list[Result | None] = [None] * size
        self.remaining = size
        self.complete = complete


class Flight(Generic[Item, Result]):
    """Does the same work on many items, several at a time; starts no more after a failure.

    ``width`` tasks take one item after the other, because a task for each item would double the cost of small requests.

    Four lines read objects, 64 at a time, in the order of their keys::

        async def read(key: str) -> bytes: ...

        flight = Flight(read, width=64)
        for data in flight.results(keys):
            print(len(data))

    Args:
        work: Called with each item, in the event loop; a ``StorageError`` ends the flight.
        width: Most items at once.
    """

    def __init__(self, work: Callable[[Item], Awaitable[Result]], width: int) -> None:
        self._work = work
        self._width = width
        self._waiting: deque[tuple[_Batch[Result], int, Item]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: StorageError | None = None
        self._done = 0

    def results(self, items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results, in the order of the items.

        Raises:
            StorageError: The first failure, after the items that were begun have ended; its ``done`` counts the items
                that succeeded.
        """
        remaining = iter(items)
        batches: deque[Future[Sequence[Result | None]]] = deque()
        try:
            while True:
                while len(batches) < 2 and (batch := list(islice(remaining, BATCH))):
                    batches.append(LOOP.submit(self._batch(batch)))
                if not batches:
                    break
                for result in batches.popleft().result():
                    if result is None:
                        break
                    yield result
                if self._failure is not None:
                    for pending in batches:
                        pending.result()
                    self._failure.done = self._done
                    raise self._failure
        finally:
            for pending in batches:
                LOOP.abandon(pending)

    async def _batch(self, items: Sequence[Item]) -> Sequence[Result | None]:
        batch: _Batch[Result] = _Batch(len(items), asyncio.get_running_loop().create_future())
        self._waiting.extend((batch, position, item) for position, item in enumerate(items))
        for _ in range(min(self._width - len(self._tasks), len(items))):
            self._tasks.add(asyncio.create_task(self._work_through()))
        try:
            await batch.complete
        except BaseException:
            self._waiting.clear()
            for task in self._tasks:
                task.cancel()
            raise
        return batch.results

    async def _work_through(self) -> None:
        try:
            while self._waiting:
                await self._work_on(*self._waiting.popleft())
        finally:
            # Here, not in a callback of the task, because the next batch counts the running tasks.
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _work_on(self, batch: _Batch[Result], position: int, item: Item) -> None:
        if self._failure is None:
            try:
                batch.results[position] = await self._work(item)
                self._done += 1
            except StorageError as error:
                self._failure = self._failure or error
            except Exception as error:
                if not batch.complete.done():
                    batch.complete.set_exception(error)
        batch.remaining -= 1
        if not batch.remaining and not batch.complete.done():
            batch.complete.set_result(None)
