"""The listing of keys, level by level, and the comparison with stored bytes, as all stores here do them."""

from collections.abc import Iterator

from hospital_sim.storage.protocol import ObjectConflictError
from hospital_sim.storage.valid_keys import check_prefix


class LevelStore:
    """The base of a store that can list one level of its folders."""

    url: str

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of all objects below a prefix."""
        check_prefix(prefix)
        return self._keys(prefix)

    def folders(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the prefixes one level below a prefix, each with its final slash."""
        check_prefix(prefix)
        return (entry for entry in self._level(prefix) if entry[-1] == "/")

    def objects(self, prefix: str = "") -> Iterator[str]:
        """Yield, sorted, the keys of the objects one level below a prefix."""
        check_prefix(prefix)
        return (entry for entry in self._level(prefix) if entry[-1] != "/")

    def _keys(self, prefix: str) -> Iterator[str]:
        for entry in self._level(prefix):
            if entry[-1] == "/":
                yield from self._keys(entry)
            else:
                yield entry

    def _level(self, prefix: str) -> list[str]:
        """Return, sorted, the keys and the prefixes (with their final slash) one level below a prefix."""
        raise NotImplementedError

    def _check_same(self, key: str, data: bytes, stored: bytes) -> bool:
        """Return False if an object is stored with the same bytes; raise ``ObjectConflictError`` if with others."""
        if stored != data:
            raise ObjectConflictError(f"{self.url}/{key}", "is already there with other bytes; nothing was overwritten")
        return False
