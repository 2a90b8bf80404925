"""How long a store is waited for: what may pass is tried again, what will not is said at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hospital_sim.storage.in_flight import LOOP
from hospital_sim.storage.protocol import StoreUnreachableError

Result = TypeVar("Result")

SECONDS = 15.0
"""How long a request is tried before the store counts as unreachable."""

_SLOWEST_BYTES_PER_SECOND = 100_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
# Of its own, so that no simulation draws other numbers because a server was slow.
_pauses = random.SystemRandom()


class TransientError(Exception):
    """A request failed in a way that may pass: the server is busy, is starting again, or was cut off."""


async def patiently(request: Callable[[], Awaitable[Result]], location: str, size: int = 0) -> Result:
    """Make a request, again and again while it fails in a way that may pass, with growing pauses.

    Args:
        request: Makes the request; raises ``TransientError`` for what may pass.
        location: URL of the object or the store.
        size: Bytes to send: more of them are given more time.

    Returns:
        What the request returned.

    Raises:
        StoreUnreachableError: If it did not succeed in the time that it is given.
    """
    pause, why = _FIRST_PAUSE, "no answer"
    seconds = SECONDS + size / _SLOWEST_BYTES_PER_SECOND
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await request()
                except TransientError as error:
                    why = str(error)
                await asyncio.sleep(pause * _pauses.uniform(0.5, 1.0))
                pause = min(2 * pause, _LONGEST_PAUSE)
    except TimeoutError:
        LOOP.abandon()
        # The last of many errors may quote a server at length.
        raise StoreUnreachableError(
            location, f"the store cannot be reached: {why}, tried for {seconds:.0f} seconds; run the same command again"
        ) from None
