"""The interface of an object store, and its errors.

A store holds immutable objects under keys. Objects are created, read and listed; nothing is overwritten, and nothing is
deleted except by ``delete_many``.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol


class StorageError(Exception):
    """A store failed to read, write or list.

    Attributes:
        location: URL of the object or the store, without a password.
        reason: Description of the failure.
        done: Number of objects of a failed ``create_many`` that now exist, new or not.
    """

    done = 0

    def __init__(self, location: str, reason: str) -> None:
        # Every argument, so that the error can be pickled for another process.
        super().__init__(location, reason)
        self.location = location
        self.reason = reason

    def __str__(self) -> str:
        """Return the location and the reason."""
        return f"{self.location}: {self.reason}"


class UnknownSchemeError(ValueError):
    """A URL has a scheme that no store knows.

    Attributes:
        exit_code: 2: the call is wrong.
    """

    exit_code = 2


class ObjectUnreadableError(StorageError):
    """One object cannot be read, though the store can: it is gone, too large, or a link or a device.

    Attributes:
        size: Size of the object in bytes, if it is known; else 0.
    """

    size = 0


class ObjectNotFoundError(ObjectUnreadableError):
    """No object has the key."""


class ObjectTooLargeError(ObjectUnreadableError):
    """The object has more bytes than the caller takes; they were not read.

    Args:
        location: URL of the object.
        size: Its size in bytes.
        most: Most bytes that the caller takes.
    """

    def __init__(self, location: str, size: int, most: int) -> None:
        super().__init__(location, f"has {size:,} bytes, more than {most:,}")
        self.args = (location, size, most)
        self.size = size


class ObjectConflictError(StorageError):
    """The key already has an object of other bytes."""


class UnfitKeyError(StorageError):
    """The store cannot hold an object under this key: it is too long, or a part of it is an object already."""


class StoreUnreachableError(StorageError):
    """The store did not answer, or kept failing, until the deadline; the same call may succeed later."""


class StoreRefusedError(StorageError):
    """The store refuses the call, and would again: wrong credentials, no such bucket, no permission.

    Attributes:
        exit_code: 2: the call or the configuration is wrong.
    """

    exit_code = 2


class ObjectDeniedError(StoreRefusedError, ObjectUnreadableError):
    """The store accepts the credentials, and refuses this call; it may permit the same for other objects."""


class OverwritingStoreError(StoreRefusedError):
    """The store cannot create an object only if its key is free, so two writers could overwrite each other."""


class ObjectStore(Protocol):
    """Immutable objects under keys, below one URL.

    A key is a relative path of non-empty segments separated by ``/``. A store can be pickled, and opens the same URL in
    another process. A forked process must open a store of its own.

    Attributes:
        url: URL of the store, without a password.
    """

    url: str

    def create(self, key: str, data: bytes) -> bool:
        """Create one object, whole or not at all.

        Args:
            key: Key of the object.
            data: Bytes of the object.

        Returns:
            True if it was created; False if the same bytes existed already.

        Raises:
            ObjectConflictError: If the key has an object of other bytes.
            UnfitKeyError: If the store cannot hold an object under this key.
            StorageError: If the store cannot be written.
        """
        ...

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, several at once where that is faster; only a few are in memory at a time.

        Args:
            objects: Keys and bytes.

        Returns:
            Number of objects that did not exist before.

        Raises:
            StorageError: As in ``create``. After the first error no more objects are begun; those begun are completed,
                and ``done`` of the error counts the objects that exist.
        """
        ...

    def read(self, key: str) -> bytes:
        """Return the bytes of one object.

        Raises:
            ObjectNotFoundError: If no object has the key.
            StorageError: If the store cannot be read.
        """
        ...

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys (errors as in ``read``)."""
        ...

    def read_each(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Yield the key of each object with its bytes, or with the error if that object cannot be read.

        Args:
            keys: Keys, or other names that a listing yielded.
            most: Most bytes of an object; a larger one is not read (``ObjectTooLargeError``).

        Raises:
            StorageError: If the store itself cannot be read.
        """
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the names of all objects below a prefix that is empty or ends with a slash.

        Markers of folders (empty objects whose names end with a slash) are left out. A name is a key, except where the
        store holds what no key can name, such as ``a//b`` in S3: use ``read_each`` where such names may be.
        """
        ...

    def keys_in(self, folders: Sequence[str]) -> Iterator[list[str]]:
        """Yield, for each of some folders, sorted, the names of all objects below it, with as few requests as possible.

        Args:
            folders: Prefixes one level below one other, sorted, each with its final slash. Markers are left out, as in
                ``keys``.
        """
        ...

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the prefixes one level below a prefix, each with its final slash."""
        ...

    def level(self, prefix: str = "") -> tuple[list[str], list[str]]:
        """List one level below a prefix.

        Returns:
            The names of its objects, and of all objects below what is no prefix; and its prefixes, as ``folders`` has
            them. Both are sorted.
        """
        ...

    def exists(self, key: str) -> bool:
        """Return True if an object has the key."""
        ...

    def flush(self) -> None:
        """Return when all objects created so far are durable."""
        ...

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete many objects, several at once where that is faster; one that does not exist is none to delete.

        Only the prune of a lake does this. If it is interrupted, the same call deletes the rest.

        Raises:
            StorageError: If the store cannot be written.
        """
        ...
