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
from contextvars import Context
from functools import cache
from itertools import islice
from typing import Generic, TypeVar, cast

from hospital_sim.storage.protocol import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_SECONDS_TO_END = 5.0
"""How long the end of a process waits for what it began."""

_SECONDS_TO_COME_BACK = 0.1
"""How long it waits where nobody can tell who is still on the way."""

BATCH = 256
"""Requests handed over at once: at most two batches and what is in flight are held in memory."""


class _HandedOverLoop(asyncio.SelectorEventLoop):
    """An event loop that knows which threads are handing something over to it at this moment."""

    def __init__(self) -> None:
        super().__init__()
        # Adding and removing at one end is whole whichever threads do it, as adding to a number is not.
        self._inside: deque[None] = deque()

    @property
    def being_handed_over(self) -> int:
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
    """An event loop in a thread of its own, started when it is first needed.

    The client of S3 has threads of its own, which hand their results over to the loop. One of them that comes back from
    that to an interpreter that is gone aborts the process, although its work is done. So the end of the process waits
    for what was begun, and until nobody is handing over any more.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: _HandedOverLoop | None = None
        self._process = 0
        self._abandoned = False

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
            self.abandon(future)
            raise

    def abandon(self, future: "Future[Result] | None" = None) -> None:
        """Begin no more of some work, and wait for none of it; or say that something was given up already."""
        if future is None or future.cancel():
            self._abandoned = True

    def _running(self) -> _HandedOverLoop:
        with self._lock:
            if self._loop is None:
                self._process = os.getpid()
                self._loop = _HandedOverLoop()
                thread = threading.Thread(target=self._loop.run_forever, name="object-store", daemon=True)
                thread.start()
                atexit.register(self._stop, self._loop, thread)
            elif self._process != os.getpid():
                raise RuntimeError(
                    "an object store was used before this process was forked, and its threads are not here; "
                    "start processes with the method 'spawn' or 'forkserver'"
                )
            return self._loop

    def _stop(self, loop: _HandedOverLoop, thread: threading.Thread) -> None:
        if self._process != os.getpid():
            return
        deadline = time.monotonic() + _SECONDS_TO_END
        asyncio.run_coroutine_threadsafe(self._end(), loop)
        thread.join(_SECONDS_TO_END)
        while loop.being_handed_over and time.monotonic() < deadline:
            time.sleep(0.001)
        if self._abandoned or thread.is_alive():
            # What was given up ends in the client's threads, and of that the loop hears nothing.
            time.sleep(_SECONDS_TO_COME_BACK)

    async def _end(self) -> None:
        """Let what is in flight come to its end, for a while, and stop the loop."""
        loop = asyncio.get_running_loop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            _, unfinished = await asyncio.wait(left, timeout=_SECONDS_TO_END / 2)
            for task in unfinished:
                self._abandoned |= task.cancel()
        loop.stop()


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


class _Batch(Generic[Result]):
    """The results of one batch, in the making."""

    def __init__(self, size: int, whole: "asyncio.Future[None]") -> None:
        self.results: list[Result | None] = [None] * size
        self.left = size
        self.whole = whole


class Flight(Generic[Item, Result]):
    """Does the same work on many items, several at a time; after a failure begins no more.

    As many tasks as may be in flight take one item after the other: a task for each item, which waits for a place,
    would cost as much again as what is done with it.

    Args:
        work: What is done with an item; a ``StorageError`` of it ends the flight.
        width: How many are worked on at once.

    Attributes:
        done: How many items were worked on without a failure.
    """

    def __init__(self, work: Callable[[Item], Awaitable[Result]], width: int) -> None:
        self._work = work
        self._width = width
        self._waiting: deque[tuple[_Batch[Result], int, Item]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
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
                LOOP.abandon(batch_left)

    async def _batch(self, items: Sequence[Item]) -> Sequence[Result | None]:
        batch: _Batch[Result] = _Batch(len(items), asyncio.get_running_loop().create_future())
        self._waiting.extend((batch, place, item) for place, item in enumerate(items))
        for _ in range(min(self._width - len(self._tasks), len(items))):
            task = asyncio.create_task(self._one_after_the_other())
            self._tasks.add(task)
        try:
            await batch.whole
        except BaseException:
            self._waiting.clear()
            for task in self._tasks:
                task.cancel()
            raise
        return batch.results

    async def _one_after_the_other(self) -> None:
        try:
            while self._waiting:
                await self._next(*self._waiting.popleft())
        finally:
            # At once, and not when the loop comes to it: the next batch counts who is there.
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _next(self, batch: _Batch[Result], place: int, item: Item) -> None:
        if self._failure is None:
            try:
                batch.results[place] = await self._work(item)
                self.done += 1
            except StorageError as error:
                self._failure = self._failure or error
            except Exception as error:
                if not batch.whole.done():
                    batch.whole.set_exception(error)
        batch.left -= 1
        if not batch.left and not batch.whole.done():
            batch.whole.set_result(None)
