"""Lists and reads the objects of partitions, as fast as the store can.

A partition of a lake on the local file system is a folder of many small files.
"""

import os
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from elt.native.buffers import JoinedObjects, ObjectBuffer
from elt.native.files import FILES, Names
from elt.native.name_lists import END
from elt.native.text_rows import Rows, texts_of
from hospital_sim.storage import LocalStore, ObjectStore


def threads_ahead(store: ObjectStore) -> int:
    """Return how many threads are best ahead, reading objects, of who works on what they read."""
    if not isinstance(store, LocalStore):
        return 1  # of which many objects are under way at once
    # Of two, one goes on where the other waits for the interpreter.
    return 2 if FILES.lets_others_run else 0


def object_names(store: ObjectStore, prefixes: Sequence[str]) -> Names:
    """Return the names of all objects below the first of some prefixes, without the prefix, in no order.

    Args:
        store: The lake.
        prefixes: The prefixes, each with its final slash, at least one. Of how many of them these are the names, the
            answer tells.

    Raises:
        StorageError: If they cannot be listed.
    """
    if isinstance(store, LocalStore):
        with suppress(OSError):  # there are folders in the first, or the store says what is wrong
            return FILES.names([f"{store.url}/{prefix}" for prefix in prefixes])
        prefixes = prefixes[:1]
    return Names.of(_listed(store, prefix) for prefix in prefixes)


def _listed(store: ObjectStore, prefix: str) -> bytes:
    return b"".join(os.fsencode(key[len(prefix) :]) + END for key in store.keys(prefix))


def read_objects(store: ObjectStore, prefixes: Sequence[str], counts: Sequence[int], names: Rows) -> JoinedObjects:
    """Read objects, in the order of their names.

    Args:
        store: The lake.
        prefixes: The prefixes of the objects, each with its final slash.
        counts: How many objects have each of them.
        names: What follows the prefix, prefix after prefix.

    Raises:
        ObjectNotFoundError: If one of them is not there.
        StorageError: If one cannot be read.
    """
    ends = np.cumsum(counts, dtype=np.int64)

    def key(number: int) -> str:
        (name,) = texts_of(names[number : number + 1])
        return prefixes[int(np.searchsorted(ends, number, "right"))] + name

    if not isinstance(store, LocalStore):
        return JoinedObjects.of(data for _, data in store.read_many(map(key, range(len(names)))))
    folders = [f"{store.url}/{prefix}" for prefix in prefixes]
    buffer = ObjectBuffer(len(names))
    while buffer.count < len(names):
        FILES.read(folders, ends, names, buffer)
        if buffer.count < len(names):
            buffer.extend([store.read(key(buffer.count))])
    return buffer.joined()
