"""Reads identifiers from names of objects: 16 bytes each, sorted, instead of the text of a name."""

import ctypes
import os
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from elt.native import LIBRARY
from elt.native.arguments import BYTES, NUMBER, NUMBERS, TEXT, compiled_function
from elt.native.buffers import Offsets
from elt.native.files import Names
from elt.native.fixed_values import UUID_WIDTH, Flags
from elt.native.name_lists import END
from elt.native.text_rows import Rows

IDENTIFIER_BYTES = 16
GROUPS = ((0, 8), (9, 13), (14, 18), (19, 23), (24, 36))
"""Where the digits of an identifier stand between its hyphens."""

_HYPHENS = np.array([8, 13, 18, 23])
_DIGITS = np.delete(np.arange(UUID_WIDTH), _HYPHENS)
_MANY = 1 << 16
_AT_ONCE = 1 << 15
"""Names that are read at once: what is held beside the names themselves is bounded."""

_NO_BYTE = -1
_BYTES = np.full(1 << 16, _NO_BYTE, np.int16)
"""The byte of each pair of hexadecimal digits, by their two characters as one number of this machine."""
_BYTES[np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)] = np.arange(256)

_Pairs = npt.NDArray[np.uint64]
"""Two numbers for each identifier."""


class NamePattern(NamedTuple):
    """What stands before and behind the identifier in the names of objects."""

    before: bytes
    behind: bytes


class Identifiers(Protocol):
    """Reads identifiers from names."""

    def of_names(self, pattern: NamePattern, names: Names) -> list[bytes] | None:
        """Return the identifiers in the names of objects.

        Args:
            pattern: How the names of objects are made.
            names: The names in some folders.

        Returns:
            For each folder the identifiers, 16 bytes each, sorted; None if a name is not made like this.
        """
        ...


class NumpyIdentifiers:
    """Reads identifiers from names with NumPy (see ``Identifiers``)."""

    def of_names(self, pattern: NamePattern, names: Names) -> list[bytes] | None:
        """Return the identifiers in the names of objects (see ``Identifiers.of_names``)."""
        width = _width(pattern)
        if (names.ends % width).any():
            return None
        identifiers, right = _read(pattern, names.joined)
        return _sorted(identifiers, np.append(0, names.ends // width)) if right.all() else None


class CompiledIdentifiers:
    """Reads identifiers from names with the compiled library, ``elt/native/names.c`` (see ``Identifiers``).

    Args:
        library: The compiled library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        arguments = (TEXT, NUMBERS, NUMBER, TEXT, NUMBER, TEXT, NUMBER, BYTES)
        self._of_names = compiled_function(library, "identifiers_of_names", *arguments)

    def of_names(self, pattern: NamePattern, names: Names) -> list[bytes] | None:
        """Return the identifiers in the names of objects (see ``Identifiers.of_names``)."""
        before, behind = pattern.before, pattern.behind + END
        width = _width(pattern)
        into = np.empty(len(names.joined) // width * IDENTIFIER_BYTES, np.uint8)
        right = self._of_names(
            names.joined, names.ends, len(names.ends), before, len(before), behind, len(behind), into
        )
        return _split(into.tobytes(), np.append(0, names.ends // width)) if right else None


IDENTIFIERS: Identifiers = NumpyIdentifiers() if LIBRARY is None else CompiledIdentifiers(LIBRARY)
"""What this installation has; both do the same."""


def with_others(pattern: NamePattern, names: Names) -> tuple[list[bytes], list[list[str]]]:
    """Read identifiers where some names are made otherwise.

    Args:
        pattern: How the names of objects are made.
        names: The names in some folders.

    Returns:
        For each folder the identifiers, 16 bytes each, sorted; and for each the other names, sorted.
    """
    single = names.joined.split(END)[:-1]
    ends = np.searchsorted(np.cumsum([len(name) + 1 for name in single]), np.append(0, names.ends), "right")
    # A name of another length becomes one that is no object's.
    none = bytes(_width(pattern) - 1)
    fitting = (name if len(name) == len(none) else none for name in single)
    identifiers, right = _read(pattern, b"".join(name + END for name in fitting))
    others = [sorted(os.fsdecode(single[row]) for row in range(*span) if not right[row]) for span in pairwise(ends)]
    return _sorted(identifiers[right], np.append(0, np.cumsum(right))[ends]), others


def _width(pattern: NamePattern) -> int:
    return len(pattern.before) + UUID_WIDTH + len(pattern.behind) + len(END)


def _read(pattern: NamePattern, names: bytes) -> tuple[_Pairs, Flags]:
    """Read names that are as long as those of objects; tell which are none."""
    rows = np.frombuffer(names, np.uint8).reshape(-1, _width(pattern))
    identifiers, right = np.empty((len(rows), 2), np.uint64), np.empty(len(rows), np.bool_)
    for start in range(0, len(rows), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        identifiers[some], right[some] = _read_rows(pattern, rows[some])
    return identifiers, right


def _read_rows(pattern: NamePattern, rows: Rows) -> tuple[_Pairs, Flags]:
    start = len(pattern.before)
    template = np.frombuffer(pattern.before + b"-" * UUID_WIDTH + pattern.behind + END, np.uint8)
    same = np.full(len(template), 0xFF, np.uint8)
    same[start + _DIGITS] = 0
    digits = np.empty((len(rows), 2 * IDENTIFIER_BYTES), np.uint8)
    for hyphens, (first, end) in enumerate(GROUPS):
        digits[:, first - hyphens : end - hyphens] = rows[:, start + first : start + end]
    values = _BYTES.take(digits.view(np.uint16))
    right = np.ones(len(rows), np.bool_)
    for wrong in ((rows ^ template) & same, values == _NO_BYTE):
        if wrong.any():
            right &= ~wrong.any(axis=1)
    return values.astype(np.uint8).view(">u8").astype(np.uint64), right


def _sorted(identifiers: _Pairs, ends: Offsets) -> list[bytes]:
    """Sort the identifiers of each folder, from one of the ends to the next."""
    places = np.repeat(np.arange(len(ends) - 1, dtype=np.uint16 if len(ends) <= _MANY else np.int64), np.diff(ends))
    first, second = identifiers[:, 0], identifiers[:, 1]
    order = np.argsort(first)
    order = order[np.argsort(places[order], kind="stable")]
    found, at = first[order], places[order]
    if ((found[1:] == found[:-1]) & (at[1:] == at[:-1])).any():
        order = np.lexsort((second, first, places))
    return _split(identifiers[order].astype(">u8").tobytes(), ends)


def _split(joined: bytes, ends: Offsets) -> list[bytes]:
    return [joined[start:end] for start, end in pairwise((ends * IDENTIFIER_BYTES).tolist())]
