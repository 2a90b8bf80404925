"""Batches of raw objects: whole days, or a part of one day, in the order of their identifiers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hospital_sim import layout

IDENTIFIER_BYTES = 16
_TEXT_WIDTH = 36
_HYPHENS = np.array([8, 13, 18, 23])
_DIGITS = np.delete(np.arange(_TEXT_WIDTH), _HYPHENS)
_GROUPS = ((0, 8), (9, 13), (14, 18), (19, 23), (24, 36))
"""Where the digits of an identifier stand between its hyphens."""

_HEXADECIMAL = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8).reshape(256, 2)
_EPOCH = date(1970, 1, 1)

Texts = npt.NDArray[np.uint8]
"""Identifiers as UUIDs in the canonical form: one row of 36 ASCII characters for each."""


class RawObject(NamedTuple):
    """One raw object of a partition.

    Attributes:
        day: The date in its key.
        event_id: The identifier in its key.
        data: Its bytes.
    """

    day: date
    event_id: str
    data: bytes


@dataclass(frozen=True)
class DayPart:
    """Raw objects of one day.

    Attributes:
        day: The day.
        identifiers: Their identifiers, 16 bytes each, sorted.
        whole: Whether these are all objects of the day.
    """

    day: date
    identifiers: bytes
    whole: bool

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.identifiers) // IDENTIFIER_BYTES


@dataclass(frozen=True)
class RawBatch:
    """Raw objects of one event type that are decoded in one go.

    Attributes:
        days: The date in the key of each, as days since 1970.
        event_ids: The identifier in the key of each, as text.
        contents: The bytes of each.
    """

    days: npt.NDArray[np.int32]
    event_ids: Texts
    contents: Sequence[bytes]

    @classmethod
    def of(cls, objects: Sequence[RawObject]) -> Self:
        """Return a batch of single objects."""
        text = "".join(item.event_id for item in objects).encode("ascii")
        return cls(
            np.array([(item.day - _EPOCH).days for item in objects], np.int32),
            np.frombuffer(text, np.uint8).reshape(len(objects), _TEXT_WIDTH),
            [item.data for item in objects],
        )

    @classmethod
    def joined(cls, parts: Sequence[DayPart], texts: Texts, contents: Sequence[Sequence[bytes]]) -> Self:
        """Return a batch of days with their identifiers as text, and the bytes of their objects."""
        days = np.repeat([(part.day - _EPOCH).days for part in parts], [len(part) for part in parts])
        return cls(days.astype(np.int32), texts, list(chain.from_iterable(contents)))

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.contents)

    def item(self, row: int) -> RawObject:
        """Return one of the objects."""
        day = date.fromordinal(_EPOCH.toordinal() + int(self.days[row]))
        return RawObject(day, self.event_ids[row].tobytes().decode("ascii"), self.contents[row])

    def day_column(self) -> pa.Array:
        """Return the dates as an Arrow array."""
        return pa.array(self.days).view(pa.date32())


def split_identifiers(joined: bytes) -> Iterator[bytes]:
    """Yield the single identifiers of 16 bytes."""
    return (joined[start : start + IDENTIFIER_BYTES] for start in range(0, len(joined), IDENTIFIER_BYTES))


def identifier_texts(identifiers: bytes) -> Texts:
    """Return identifiers of 16 bytes each as UUIDs in the canonical form."""
    digits = _HEXADECIMAL[np.frombuffer(identifiers, np.uint8)].reshape(-1, 2 * IDENTIFIER_BYTES)
    texts = np.full((len(digits), _TEXT_WIDTH), ord("-"), np.uint8)
    for hyphens, (start, end) in enumerate(_GROUPS):
        texts[:, start:end] = digits[:, start - hyphens : end - hyphens]
    return texts


def part_texts(parts: Sequence[DayPart]) -> Texts:
    """Return the identifiers of some parts as text."""
    return identifier_texts(b"".join(part.identifiers for part in parts))


def texts_of(texts: Texts) -> list[str]:
    """Return identifiers as single strings."""
    text = texts.tobytes().decode("ascii")
    return [text[place : place + _TEXT_WIDTH] for place in range(0, len(text), _TEXT_WIDTH)]


def object_names(event_type: str, texts: Texts) -> list[str]:
    """Return the names of objects in their partition, without its prefix."""
    pattern = _name_pattern(event_type)
    start, width = pattern.index("#"), len(pattern)
    names = np.empty((len(texts), width), np.uint8)
    names[:] = np.frombuffer(pattern.encode("ascii"), np.uint8)
    names[:, start : start + _TEXT_WIDTH] = texts
    text = names.tobytes().decode("ascii")
    return [text[place : place + width] for place in range(0, len(text), width)]


@cache
def _name_pattern(event_type: str) -> str:
    """Return the name of an object of a type, with a place for its identifier; it is the same in every partition."""
    day = date(2000, 1, 1)
    return layout.key_of(event_type, day, "#" * _TEXT_WIDTH).removeprefix(layout.partition_prefix(event_type, day))


def read_object_names(event_type: str, days: Sequence[Sequence[str]]) -> tuple[list[bytes], list[list[str]]]:
    """Read the identifiers from the names of objects in partitions.

    Args:
        event_type: Type of the partitions.
        days: The names in each of them, without the prefix of the partition.

    Returns:
        For each partition the identifiers, 16 bytes each, sorted; and for each the names that are not an event's.
    """
    pattern = _name_pattern(event_type)
    usual: Sequence[Sequence[str]] = days
    text = "".join(chain.from_iterable(days))
    if set(map(len, chain.from_iterable(days))) - {len(pattern)} or not text.isascii():
        usual = [[name for name in names if len(name) == len(pattern) and name.isascii()] for names in days]
        text = "".join(chain.from_iterable(usual))
    rows = np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, len(pattern))
    start = pattern.index("#")
    template = np.frombuffer(pattern.encode("ascii"), np.uint8).copy()
    template[start + _HYPHENS] = ord("-")
    same = np.ones(len(pattern), np.bool_)
    same[start + _DIGITS] = False
    digits = rows[:, start + _DIGITS]
    right = ((rows == template) | ~same).all(axis=1)
    right &= (((digits - np.uint8(ord("0"))) < 10) | ((digits - np.uint8(ord("a"))) < 6)).all(axis=1)
    places = np.repeat(np.arange(len(days)), [len(names) for names in usual])
    identifiers = _sorted(places[right], bytes.fromhex(digits[right].tobytes().decode("ascii")), len(days))
    if usual is days and right.all():
        return identifiers, [[] for _ in days]
    known = {name for name, is_right in zip(chain.from_iterable(usual), right.tolist(), strict=True) if is_right}
    return identifiers, [sorted(name for name in names if name not in known) for names in days]


def _sorted(places: npt.NDArray[np.int64], identifiers: bytes, count: int) -> list[bytes]:
    """Sort identifiers within each partition."""
    halves = np.frombuffer(identifiers, ">u8").reshape(-1, 2).astype(np.uint64)
    order = np.lexsort((halves[:, 1], halves[:, 0], places))
    joined = np.frombuffer(identifiers, np.uint8).reshape(-1, IDENTIFIER_BYTES)[order].tobytes()
    ends = np.cumsum(np.bincount(places, minlength=count)) * IDENTIFIER_BYTES
    return [joined[start:end] for start, end in pairwise([0, *ends.tolist()])]


def day_batches(days: Mapping[date, bytes], size: int) -> Iterator[list[DayPart]]:
    """Cut lists of identifiers into batches of at most ``size`` objects: some whole days, or a part of one.

    Args:
        days: The identifiers of each day, 16 bytes each, sorted.
        size: How many objects a batch may have.

    Yields:
        The batches, in the order of the days.
    """
    batch: list[DayPart] = []
    held = 0
    for day, identifiers in sorted(days.items()):
        count = len(identifiers) // IDENTIFIER_BYTES
        if held + count > size and batch:
            yield batch
            batch, held = [], 0
        if count <= size:
            batch.append(DayPart(day, identifiers, whole=True))
            held += count
            continue
        step = size * IDENTIFIER_BYTES
        for start in range(0, len(identifiers), step):
            yield [DayPart(day, identifiers[start : start + step], whole=False)]
    if batch:
        yield batch
