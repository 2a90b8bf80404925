"""The bytes of many objects or short texts in one array, without a Python object for each."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TextRows = npt.NDArray[np.uint8]
"""Texts of one width, such as names and identifiers: one row of ASCII characters for each."""

_FIRST_BYTES = 1 << 24
_LINE_BREAK = ord("\n")


def texts_of(rows: TextRows) -> list[str]:
    """Return the texts of some rows as strings."""
    text, width = rows.tobytes().decode("ascii"), rows.shape[1]
    return [text[start : start + width] for start in range(0, len(text), width)]


class ObjectBuffer:
    """The bytes of objects, one after another. Grows as objects are added; ``len`` is the number added so far.

    Args:
        objects: Number of objects that it can hold.

    Attributes:
        ends: End offset of each object; undefined from ``count`` on.
        count: Number of objects added so far.
        data: The bytes of all objects; undefined from ``end`` on.
    """

    def __init__(self, objects: int) -> None:
        self.ends: Offsets = np.empty(objects, np.int64)
        self.count = 0
        self.data: Bytes = np.empty(0, np.uint8)

    @classmethod
    def of(cls, contents: Iterable[bytes | memoryview]) -> "ObjectBuffer":
        """Return a buffer that holds the given objects."""
        objects = list(contents)
        buffer = cls(len(objects))
        buffer.extend(objects)
        return buffer

    @classmethod
    def of_lines(cls, content: bytes) -> "ObjectBuffer":
        """Return a buffer that holds the lines of a text, which each have a line break, without it."""
        breaks = np.flatnonzero(np.frombuffer(content, np.uint8) == _LINE_BREAK)
        buffer = cls(0)
        buffer.ends, buffer.count = breaks - np.arange(len(breaks)), len(breaks)
        buffer.data = np.frombuffer(content.replace(b"\n", b""), np.uint8)
        return buffer

    @property
    def end(self) -> int:
        """End offset of the last object."""
        return self._start(self.count)

    def reserve(self, size: int) -> Bytes:
        """Return the array of bytes, with space for at least ``size`` more after ``end``.

        A caller that writes objects there sets ``ends`` and ``count``.
        """
        if self.end + size > len(self.data):
            # Space that is not written to costs no memory, because the system provides a page at the first write.
            larger = np.empty(max(2 * (self.end + size), _FIRST_BYTES), np.uint8)
            larger[: self.end] = self.data[: self.end]
            self.data = larger
        return self.data

    def extend(self, contents: Iterable[bytes | memoryview]) -> None:
        """Append objects."""
        objects = list(contents)
        data = b"".join(objects)
        start, count = self.end, self.count + len(objects)
        self.reserve(len(data))[start : start + len(data)] = np.frombuffer(data, np.uint8)
        self.ends[self.count : count] = start + np.cumsum(list(map(len, objects)), dtype=np.int64)
        self.count = count

    def __len__(self) -> int:
        """Return the number of objects."""
        return self.count

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes of each object."""
        return map(self.__getitem__, range(self.count))

    def __getitem__(self, row: int) -> bytes:
        """Return the bytes of one object."""
        return self.data[self._start(row) : int(self.ends[row])].tobytes()

    def lengths(self) -> Offsets:
        """Return the number of bytes of each object."""
        return np.diff(self.ends[: self.count], prepend=0)

    def view(self, start: int = 0, end: int | None = None) -> memoryview:
        """Return the bytes of the objects from ``start`` up to ``end``, by default of all, without a copy."""
        last = self.count if end is None else end
        # NumPy's type does not say that an array is a buffer.
        return memoryview(self.data[self._start(start) : self._start(last)])  # type: ignore[arg-type]

    def slice(self, start: int, end: int) -> "ObjectBuffer":
        """Return the objects from ``start`` up to ``end``, without a copy of their bytes."""
        first = self._start(start)
        part = ObjectBuffer(0)
        part.ends, part.count = self.ends[start:end] - first, end - start
        part.data = self.data[first : self._start(end)]
        return part

    def select(self, rows: Offsets) -> "ObjectBuffer":
        """Return a copy of some of the objects."""
        whole = self.view()
        return self.of(whole[self._start(row) : int(self.ends[row])] for row in rows.tolist())

    def _start(self, row: int) -> int:
        return int(self.ends[row - 1]) if row else 0
