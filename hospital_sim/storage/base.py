"""Parts that all stores here share: valid keys, the listing of keys, and the checks of what is created."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from hospital_sim.storage.protocol import (
    ObjectConflictError,
    ObjectStore,
    ObjectUnreadableError,
    OverwritingStoreError,
)

_FORBIDDEN_SEGMENTS = frozenset(("", ".", ".."))


class LevelStore(ABC):
    """The base of a store that can list one level of its folders."""

    url: str

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects below a prefix."""
        check_prefix(prefix)
        return self._keys(prefix)

    def keys_in(self, folders: Sequence[str]) -> Iterator[list[str]]:
        """Yield, for each of some folders, sorted, the keys of all objects below it."""
        return (list(self.keys(folder)) for folder in folders)

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the prefixes one level below a prefix, each with its final slash."""
        check_prefix(prefix)
        return filter(is_prefix, self._level(prefix))

    def level(self, prefix: str = "") -> tuple[list[str], list[str]]:
        """Return, sorted, the names of the objects one level below a prefix, and its folders (see ``ObjectStore``)."""
        check_prefix(prefix)
        names: list[str] = []
        folders: list[str] = []
        for entry in self._level(prefix):
            if entry[-1] != "/":
                names.append(entry)
            elif is_prefix(entry):
                folders.append(entry)
            else:
                names += self._keys(entry)
        return names, folders

    def _keys(self, prefix: str) -> Iterator[str]:
        # Not recursive, because folders may lie in each other a thousand times.
        levels = [iter(self._level(prefix))]
        while levels:
            entry = next(levels[-1], None)
            if entry is None:
                levels.pop()
            elif entry[-1] == "/":
                levels.append(iter(self._level(entry)))
            else:
                yield entry

    @abstractmethod
    def _level(self, prefix: str) -> list[str]:
        """Return, sorted, the names and the prefixes (with their final slash) one level below a prefix."""

    def _check_same(self, key: str, data: bytes, stored: bytes) -> bool:
        """Return False if an object is stored with the same bytes; raise ``ObjectConflictError`` if with others."""
        if stored != data:
            raise ObjectConflictError(f"{self.url}/{key}", "is already there with other bytes; nothing was overwritten")
        return False


def create_once(store: ObjectStore, key: str, data: bytes) -> bool:
    """Create one object, and check that the store refuses to create it again.

    Args:
        store: The store.
        key: Key of the object.
        data: Bytes of the object.

    Returns:
        True if it was created; False if the same bytes existed already.

    Raises:
        OverwritingStoreError: If the store created the object twice, because it ignores the condition.
        StorageError: As in ``ObjectStore.create``.
    """
    created = store.create(key, data)
    if created and store.create(key, data):
        raise OverwritingStoreError(
            store.url,
            "the store ignores the condition to create an object only if its key is free (If-None-Match), so writers "
            "could overwrite each other; use another store, or --single-writer if nothing else writes to this one",
        )
    return created


def check_readable(location: str, key: str) -> None:
    """Check that a name that a listing yielded is a key.

    Args:
        location: URL of the store.
        key: The name.

    Raises:
        ObjectUnreadableError: If it is not.
    """
    if not _is_path(key):
        raise ObjectUnreadableError(f"{location}/{key}", "cannot be read: it has a name that no key can have")


def check_key(key: str) -> None:
    """Check that a key is a relative path of segments.

    Raises:
        ValueError: If a segment is empty, ``.`` or ``..``, or the key has a null character.
    """
    if not _is_path(key):
        raise ValueError(f"not an object key: {key!r}")


def check_prefix(prefix: str) -> None:
    """Check that a prefix is empty, or a relative path of segments that ends with a slash.

    Raises:
        ValueError: If it is neither.
    """
    if not is_prefix(prefix):
        raise ValueError(f"not a prefix of object keys: {prefix!r}; give none, or one that ends with a slash")


def is_prefix(text: str) -> bool:
    """Return True if a text is empty, or a relative path of segments that ends with a slash."""
    return not text or (text[-1] == "/" and _is_path(text[:-1]))


def _is_path(text: str) -> bool:
    return _FORBIDDEN_SEGMENTS.isdisjoint(text.split("/")) and "\0" not in text
