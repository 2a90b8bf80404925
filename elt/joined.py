"""The bytes of many objects, one after another in one buffer."""

from collections.abc import Iterable, Iterator
from typing import Self

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

_FIRST_BYTES = 1 << 24

PADDING = 512
"""Zeros behind the last object: a window that begins in it ends there, and no value goes on into them."""


class ObjectBuffer:
    """Collects the bytes of many objects, one after another.

    Attributes:
        ends: Where each object ends.
    """

    def __init__(self) -> None:
        self.ends: list[int] = []
        self._bytes: Bytes = np.empty(_FIRST_BYTES, np.uint8)

    @property
    def _end(self) -> int:
        return self.ends[-1] if self.ends else 0

    def room(self, size: int) -> tuple[memoryview, int]:
        """Return the buffer, with room for so many bytes more, and where they begin; ``took`` tells what came."""
        if self._end + size + PADDING > len(self._bytes):
            # Pages that nothing is written to take no memory.
            larger = np.empty(2 * (self._end + size + PADDING), np.uint8)
            larger[: self._end] = self._bytes[: self._end]
            self._bytes = larger
        return _view(self._bytes), self._end

    def took(self, ends: Iterable[int]) -> None:
        """Note where objects end that were written to the buffer."""
        self.ends.extend(ends)

    def extend(self, contents: Iterable[bytes | memoryview]) -> None:
        """Append objects."""
        for data in contents:
            view, start = self.room(len(data))
            view[start : start + len(data)] = data
            self.took([start + len(data)])

    def end(self) -> tuple[Bytes, Offsets]:
        """Return what was collected, with ``PADDING`` zeros behind, and where each object ends."""
        self.room(0)
        self._bytes[self._end : self._end + PADDING] = 0
        return self._bytes[: self._end + PADDING], np.array(self.ends, np.int64)


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

    @classmethod
    def of(cls, contents: Iterable[bytes | memoryview]) -> Self:
        """Join single objects."""
        buffer = ObjectBuffer()
        buffer.extend(contents)
        return cls(*buffer.end())

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

    def only(self, rows: Offsets) -> Self:
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
