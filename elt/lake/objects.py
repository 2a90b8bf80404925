"""Lists and reads the many objects of partitions, as fast as the store can.

On the local file system a partition is a folder of many small files, which the compiled library reads; see
``elt.native.files``. The plain way is the store's own ``keys`` and ``read_each``.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from elt.native.buffers import ObjectBuffer, TextRows, texts_of
from elt.native.files import FILES
from elt.native.names import NAME_END, Names
from hospital_sim.events.keys import LARGEST_EVENT
from hospital_sim.storage import LocalStore, ObjectStore, ObjectUnreadableError

_LISTED_TOGETHER = 8
"""Months of an event type that are listed at once where a listing is a request."""


def prefetch_threads(store: ObjectStore) -> int:
    """Return the number of threads with which prefetching objects is fastest."""
    if not isinstance(store, LocalStore):
        return 1  # because the store itself has many requests in flight
    # Two, because one reads while the other waits for the interpreter; the plain way would only wait for it.
    return 0 if FILES is None else 2


def listing_threads(store: ObjectStore) -> int:
    """Return the number of threads with which listing several months at once is fastest."""
    return prefetch_threads(store) if isinstance(store, LocalStore) else _LISTED_TOGETHER


def object_names(store: ObjectStore, prefixes: Sequence[str]) -> Names:
    """Return the names of all objects below the first prefixes, unsorted; ``len(names.ends)`` prefixes were listed.

    Args:
        store: The lake.
        prefixes: The prefixes, at least one, each with its final slash. Names are without the prefix.

    Raises:
        StorageError: If they cannot be listed.
    """
    if FILES is not None and isinstance(store, LocalStore):
        with suppress(OSError):  # the first has folders in it, or the store explains the error
            return FILES.names([f"{store.url}/{prefix}" for prefix in prefixes])
        prefixes = prefixes[:1]
    listed = zip(prefixes, store.keys_in(prefixes), strict=True)
    return Names.of(b"".join(os.fsencode(key[len(prefix) :]) + NAME_END for key in keys) for prefix, keys in listed)


def read_objects(
    store: ObjectStore, prefixes: Sequence[str], counts: Sequence[int], names: TextRows
) -> tuple[ObjectBuffer, dict[int, ObjectUnreadableError]]:
    """Read objects, in the order of their names.

    Args:
        store: The lake.
        prefixes: The prefixes of the objects, each with its final slash.
        counts: Number of objects of each prefix.
        names: Names of the objects without their prefix, prefix after prefix.

    Returns:
        The bytes of the objects; and for the number of each that cannot be read, the error. It has no bytes.

    Raises:
        StorageError: If the store cannot be read.
    """
    unreadable: dict[int, ObjectUnreadableError] = {}
    ends = np.cumsum(counts, dtype=np.int64)

    def key(number: int) -> str:
        (name,) = texts_of(names[number : number + 1])
        return prefixes[int(np.searchsorted(ends, number, "right"))] + name

    def contents(numbers: range) -> Iterator[bytes]:
        for number, (_, data) in zip(numbers, store.read_each(map(key, numbers), LARGEST_EVENT), strict=True):
            if isinstance(data, ObjectUnreadableError):
                unreadable[number] = data
            yield b"" if isinstance(data, ObjectUnreadableError) else data

    if FILES is None or not isinstance(store, LocalStore):
        return ObjectBuffer.of(contents(range(len(names)))), unreadable
    folders = [f"{store.url}/{prefix}" for prefix in prefixes]
    buffer = ObjectBuffer(len(names))
    while buffer.count < len(names):
        FILES.read(folders, ends, names, buffer)
        if buffer.count < len(names):
            buffer.extend(contents(range(buffer.count, buffer.count + 1)))
    return buffer, unreadable
