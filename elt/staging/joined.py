"""The bytes of many objects, one after another in one buffer."""

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

_PADDING = 512
"""Zeros behind the last object: a window that begins in it ends there, and no value goes on into them."""


class JoinedObjects:
    """The bytes of many objects, one after another.

    Args:
        contents: The bytes of each object.

    Attributes:
        bytes: All of them, and some zeros behind.
        starts: Where each object begins.
        ends: Where each object ends.
    """

    def __init__(self, contents: Sequence[bytes | memoryview]) -> None:
        lengths = np.fromiter(map(len, contents), np.int64, len(contents))
        self._data = b"".join((*contents, bytes(_PADDING)))
        self.bytes: Bytes = np.frombuffer(self._data, np.uint8)
        self.ends: Offsets = np.cumsum(lengths)
        self.starts: Offsets = self.ends - lengths

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.ends)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes of each object."""
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, row: int) -> bytes:
        """Return the bytes of one object."""
        return self._data[int(self.starts[row]) : int(self.ends[row])]

    def lengths(self, start: int = 0, end: int | None = None) -> Offsets:
        """Return the number of bytes of each of some objects."""
        found: Offsets = self.ends[start:end] - self.starts[start:end]
        return found

    def span(self, start: int, end: int) -> memoryview:
        """Return the bytes of some objects that follow one another."""
        if start == end:
            return memoryview(b"")
        return memoryview(self._data)[int(self.starts[start]) : int(self.ends[end - 1])]

    def only(self, rows: Offsets) -> Self:
        """Return some of the objects."""
        view = memoryview(self._data)
        spans = zip(self.starts[rows].tolist(), self.ends[rows].tolist(), strict=True)
        return type(self)([view[start:end] for start, end in spans])

    def windows(self, at: Offsets, width: int) -> Bytes:
        """Return the ``width`` bytes from each offset on, one row for each."""
        # One element of so many bytes from each byte on: taking elements is faster than taking rows.
        every = np.ndarray((len(self.bytes) - width + 1,), f"V{width}", self.bytes, strides=(1,))
        found: Bytes = every[np.minimum(at, len(every) - 1)].view(np.uint8).reshape(-1, width)
        return found
