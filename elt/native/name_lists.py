"""The names of many files, without an object of Python for each."""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, Self

import numpy as np

from elt.native.buffers import Offsets

END = b"\0"
"""What is behind each name; no name has it."""

HELD_BYTES = 1 << 22
"""From so many bytes of names on, no further folder is listed before these are looked at."""


class Names(NamedTuple):
    """The names of the files in some folders.

    Attributes:
        joined: The names, each with ``END`` behind, folder after folder.
        ends: Where the names of each folder end.
    """

    joined: bytes
    ends: Offsets

    @classmethod
    def of(cls, folders: Iterable[bytes]) -> Self:
        """Return the names of the first folders; of as many as should be held at once, of one at least.

        Args:
            folders: The names in each folder, each with ``END`` behind.
        """
        held: list[bytes] = []
        size = 0
        for names in folders:
            held.append(names)
            size += len(names)
            if size >= HELD_BYTES:
                break
        return cls(b"".join(held), np.array(list(accumulate(map(len, held))), np.int64))
