"""Lists and reads the objects of one partition, as fast as the store can.

A partition of a lake on the local file system is a folder of many small files: there, names are listed and files are
opened relative to the folder, with no path made for each.
"""

import errno
import os
from collections.abc import Sequence

from elt.joined import ObjectBuffer
from hospital_sim.storage import FILE_ALONE, LocalStore, ObjectNotFoundError, ObjectStore, StorageError

_READ_BYTES = 1 << 16
_OPEN_AT_ONCE = 128
_NO_FOLDERS_INSIDE = 2
"""Links to a folder that holds no other folder, where the file system counts them: its name, and its own dot."""


def object_names(store: ObjectStore, prefix: str) -> list[str]:
    """Return the names of all objects below a prefix, without the prefix.

    Args:
        store: The lake.
        prefix: The prefix, with its final slash.

    Raises:
        StorageError: If it cannot be listed.
    """
    if isinstance(store, LocalStore):
        names = _local_names(f"{store.url}/{prefix}")
        if names is not None:
            return names
    return [key[len(prefix) :] for key in store.keys(prefix)]


def read_objects(store: ObjectStore, prefix: str, names: Sequence[str], into: ObjectBuffer) -> None:
    """Read objects, in the order of their names.

    Args:
        store: The lake.
        prefix: The prefix of all of them, with its final slash.
        names: What follows the prefix.
        into: Takes their bytes.

    Raises:
        ObjectNotFoundError: If one of them is not there.
        StorageError: If one cannot be read.
    """
    if isinstance(store, LocalStore):
        _read_local(f"{store.url}/{prefix}", names, into)
    else:
        into.extend(data for _, data in store.read_many([prefix + name for name in names]))


def _local_names(folder: str) -> list[str] | None:
    """Return the names of the files in a folder; None if there may be folders among them."""
    try:
        return os.listdir(folder) if os.stat(folder).st_nlink == _NO_FOLDERS_INSIDE else None  # noqa: PTH116, PTH208
    except OSError:
        return None  # what is wrong is said by the store


def _read_local(folder: str, names: Sequence[str], into: ObjectBuffer) -> None:
    try:
        inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError as error:
        raise ObjectNotFoundError(folder, "there is no such partition") from error
    except OSError as error:
        raise _unreadable(folder, error) from error
    try:
        done = 0
        while done < len(names):
            done += _read_some(folder, inside, names[done : done + _OPEN_AT_ONCE], into)
    finally:
        os.close(inside)


def _read_some(folder: str, inside: int, names: Sequence[str], into: ObjectBuffer) -> int:
    """Read the first of some files: as many as may be open at once, at least one; return how many."""
    descriptors = _open_some(folder, inside, names)
    ends: list[int] = []
    # The calls of the system and nothing else: a million of these are most of the work of staging.
    read, most = os.readv, _READ_BYTES
    try:
        view, end = into.room(len(descriptors) * most)
        for descriptor in descriptors:
            count = read(descriptor, (view[end : end + most],))
            if count == most:
                break
            end += count
            ends.append(end)
        into.took(ends)
        if len(ends) < len(descriptors):
            into.extend([_read_large(descriptors[len(ends)])])
    except OSError as error:
        raise _unreadable(folder + names[len(ends)], error) from error
    finally:
        _close(descriptors)
    return min(len(ends) + 1, len(descriptors))


def _open_some(folder: str, inside: int, names: Sequence[str]) -> list[int]:
    opened, only = os.open, FILE_ALONE
    descriptors: list[int] = []
    try:
        for name in names:
            descriptors.append(opened(name, only, dir_fd=inside))  # noqa: PERF401
    except OSError as error:
        if error.errno != errno.EMFILE or not descriptors:
            _close(descriptors)
            raise _unreadable(folder + names[len(descriptors)], error) from error
    return descriptors


def _read_large(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, _READ_BYTES << 4):
        parts.append(part)
    return b"".join(parts)


def _close(descriptors: Sequence[int]) -> None:
    """Close files, all in one call if their numbers follow one another."""
    if descriptors and max(descriptors) - min(descriptors) < len(descriptors):
        os.closerange(min(descriptors), max(descriptors) + 1)
        return
    for descriptor in descriptors:
        os.close(descriptor)


def _unreadable(place: str, error: OSError) -> StorageError:
    if isinstance(error, FileNotFoundError):
        return ObjectNotFoundError(place, "there is no such object")
    if error.errno == errno.ELOOP:
        return StorageError(place, "is a link and no object; put the object itself there")
    return StorageError(place, f"cannot be read: {error.strerror}")
