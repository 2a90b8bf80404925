"""What every object store can do, and the errors it raises.

A store holds immutable objects under keys. Objects are created, read and listed; nothing is overwritten or deleted.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol


class StorageError(Exception):
    """A store could not do what it was asked; names the object or the store.

    Attributes:
        location: URL of the object or of the store; never with a password.
        reason: What went wrong.
        done: Of the objects that one call of ``create_many`` was given, how many are there, new or not.
    """

    done = 0

    def __init__(self, location: str, reason: str) -> None:
        # All that it is made of, so that it can be handed from one process to another.
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


class ObjectNotFoundError(StorageError):
    """There is no object under the key."""


class ObjectConflictError(StorageError):
    """Another object, of other bytes, is already under the key."""


class StoreUnreachableError(StorageError):
    """The store did not answer, or kept failing, for as long as it is waited for: the same call may succeed later."""


class StoreRefusedError(StorageError):
    """The store will refuse this call however often it is made: wrong credentials, no such bucket, no permission.

    Attributes:
        exit_code: 2: the call or the configuration is wrong.
    """

    exit_code = 2


class OverwritingStoreError(StoreRefusedError):
    """The store cannot create an object only if its key is free: two writers could overwrite each other."""


class ObjectStore(Protocol):
    """Immutable objects under keys, below one URL.

    A key is a relative path of non-empty segments separated by ``/``. A store can be pickled, and then opens the same
    place in another process; a forked process must open its own.

    Attributes:
        url: Where the store is, to be shown: without any password.
    """

    url: str

    def create(self, key: str, data: bytes) -> bool:
        """Create one object, whole or not at all.

        Args:
            key: Where to put it.
            data: Its bytes.

        Returns:
            True if it was created; False if the same bytes were there already.

        Raises:
            ObjectConflictError: If other bytes are under the key.
            StorageError: If the store cannot be written.
        """
        ...

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, several at once where that is faster, holding few of them in memory.

        Args:
            objects: Keys and bytes.

        Returns:
            How many were not there before.

        Raises:
            StorageError: As in ``create``. No more objects are begun then, those begun are waited for, and ``done`` of
                the error says how many of them are there.
        """
        ...

    def read(self, key: str) -> bytes:
        """Return the bytes of one object.

        Raises:
            ObjectNotFoundError: If there is no such object.
            StorageError: If the store cannot be read.
        """
        ...

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys (errors as in ``read``)."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects below a prefix that is empty or ends with a slash."""
        ...

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the prefixes one level below a prefix, each with its final slash."""
        ...

    def objects(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of the objects right below a prefix, and of none deeper."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under the key."""
        ...

    def flush(self) -> None:
        """Return when all that was created is durable."""
        ...
