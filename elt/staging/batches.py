"""Batches of raw objects: whole days, or a part of one day, in the order of their identifiers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.native.arrays import numbers
from elt.native.buffers import JoinedObjects
from elt.native.identifiers import IDENTIFIER_BYTES
from elt.native.object_names import texts_from
from elt.native.text_rows import Rows

_EPOCH = date(1970, 1, 1)


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


@dataclass(frozen=True, slots=True)
class DayPart:
    """Raw objects of one day.

    Attributes:
        day: The day.
        identifiers: Their identifiers, 16 bytes each, sorted.
        whole: Whether these are all objects of the day.
        output: The number of the output that they go into among those that are staged together.
    """

    day: date
    identifiers: bytes
    whole: bool
    output: int = 0

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.identifiers) // IDENTIFIER_BYTES


@dataclass(frozen=True)
class RawBatch:
    """Raw objects of one event type that are decoded in one go.

    Attributes:
        days: The date in the key of each, as days since 1970.
        event_ids: The identifier in the key of each, as text.
        objects: The bytes of each.
    """

    days: npt.NDArray[np.int32]
    event_ids: Rows
    objects: JoinedObjects

    @classmethod
    def of(cls, objects: Sequence[RawObject]) -> Self:
        """Return a batch of single objects."""
        days = np.array([(item.day - _EPOCH).days for item in objects], np.int32)
        return cls(
            days, texts_from([item.event_id for item in objects]), JoinedObjects.of(item.data for item in objects)
        )

    @classmethod
    def of_days(cls, parts: Sequence[DayPart], texts: Rows, objects: JoinedObjects) -> Self:
        """Return a batch of days with their identifiers as text, and the bytes of their objects."""
        days = np.repeat([(part.day - _EPOCH).days for part in parts], [len(part) for part in parts])
        return cls(days.astype(np.int32), texts, objects)

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.objects)

    def item(self, row: int) -> RawObject:
        """Return one of the objects."""
        day = date.fromordinal(_EPOCH.toordinal() + int(self.days[row]))
        return RawObject(day, self.event_ids[row].tobytes().decode("ascii"), self.objects[row])

    def day_column(self) -> pa.Array:
        """Return the dates as an Arrow array."""
        return numbers(self.days, pa.date32())


def day_batches(days: Mapping[date, bytes], size: int) -> Iterator[list[DayPart]]:
    """Cut lists of identifiers into batches of at most ``size`` objects: some whole days, or a part of one.

    Args:
        days: The identifiers of each day, 16 bytes each, sorted.
        size: How many objects a batch may have.

    Yields:
        The batches, in the order of the days.
    """
    return joint_batches([(0, days)], size)


def joint_batches(lists: Iterable[tuple[int, Mapping[date, bytes]]], size: int) -> Iterator[list[DayPart]]:
    """Cut the lists of several outputs, each with its number, into batches across them (see ``day_batches``)."""
    batch: list[DayPart] = []
    held = 0
    for output, days in lists:
        for day, identifiers in sorted(days.items()):
            count = len(identifiers) // IDENTIFIER_BYTES
            if held + count > size and batch:
                yield batch
                batch, held = [], 0
            if count <= size:
                batch.append(DayPart(day, identifiers, whole=True, output=output))
                held += count
                continue
            step = size * IDENTIFIER_BYTES
            for start in range(0, len(identifiers), step):
                yield [DayPart(day, identifiers[start : start + step], whole=False, output=output)]
    if batch:
        yield batch
