"""Retries transient errors of a store until a deadline; errors that will not pass are raised at once."""

import asyncio
import random
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from hospital_sim.storage.in_flight import LOOP
from hospital_sim.storage.protocol import StoreUnreachableError

Result = TypeVar("Result")

SECONDS = 15.0
"""Seconds until the deadline of a request; after it the store counts as unreachable."""

_SLOWEST_BYTES_PER_SECOND = 100_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
# Not a stream of a simulation, so a slow server never changes what is drawn.
_random = random.SystemRandom()


class TransientError(Exception):
    """A request failed in a way that may pass: the server is busy or restarting, or the connection was lost."""


async def retry_request(request: Callable[[], Awaitable[Result]], location: str, size: int = 0) -> Result:
    """Make a request of the event loop; retry it after transient errors, with growing pauses.

    Args:
        request: Makes the request; raises ``TransientError`` for an error that may pass.
        location: URL of the object or the store.
        size: Bytes to send or receive; large objects have a later deadline.

    Returns:
        The result of the request.

    Raises:
        StoreUnreachableError: If the request did not succeed before the deadline.
    """
    pause, reason = _FIRST_PAUSE, "no answer"
    seconds = SECONDS + size / _SLOWEST_BYTES_PER_SECOND
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await request()
                except TransientError as error:
                    reason = str(error)
                await asyncio.sleep(pause * _random.uniform(0.5, 1.0))
                pause = min(2 * pause, _LONGEST_PAUSE)
    except TimeoutError:
        LOOP.abandon()
        # Without the last error as the cause, because it may quote the server at length.
        raise StoreUnreachableError(
            location,
            f"the store cannot be reached: {reason}, tried for {seconds:.0f} seconds; run the same command again",
        ) from None


def retry_call(call: Callable[[], Result], location: str) -> Result:
    """Make a blocking call; retry it after lost connections and timeouts, with growing pauses.

    Args:
        call: The call; its other errors are raised as they are.
        location: URL of the object or the store.

    Returns:
        The result of the call.

    Raises:
        StoreUnreachableError: If the call did not succeed, or did not return, before the deadline.
    """
    deadline, pause = time.monotonic() + SECONDS, _FIRST_PAUSE
    while True:
        try:
            return _call_in_time(call, location)
        except (ConnectionError, TimeoutError) as error:
            if time.monotonic() + pause > deadline:
                raise StoreUnreachableError(
                    location, f"the store cannot be reached ({type(error).__name__}); run the same command again"
                ) from None
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _call_in_time(call: Callable[[], Result], location: str) -> Result:
    """Make a call that may never return in a thread, and stop waiting for it at the deadline."""
    future: Future[Result] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    if not wait([future], SECONDS).done:
        raise StoreUnreachableError(location, f"no answer in {SECONDS:.0f} seconds; run the same command again")
    return future.result()
