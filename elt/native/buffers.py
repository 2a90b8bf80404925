"""The bytes of many objects, one after another in one buffer."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

_FIRST_BYTES = 1 << 24

PADDING = 512
"""Zeros behind the last object: a window that begins in it ends there, and no value goes on into them."""


class ObjectBuffer:
    """Collects the bytes of some objects, one after another.

    Args:
        objects: How many there will be.

    Attributes:
        ends: Where each object ends; of those that have not come yet, anything.
        count: How many have come.
    """

    def __init__(self, objects: int) -> None:
        self.ends: Offsets = np.empty(objects, np.int64)
        self.count = 0
        self._bytes: Bytes = np.empty(_FIRST_BYTES, np.uint8)

    @property
    def end(self) -> int:
        """Where the objects end that have come."""
        return int(self.ends[self.count - 1]) if self.count else 0

    def room(self, size: int) -> Bytes:
        """Return the buffer, with room for so many bytes more; who writes there sets ``ends`` and ``count``."""
        if self.end + size + PADDING > len(self._bytes):
            # Pages that nothing is written to take no memory.
            larger = np.empty(2 * (self.end + size + PADDING), np.uint8)
            larger[: self.end] = self._bytes[: self.end]
            self._bytes = larger
        return self._bytes

    def extend(self, contents: Iterable[bytes | memoryview]) -> None:
        """Append objects."""
        parts = list(contents)
        data = b"".join(parts)
        start, count = self.end, self.count + len(parts)
        self.room(len(data))[start : start + len(data)] = np.frombuffer(data, np.uint8)
        self.ends[self.count : count] = start + np.cumsum(list(map(len, parts)), dtype=np.int64)
        self.count = count

    def joined(self) -> "JoinedObjects":
        """Return the objects."""
        self.room(0)[self.end : self.end + PADDING] = 0
        return JoinedObjects(self._bytes[: self.end + PADDING], self.ends[: self.count])


class JoinedObjects:
    """The bytes of many objects, one after another.

    Args:
        data: All of them, and ``PADDING`` zeros behind.
        ends: Where each object ends.

    Attributes:
        bytes: All of them, and some zeros behind.
        starts: Where each object begins.
        ends: Where each object ends.
    """

    def __init__(self, data: Bytes, ends: Offsets) -> None:
        self.bytes = data
        self.ends = ends
        self._lengths: Offsets = np.diff(ends, prepend=0)
        self.starts: Offsets = ends - self._lengths
        self._view = _view(data)

    @staticmethod
    def of(contents: Iterable[bytes | memoryview]) -> "JoinedObjects":
        """Join single objects."""
        parts = list(contents)
        buffer = ObjectBuffer(len(parts))
        buffer.extend(parts)
        return buffer.joined()

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.ends)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes of each object."""
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, row: int) -> bytes:
        """Return the bytes of one object."""
        return bytes(self._view[int(self.starts[row]) : int(self.ends[row])])

    def lengths(self, start: int = 0, end: int | None = None) -> Offsets:
        """Return the number of bytes of each of some objects."""
        return self._lengths[start:end]

    def span(self, start: int, end: int) -> memoryview:
        """Return the bytes of some objects that follow one another."""
        return self._view[int(self.starts[start]) : int(self.ends[end - 1])] if start < end else self._view[:0]

    def only(self, rows: Offsets) -> "JoinedObjects":
        """Return some of the objects."""
        spans = zip(self.starts[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return self.of(self._view[start:end] for start, end in spans)

    def windows(self, at: Offsets, width: int) -> Bytes:
        """Return the ``width`` bytes from each offset on, one row for each."""
        # One element of so many bytes from each byte on: taking elements is faster than taking rows.
        every = np.ndarray((len(self.bytes) - width + 1,), f"V{width}", self.bytes, strides=(1,))
        found: Bytes = every[np.minimum(at, len(every) - 1)].view(np.uint8).reshape(-1, width)
        return found


def _view(data: Bytes) -> memoryview:
    # An array is a buffer; only its type does not say so.
    return memoryview(data)  # type: ignore[arg-type]
