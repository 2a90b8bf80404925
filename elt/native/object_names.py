"""Names of raw objects and their identifiers: 16 bytes each, sorted, instead of the text of a name."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

import numpy as np

from elt.native.files import Names
from elt.native.fixed_values import UUID_WIDTH
from elt.native.identifiers import GROUPS, IDENTIFIER_BYTES, IDENTIFIERS, NamePattern, with_others
from elt.native.text_rows import Rows
from hospital_sim.events import keys as layout

_PLACE = "#" * UUID_WIDTH
"""Stands for an identifier."""

_HEXADECIMAL = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)


def split_identifiers(joined: bytes) -> Iterator[bytes]:
    """Yield the single identifiers of 16 bytes."""
    return (joined[start : start + IDENTIFIER_BYTES] for start in range(0, len(joined), IDENTIFIER_BYTES))


def identifier_texts(identifiers: bytes) -> Rows:
    """Return identifiers of 16 bytes each as UUIDs in the canonical form."""
    pairs = _HEXADECIMAL.take(np.frombuffer(identifiers, np.uint8))
    digits = pairs.view(np.uint8).reshape(-1, 2 * IDENTIFIER_BYTES)
    texts = np.full((len(digits), UUID_WIDTH), ord("-"), np.uint8)
    for hyphens, (start, end) in enumerate(GROUPS):
        texts[:, start:end] = digits[:, start - hyphens : end - hyphens]
    return texts


def texts_from(identifiers: Sequence[str]) -> Rows:
    """Return identifiers that are single strings in the canonical form as rows."""
    return np.frombuffer("".join(identifiers).encode("ascii"), np.uint8).reshape(-1, UUID_WIDTH)


def object_names(event_type: str, texts: Rows) -> Rows:
    """Return the names of objects in their partition, without its prefix: one row of ASCII characters for each."""
    before, behind = _name_pattern(event_type)
    names = np.empty((len(texts), len(before) + UUID_WIDTH + len(behind)), np.uint8)
    names[:] = np.frombuffer(before + bytes(UUID_WIDTH) + behind, np.uint8)
    names[:, len(before) : len(before) + UUID_WIDTH] = texts
    return names


@cache
def _name_pattern(event_type: str) -> NamePattern:
    """Return how the name of an object of a type is made; it is the same in every partition."""
    day = date(2000, 1, 1)
    name = layout.key_of(event_type, day, _PLACE).removeprefix(layout.partition_prefix(event_type, day))
    return NamePattern(*name.encode("ascii").split(_PLACE.encode("ascii")))


def read_object_names(event_type: str, names: Names) -> tuple[list[bytes], list[list[str]]]:
    """Read the identifiers from the names of objects in partitions.

    Args:
        event_type: Type of the partitions.
        names: The names in each of them, without the prefix of the partition.

    Returns:
        For each partition the identifiers, 16 bytes each, sorted; and for each the names that are not an event's.
    """
    pattern = _name_pattern(event_type)
    found = IDENTIFIERS.of_names(pattern, names)
    if found is not None:
        return found, [[] for _ in found]
    return with_others(pattern, names)
