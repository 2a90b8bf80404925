"""Names of raw objects and their identifiers: 16 bytes each, sorted, instead of the text of a name."""

import os
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from elt.rows import Rows
from hospital_sim import layout

IDENTIFIER_BYTES = 16
_TEXT_WIDTH = 36
_HYPHENS = np.array([8, 13, 18, 23])
_DIGITS = np.delete(np.arange(_TEXT_WIDTH), _HYPHENS)
_GROUPS = ((0, 8), (9, 13), (14, 18), (19, 23), (24, 36))
"""Where the digits of an identifier stand between its hyphens."""

_END = b"\0"
_MANY = 1 << 16
_AT_ONCE = 1 << 15
"""Names that are read at once: what is held beside the names themselves is bounded."""

_HEXADECIMAL = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)
_NO_BYTE = -1
_BYTES = np.full(1 << 16, _NO_BYTE, np.int16)
"""The byte of each pair of hexadecimal digits, by their two characters as one number of this machine."""
_BYTES[_HEXADECIMAL] = np.arange(256)


def split_identifiers(joined: bytes) -> Iterator[bytes]:
    """Yield the single identifiers of 16 bytes."""
    return (joined[start : start + IDENTIFIER_BYTES] for start in range(0, len(joined), IDENTIFIER_BYTES))


def identifier_texts(identifiers: bytes) -> Rows:
    """Return identifiers of 16 bytes each as UUIDs in the canonical form."""
    pairs = _HEXADECIMAL.take(np.frombuffer(identifiers, np.uint8))
    digits = pairs.view(np.uint8).reshape(-1, 2 * IDENTIFIER_BYTES)
    texts = np.full((len(digits), _TEXT_WIDTH), ord("-"), np.uint8)
    for hyphens, (start, end) in enumerate(_GROUPS):
        texts[:, start:end] = digits[:, start - hyphens : end - hyphens]
    return texts


def texts_from(identifiers: Sequence[str]) -> Rows:
    """Return identifiers that are single strings in the canonical form as rows."""
    return np.frombuffer("".join(identifiers).encode("ascii"), np.uint8).reshape(-1, _TEXT_WIDTH)


def object_names(event_type: str, texts: Rows) -> Rows:
    """Return the names of objects in their partition, without its prefix: one row of ASCII characters for each."""
    pattern = _name_pattern(event_type)
    start = pattern.index("#")
    names = np.empty((len(texts), len(pattern)), np.uint8)
    names[:] = np.frombuffer(pattern.encode("ascii"), np.uint8)
    names[:, start : start + _TEXT_WIDTH] = texts
    return names


@cache
def _name_pattern(event_type: str) -> str:
    """Return the name of an object of a type, with a place for its identifier; it is the same in every partition."""
    day = date(2000, 1, 1)
    return layout.key_of(event_type, day, "#" * _TEXT_WIDTH).removeprefix(layout.partition_prefix(event_type, day))


def read_object_names(event_type: str, days: Sequence[bytes]) -> tuple[list[bytes], list[list[str]]]:
    """Read the identifiers from the names of objects in partitions.

    Args:
        event_type: Type of the partitions.
        days: The names in each of them, without the prefix of the partition, each with a zero behind.

    Returns:
        For each partition the identifiers, 16 bytes each, sorted; and for each the names that are not an event's.
    """
    pattern = _name_pattern(event_type).encode("ascii") + _END
    names = [day.count(_END) for day in days]
    ends = np.cumsum([0, *names])
    found = _identifiers(pattern, b"".join(days)) if len(pattern) * ends[-1] == sum(map(len, days)) else None
    if found is not None and found[1].all():
        return _sorted(found[0], ends), [[] for _ in days]
    # A name of another length becomes the pattern, which is the name of no object.
    single = [name + _END for day in days for name in day.split(_END)[:-1]]
    identifiers, right = _identifiers(pattern, b"".join(n if len(n) == len(pattern) else pattern for n in single))
    wrong = [sorted(os.fsdecode(single[row][:-1]) for row in range(*span) if not right[row]) for span in pairwise(ends)]
    return _sorted(identifiers[right], np.concatenate([[0], np.cumsum(right)])[ends]), wrong


def _identifiers(pattern: bytes, names: bytes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """Read names that are as long as the pattern: two numbers for each identifier, and whether it is one."""
    rows = np.frombuffer(names, np.uint8).reshape(-1, len(pattern))
    identifiers, right = np.empty((len(rows), 2), np.uint64), np.empty(len(rows), np.bool_)
    for start in range(0, len(rows), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        identifiers[some], right[some] = _identifiers_of_rows(pattern, rows[some])
    return identifiers, right


def _identifiers_of_rows(pattern: bytes, rows: Rows) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    start = pattern.index(b"#")
    template = np.frombuffer(pattern, np.uint8).copy()
    template[start + _HYPHENS] = ord("-")
    same = np.full(len(pattern), 0xFF, np.uint8)
    same[start + _DIGITS] = 0
    digits = np.empty((len(rows), 2 * IDENTIFIER_BYTES), np.uint8)
    for hyphens, (first, end) in enumerate(_GROUPS):
        digits[:, first - hyphens : end - hyphens] = rows[:, start + first : start + end]
    values = _BYTES.take(digits.view(np.uint16))
    right = np.ones(len(rows), np.bool_)
    for wrong in ((rows ^ template) & same, values == _NO_BYTE):
        if wrong.any():
            right &= ~wrong.any(axis=1)
    return values.astype(np.uint8).view(">u8").astype(np.uint64), right


def _sorted(identifiers: npt.NDArray[np.uint64], ends: npt.NDArray[np.int64]) -> list[bytes]:
    """Sort the identifiers of each partition."""
    places = np.repeat(np.arange(len(ends) - 1, dtype=np.uint16 if len(ends) <= _MANY else np.int64), np.diff(ends))
    first, second = identifiers[:, 0], identifiers[:, 1]
    order = np.argsort(first)
    order = order[np.argsort(places[order], kind="stable")]
    found, at = first[order], places[order]
    if ((found[1:] == found[:-1]) & (at[1:] == at[:-1])).any():
        order = np.lexsort((second, first, places))
    joined = identifiers[order].astype(">u8").tobytes()
    return [joined[start:end] for start, end in pairwise((ends * IDENTIFIER_BYTES).tolist())]
