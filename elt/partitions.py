"""Lists and reads the objects of one partition, as fast as the store can.

A partition of a lake on the local file system is a folder of many small files: there, names are listed and files are
opened relative to the folder, with no path made for each.
"""

import errno
import os
from collections.abc import Sequence

from hospital_sim.storage import FILE_ALONE, LocalStore, ObjectNotFoundError, ObjectStore, StorageError

_READ_BYTES = 1 << 16
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


def read_objects(store: ObjectStore, prefix: str, names: Sequence[str]) -> list[bytes]:
    """Return the bytes of objects, in the order of their names.

    Args:
        store: The lake.
        prefix: The prefix of all of them, with its final slash.
        names: What follows the prefix.

    Raises:
        ObjectNotFoundError: If one of them is not there.
        StorageError: If one cannot be read.
    """
    if isinstance(store, LocalStore):
        return _read_local(f"{store.url}/{prefix}", names)
    return [data for _, data in store.read_many([prefix + name for name in names])]


def _local_names(folder: str) -> list[str] | None:
    """Return the names of the files in a folder; None if there may be folders among them."""
    try:
        return os.listdir(folder) if os.stat(folder).st_nlink == _NO_FOLDERS_INSIDE else None  # noqa: PTH116, PTH208
    except OSError:
        return None  # what is wrong is said by the store


def _read_local(folder: str, names: Sequence[str]) -> list[bytes]:
    # The calls of the system and nothing else: a million of these are most of the work of staging.
    opened, read, close, only = os.open, os.read, os.close, FILE_ALONE
    contents: list[bytes] = []
    name, descriptor = "", -1
    try:
        inside = opened(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError as error:
        raise ObjectNotFoundError(folder, "there is no such partition") from error
    except OSError as error:
        raise StorageError(folder, f"cannot be read: {error.strerror}") from error
    try:
        for name in names:
            descriptor = opened(name, only, dir_fd=inside)
            data = read(descriptor, _READ_BYTES)
            if len(data) == _READ_BYTES:
                data += _rest(descriptor)
            close(descriptor)
            descriptor = -1
            contents.append(data)
    except FileNotFoundError as error:
        raise ObjectNotFoundError(folder + name, "there is no such object") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise StorageError(folder + name, "is a link and no object; put the object itself there") from error
        raise StorageError(folder + name, f"cannot be read: {error.strerror}") from error
    finally:
        if descriptor >= 0:
            close(descriptor)
        close(inside)
    return contents


def _rest(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, _READ_BYTES << 4):
        parts.append(part)
    return b"".join(parts)
