"""Reads batches of raw objects, ahead of what is worked on."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from elt import raw
from elt.partitions import reads_ahead
from elt.staging.batches import DayPart, RawBatch
from elt.staging.names import identifier_texts, object_names
from hospital_sim.storage import ObjectStore


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
    days, counts = [part.day for part in parts], list(map(len, parts))
    objects = raw.read_objects(store, event_type, days, counts, object_names(event_type, texts))
    return RawBatch.of_days(parts, texts, objects)


def read_batches(
    store: ObjectStore, event_type: str, batches: Iterable[list[DayPart]]
) -> Iterator[tuple[list[DayPart], RawBatch]]:
    """Yield batches and their objects (errors as in ``read_batch``).

    The next are read while one is worked on, if reading leaves the interpreter to others for long enough.
    """
    ahead = reads_ahead(store)
    if not ahead:
        yield from ((parts, read_batch(store, event_type, parts)) for parts in batches)
        return
    coming: deque[tuple[list[DayPart], Future[RawBatch]]] = deque()
    with ThreadPoolExecutor(ahead, "reading-ahead") as threads:
        for parts in batches:
            coming.append((parts, threads.submit(read_batch, store, event_type, parts)))
            if len(coming) > ahead:
                yield _first(coming)
        while coming:
            yield _first(coming)


def _first(coming: deque[tuple[list[DayPart], Future[RawBatch]]]) -> tuple[list[DayPart], RawBatch]:
    parts, batch = coming.popleft()
    return parts, batch.result()
