"""Bundles: one object with copies of many small objects of its folder, so that few requests read them all.

A bundle adds nothing to its folder: an object that is no longer listed does not count, and if the newest bundle is
broken, the objects themselves are read. So it may be deleted at any time, and only verification has to read it.

Its name has the number of its objects and the digest of its bytes (``hospital_sim.events.keys``). Unpacked, its first
line is a JSON array with the name and the size of each object, and the objects follow. The size of a large object is
null, and the object is not copied: beside its bytes, a request of its own is little.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Annotated

import msgspec

from hospital_sim.events.keys import bundle_name, parse_bundle_name
from hospital_sim.storage.protocol import ObjectConflictError, ObjectStore, ObjectUnreadableError

BUNDLED_TOGETHER = 16
"""Staging runs, or runs of hospitals, after which a bundle is written."""

LARGEST_BUNDLE = 1 << 30
"""Most bytes of a bundle, unpacked: 1 GiB. A larger one is neither written nor read."""

LARGEST_COPY = 1 << 18
"""Most bytes of an object that is copied: 256 KiB."""

_GZIP = 16 + zlib.MAX_WBITS
# The fastest level, because manifests and run records repeat each other so much that others gain little.
_LEVEL = 1

_Names = list[tuple[str, Annotated[int, msgspec.Meta(ge=0)] | None]]


class BundledFolder:
    """A folder of small objects, listed once.

    Use::

        folder = BundledFolder(store, "raw/_runs/")
        for key, data in folder.read_each(folder.keys, most=1 << 20):
            print(key, data)

    Args:
        store: The store.
        prefix: Prefix of the folder, with its final slash.

    Attributes:
        keys: Keys of the objects, sorted, without the bundles.
        bundles: Keys of the bundles, the one with most objects last.
    """

    def __init__(self, store: ObjectStore, prefix: str) -> None:
        self._store = store
        self._prefix = prefix
        self.keys: list[str] = []
        sizes: dict[str, int] = {}
        for key in next(store.keys_in([prefix])):
            objects = parse_bundle_name(key.removeprefix(prefix))
            if objects is None:
                self.keys.append(key)
            else:
                sizes[key] = objects
        self.bundles = sorted(sizes, key=lambda key: (sizes[key], key))
        self._bundled = max(sizes.values(), default=0)

    def is_due(self, objects: int) -> bool:
        """Return True if a bundle of some number of objects would hold enough that the newest does not.

        Each object of ``BUNDLED_TOGETHER`` runs counts twice, as runs have two. In very large folders more must have
        come, because each bundle holds all of them again.
        """
        return objects - self._bundled >= max(2 * BUNDLED_TOGETHER, self._bundled // 256)

    def read_each(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Yield listed objects, or the error of each that cannot be read (see ``ObjectStore.read_each``)."""
        keys = list(keys)
        others = self._store.read_each([key for key in keys if key not in self._copies], most)
        for key in keys:
            data = self._copies.get(key)
            yield (key, data) if data is not None else next(others)

    def add_bundle(self, objects: Mapping[str, bytes | None]) -> None:
        """Create a bundle of some objects of this folder, unless it would be too large.

        Args:
            objects: The bytes of each object; None for one that is too large to be copied (see ``copied``).
        """
        ordered = sorted(objects.items())
        copies = [data for _, data in ordered if data is not None]
        names = [(key.removeprefix(self._prefix), None if data is None else len(data)) for key, data in ordered]
        content = b"\n".join((msgspec.json.encode(names), b"".join(copies)))
        if len(content) > LARGEST_BUNDLE:
            return
        packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
        data = packer.compress(content) + packer.flush()
        name = bundle_name(len(objects), hashlib.sha256(data).hexdigest())
        # One of this name with other bytes is broken, and nothing needs it, so the work goes on.
        with suppress(ObjectConflictError):
            self._store.create(self._prefix + name, data)

    def copies(self, bundle: str) -> dict[str, bytes] | None:
        """Return the copies in a bundle by key of their object; None if it cannot be read or is broken."""
        ((_, data),) = self._store.read_each([bundle], LARGEST_BUNDLE)
        if isinstance(data, ObjectUnreadableError) or hashlib.sha256(data).hexdigest() not in bundle:
            return None
        try:
            return {self._prefix + name: copy for name, copy in _unpacked(data)}
        except (zlib.error, msgspec.MsgspecError, ValueError, RecursionError):
            return None

    @cached_property
    def _copies(self) -> dict[str, bytes]:
        return (self.copies(self.bundles[-1]) or {}) if self.bundles else {}


def copied(data: bytes) -> bytes | None:
    """Return the bytes of an object as a bundle takes them; None if they are too many to be copied."""
    return data if len(data) <= LARGEST_COPY else None


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    unpacker = zlib.decompressobj(_GZIP)
    content = unpacker.decompress(data, LARGEST_BUNDLE)
    start = content.index(b"\n") + 1
    for name, size in msgspec.json.decode(memoryview(content)[: start - 1], type=_Names):
        if size is not None:
            yield name, content[start : start + size]
            start += size
    if start != len(content) or not unpacker.eof:
        raise ValueError("is cut off")
