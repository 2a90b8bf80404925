"""Lists S3: whole trees with several folders in flight, and names that the client refuses.

The client fails for a whole listing with a name in it that has ``//``, ``.`` or ``..``, or a control character; that
listing is asked for again, with botocore.
"""

from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from itertools import islice

from hospital_sim.storage.aws import LOCK, aws_session, variables
from hospital_sim.storage.in_flight import LOOP

PREFETCHED_FOLDERS = 16
"""Folders that are listed before they are needed."""

ListLevel = Callable[[str], Coroutine[object, object, list[str]]]
"""Lists, sorted, the names and the prefixes (with their final slash) one level below a prefix."""


class _Level:
    """One level of a walk: its entries, and the listings of the next folders among them."""

    def __init__(self, entries: list[str]) -> None:
        self.entries = iter(entries)
        self.folders = (entry for entry in entries if entry[-1] == "/")
        self.prefetched: deque[Future[list[str]]] = deque()


def walk(list_level: ListLevel, prefix: str) -> Iterator[str]:
    """Yield, sorted, all names below a prefix.

    Args:
        list_level: Lists one level; called in the event loop, several at once.
        prefix: The prefix.
    """
    # Not recursive, because folders may lie in each other a thousand times.
    levels = [_Level(LOOP.run(list_level(prefix)))]
    while levels:
        level = levels[-1]
        entry = next(level.entries, None)
        if entry is None:
            levels.pop()
        elif entry[-1] != "/":
            yield entry
        else:
            for folder in islice(level.folders, PREFETCHED_FOLDERS - len(level.prefetched)):
                level.prefetched.append(LOOP.submit(list_level(folder)))
            levels.append(_Level(level.prefetched.popleft().result()))


def list_any_names(bucket: str, prefix: str, *, signed: bool) -> list[str]:
    """Return the names and the prefixes (with their final slash) one level below a prefix, whatever they hold.

    Args:
        bucket: Name of the bucket.
        prefix: The prefix in the bucket.
        signed: True if requests are signed.

    Raises:
        ClientError, BotoCoreError: If they cannot be listed (of botocore, see ``store_error``).
    """
    from botocore import UNSIGNED
    from botocore.config import Config

    level: list[str] = []
    with LOCK:
        config = None if signed else Config(signature_version=UNSIGNED)
        client = aws_session(variables()).create_client("s3", config=config)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
        level += (entry["Key"] for entry in page.get("Contents", ()) if not entry["Key"].endswith("/"))
        level += (entry["Prefix"] for entry in page.get("CommonPrefixes", ()))
    return level
