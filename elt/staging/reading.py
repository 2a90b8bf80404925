"""Reads batches of raw objects, one ahead of what is worked on."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from typing import TypeVar

from elt import raw
from elt.joined import JoinedObjects, ObjectBuffer
from elt.staging.batches import DayPart, RawBatch
from elt.staging.names import identifier_texts, object_names
from hospital_sim.storage import LocalStore, ObjectStore

Item = TypeVar("Item")


def read_batch(store: ObjectStore, event_type: str, parts: Sequence[DayPart]) -> RawBatch:
    """Read the objects of one batch.

    Args:
        store: The lake.
        event_type: Their type.
        parts: The days, or the part of one.

    Raises:
        StorageError: If one cannot be read.
    """
    texts = identifier_texts(b"".join(part.identifiers for part in parts))
    names = object_names(event_type, texts)
    ends = accumulate(map(len, parts), initial=0)
    buffer = ObjectBuffer()
    for part, (start, end) in zip(parts, pairwise(ends), strict=True):
        raw.read_objects(store, event_type, part.day, names[start:end], buffer)
    return RawBatch.of_days(parts, texts, JoinedObjects(*buffer.end()))


def read_batches(
    store: ObjectStore, event_type: str, batches: Iterable[list[DayPart]]
) -> Iterator[tuple[list[DayPart], RawBatch]]:
    """Yield batches and their objects (errors as in ``read_batch``).

    From a store that is far, each is read while the one before is worked on. Of a local file, most of the reading is
    calls too short to work beside: they would cost more than they gain.
    """
    read = ((parts, read_batch(store, event_type, parts)) for parts in batches)
    return read if isinstance(store, LocalStore) else _made_ahead(read)


def _made_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield items, each made in another thread while the one before is worked on."""
    with ThreadPoolExecutor(1, "reading-ahead") as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
