"""Names of raw objects and the identifiers in them: 16 bytes each, sorted, instead of the text of a name."""

import ctypes
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple, Self

import numpy as np

from elt.native import LIBRARY
from elt.native.arguments import BYTES, NUMBER, NUMBERS, TEXT, compiled_function
from elt.native.buffers import Offsets, TextRows
from hospital_sim.events import keys

NAME_END = b"\0"
"""Ends each name; no name contains it."""

MANY_NAME_BYTES = 1 << 22
"""Listing stops after the folder in which the names reach this number of bytes, so that few are in memory at once."""

IDENTIFIER_BYTES = 16
UUID_WIDTH = 36

_DIGIT_GROUPS = ((0, 8), (9, 13), (14, 18), (19, 23), (24, 36))
"""Places of the digits of an identifier between its hyphens."""

_UUID = rb"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_HEXADECIMAL = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)
_PLACEHOLDER = "#" * UUID_WIDTH


class Names(NamedTuple):
    """The names of the files in some folders.

    Attributes:
        buffer: The names, each followed by ``NAME_END``, folder after folder.
        ends: End offset of the names of each folder.
    """

    buffer: bytes
    ends: Offsets

    @classmethod
    def of(cls, folders: Iterable[bytes]) -> Self:
        """Return the names of the first folders: at least one, and as many as stay below ``MANY_NAME_BYTES``.

        Args:
            folders: The names in each folder, each followed by ``NAME_END``.
        """
        listed: list[bytes] = []
        size = 0
        for names in folders:
            listed.append(names)
            size += len(names)
            if size >= MANY_NAME_BYTES:
                break
        return cls(b"".join(listed), np.array(list(accumulate(map(len, listed))), np.int64))


class NamePattern(NamedTuple):
    """The text before and after the identifier in the names of objects of one type."""

    before: bytes
    after: bytes


ReadNames = Callable[[NamePattern, Names], list[bytes] | None]
"""Reads the identifiers of each folder, 16 bytes each, sorted; returns None if any name does not fit the pattern."""


def compiled_names(library: ctypes.CDLL) -> ReadNames:
    """Return the function of ``elt/native/names.c`` that reads identifiers from names."""
    arguments = (TEXT, NUMBERS, NUMBER, TEXT, NUMBER, TEXT, NUMBER, BYTES)
    identifiers_of_names = compiled_function(library, "identifiers_of_names", *arguments)

    def read(pattern: NamePattern, names: Names) -> list[bytes] | None:
        before, after = pattern.before, pattern.after + NAME_END
        width = len(before) + UUID_WIDTH + len(after)
        identifiers = np.empty(len(names.buffer) // width * IDENTIFIER_BYTES, np.uint8)
        fits = identifiers_of_names(
            names.buffer, names.ends, len(names.ends), before, len(before), after, len(after), identifiers
        )
        if not fits:
            return None
        data, ends = identifiers.tobytes(), names.ends // width * IDENTIFIER_BYTES
        return [data[start:end] for start, end in pairwise([0, *ends.tolist()])]

    return read


READ_NAMES: ReadNames | None = None if LIBRARY is None else compiled_names(LIBRARY)
"""The compiled way to read names; None without the compiled library."""


def read_object_names(event_type: str, names: Names) -> tuple[list[bytes], list[list[str]]]:
    """Read the identifiers from the names of objects in partitions.

    Args:
        event_type: Type of the partitions.
        names: The names in each of them, without the prefix of the partition.

    Returns:
        For each partition the identifiers, 16 bytes each, sorted; and the names that are not an event's, sorted.
    """
    pattern = _name_pattern(event_type)
    identifiers = None if READ_NAMES is None else READ_NAMES(pattern, names)
    return read_any_names(pattern, names) if identifiers is None else (identifiers, [[] for _ in identifiers])


def read_any_names(pattern: NamePattern, names: Names) -> tuple[list[bytes], list[list[str]]]:
    """Read identifiers where some names may not fit the pattern (see ``read_object_names``)."""
    matching = re.compile(re.escape(pattern.before) + _UUID + re.escape(pattern.after)).fullmatch
    identifiers: list[bytes] = []
    others: list[list[str]] = []
    for start, end in pairwise([0, *names.ends.tolist()]):
        matches = [(name, matching(name)) for name in names.buffer[start:end].split(NAME_END)[:-1]]
        texts = sorted(match[1] for _, match in matches if match)
        identifiers.append(bytes.fromhex(b"".join(texts).replace(b"-", b"").decode("ascii")))
        others.append(sorted(os.fsdecode(name) for name, match in matches if not match))
    return identifiers, others


def split_identifiers(identifiers: bytes) -> Iterator[bytes]:
    """Yield the single identifiers of 16 bytes."""
    starts = range(0, len(identifiers), IDENTIFIER_BYTES)
    return (identifiers[start : start + IDENTIFIER_BYTES] for start in starts)


def identifier_of(event_id: str) -> bytes:
    """Return the 16 bytes of an identifier that is a UUID."""
    return bytes.fromhex(event_id.replace("-", ""))


def identifier_texts(identifiers: bytes) -> TextRows:
    """Return identifiers of 16 bytes each as UUIDs in their canonical form."""
    pairs = _HEXADECIMAL.take(np.frombuffer(identifiers, np.uint8))
    digits = pairs.view(np.uint8).reshape(-1, 2 * IDENTIFIER_BYTES)
    texts = np.full((len(digits), UUID_WIDTH), ord("-"), np.uint8)
    for hyphens, (start, end) in enumerate(_DIGIT_GROUPS):
        texts[:, start:end] = digits[:, start - hyphens : end - hyphens]
    return texts


def texts_from(identifiers: Sequence[str]) -> TextRows:
    """Return UUIDs in their canonical form, given as strings, as rows."""
    return np.frombuffer("".join(identifiers).encode("ascii"), np.uint8).reshape(-1, UUID_WIDTH)


def object_names(event_type: str, texts: TextRows) -> TextRows:
    """Return the names of objects in their partition, without its prefix, given their identifiers as text."""
    before, after = _name_pattern(event_type)
    names = np.empty((len(texts), len(before) + UUID_WIDTH + len(after)), np.uint8)
    names[:] = np.frombuffer(before + bytes(UUID_WIDTH) + after, np.uint8)
    names[:, len(before) : len(before) + UUID_WIDTH] = texts
    return names


@cache
def _name_pattern(event_type: str) -> NamePattern:
    """Return the pattern of the names of objects of one type; it is the same in every partition."""
    day = date(2000, 1, 1)
    name = keys.key_of(event_type, day, _PLACEHOLDER).removeprefix(keys.partition_prefix(event_type, day))
    return NamePattern(*name.encode("ascii").split(_PLACEHOLDER.encode("ascii")))
