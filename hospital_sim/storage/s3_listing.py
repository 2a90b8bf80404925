"""Lists S3: several folders at once, many folders with one request, and names that the client refuses.

The client fails for a whole listing with a name in it that has ``//``, ``.`` or ``..``, or a control character; that
listing is asked for again, with botocore.
"""

from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice, pairwise

from hospital_sim.storage.aws import LOCK, aws_session, variables
from hospital_sim.storage.in_flight import LOOP
from hospital_sim.storage.s3_errors import InvalidNameError

PREFETCHED_FOLDERS = 16
"""Folders that are listed before they are needed."""

ListLevel = Callable[[str], Coroutine[object, object, list[str]]]
"""Lists, sorted, the names and the prefixes (with their final slash) one level below a prefix."""

ListFolder = Callable[[str], list[str]]
"""Lists, sorted, the names of all objects below a prefix."""

ListPage = Callable[[str, str | None], list[tuple[str, int]]]
"""Lists the next names below a prefix, after a name, and their sizes: ``PAGE``, or fewer if there are no more."""

PAGE = 1000
"""Most names that a server lists with one request."""


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


def list_together(list_page: ListPage, list_one: ListFolder, folders: Sequence[str]) -> Iterator[list[str]]:
    """Yield, for each of some folders, sorted, the names of all objects below it; a request lists many folders.

    An empty object may be a marker, whose name has lost its slash here. Folders with one, and folders after a name that
    the client refuses, are listed by themselves.

    Args:
        list_page: Lists the next names of a folder.
        list_one: Lists all names below one folder.
        folders: As in ``ObjectStore.keys_in``.
    """
    if any(folder.startswith(later[:-1]) for folder, later in pairwise(folders)):
        yield from map(list_one, folders)  # because servers disagree on their order
        return
    waiting = deque(folders)
    names: list[str] = []
    is_exact = True
    start = folders[0].rfind("/", 0, -1) + 1
    try:
        for name, size in _entries(list_page, folders, start):
            folder = name[: name.find("/", start) + 1]
            # Some servers sort whole names, some each part of them, and a folder is past if it is in both orders.
            while folder != waiting[0] and folder > waiting[0] and folder[:-1] > waiting[0][:-1]:
                yield sorted(names) if is_exact else list_one(waiting[0])
                waiting.popleft()
                names, is_exact = [], True
                if not waiting:
                    return
            if folder == waiting[0]:
                names.append(name)
                is_exact = is_exact and size > 0
    except InvalidNameError:
        yield from map(list_one, waiting)
        return
    yield sorted(names) if is_exact else list_one(waiting[0])
    yield from ([] for _ in range(len(waiting) - 1))


def _entries(list_page: ListPage, folders: Sequence[str], start: int) -> Iterator[tuple[str, int]]:
    """Yield the names below the parent of some folders, from the first folder on, and their sizes."""
    prefix, after = folders[0], None
    if len(folders) > 1:
        # Not the whole name of the first folder, because some servers would skip what is in it.
        prefix, after = folders[0][:start], folders[0][:-2]
    while True:
        page = list_page(prefix, after)
        yield from page
        if len(page) < PAGE:
            return
        # Not an empty object, because that may be the marker of a folder whose objects come next.
        after = next((name for name, size in reversed(page) if size), None)
        if after is None:
            raise InvalidNameError(prefix, "only empty objects are listed")


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
