"""Batches of raw objects: whole days, or a part of one day, in the order of their identifiers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
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

    @cached_property
    def texts(self) -> Texts:
        """The identifiers as text."""
        return identifier_texts(self.identifiers)

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
    def joined(cls, parts: Sequence[DayPart], contents: Sequence[Sequence[bytes]]) -> Self:
        """Return a batch of days with the bytes of their objects."""
        days = [np.full(len(part), (part.day - _EPOCH).days, np.int32) for part in parts]
        joined = [data for found in contents for data in found]
        return cls(np.concatenate(days), np.concatenate([part.texts for part in parts]), joined)

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


def identifier_texts(identifiers: bytes) -> Texts:
    """Return identifiers of 16 bytes each as UUIDs in the canonical form."""
    digits = _HEXADECIMAL[np.frombuffer(identifiers, np.uint8)].reshape(-1, 2 * IDENTIFIER_BYTES)
    texts = np.full((len(digits), _TEXT_WIDTH), ord("-"), np.uint8)
    for hyphens, (start, end) in enumerate(_GROUPS):
        texts[:, start:end] = digits[:, start - hyphens : end - hyphens]
    return texts


def texts_of(texts: Texts) -> list[str]:
    """Return identifiers as single strings."""
    text = texts.tobytes().decode("ascii")
    return [text[place : place + _TEXT_WIDTH] for place in range(0, len(text), _TEXT_WIDTH)]


def object_names(event_type: str, day: date, texts: Texts) -> list[str]:
    """Return the names of the objects of a partition, without its prefix."""
    pattern = layout.key_of(event_type, day, "#" * _TEXT_WIDTH).removeprefix(layout.partition_prefix(event_type, day))
    start = pattern.index("#")
    names = np.tile(np.frombuffer(pattern.encode("ascii"), np.uint8), (len(texts), 1))
    names[:, start : start + _TEXT_WIDTH] = texts
    width = len(pattern)
    text = names.tobytes().decode("ascii")
    return [text[place : place + width] for place in range(0, len(text), width)]


def read_object_names(event_type: str, day: date, names: Sequence[str]) -> tuple[bytes, list[str]]:
    """Read the identifiers from the names of objects in a partition.

    Args:
        event_type: Type of the partition.
        day: Its day.
        names: The names, without the prefix of the partition.

    Returns:
        The identifiers, 16 bytes each, sorted; and the names that are not an event's.
    """
    pattern = layout.key_of(event_type, day, "#" * _TEXT_WIDTH).removeprefix(layout.partition_prefix(event_type, day))
    usual, foreign = list(names), []
    text = "".join(names)
    if set(map(len, names)) != {len(pattern)} or not text.isascii():
        usual = [name for name in names if len(name) == len(pattern) and name.isascii()]
        foreign = [name for name in names if len(name) != len(pattern) or not name.isascii()]
        text = "".join(usual)
    rows = np.frombuffer(text.encode("ascii"), np.uint8).reshape(len(usual), len(pattern))
    start = pattern.index("#")
    template = np.frombuffer(pattern.encode("ascii"), np.uint8).copy()
    template[start + _HYPHENS] = ord("-")
    same = np.ones(len(pattern), np.bool_)
    same[start + _DIGITS] = False
    digits = rows[:, start + _DIGITS]
    right = ((rows == template) | ~same).all(axis=1)
    right &= (((digits - np.uint8(ord("0"))) < 10) | ((digits - np.uint8(ord("a"))) < 6)).all(axis=1)
    foreign += [usual[row] for row in np.flatnonzero(~right)]
    return _sorted(bytes.fromhex(digits[right].tobytes().decode("ascii"))), sorted(foreign)


def _sorted(identifiers: bytes) -> bytes:
    halves = np.frombuffer(identifiers, ">u8").reshape(-1, 2).astype(np.uint64)
    order = np.lexsort((halves[:, 1], halves[:, 0]))
    return np.frombuffer(identifiers, np.uint8).reshape(-1, IDENTIFIER_BYTES)[order].tobytes()


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
