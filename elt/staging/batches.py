"""Batches of raw objects that are read and decoded together: some whole days, or a part of one day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.lake.lake import Lake
from elt.lake.manifests import PlannedOutput
from elt.native.arrays import numbers
from elt.native.buffers import ObjectBuffer, TextRows
from elt.native.names import IDENTIFIER_BYTES, identifier_of, identifier_texts, object_names, texts_from
from hospital_sim.storage import ObjectUnreadableError

BATCH_OBJECTS = 8192
"""Most objects of a batch."""

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
class ObjectNames:
    """The names of raw objects of one event type and day.

    Attributes:
        event_type: The event type in their keys.
        day: The date in their keys.
        identifiers: The identifiers in their keys, 16 bytes each, sorted.
        output: The output of a plan that they are staged into; None if they are only read.
        whole: True if a batch holds all objects of the day, False if it holds a part of them.
    """

    event_type: str
    day: date
    identifiers: bytes
    output: PlannedOutput | None = None
    whole: bool = True

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.identifiers) // IDENTIFIER_BYTES


@dataclass(frozen=True)
class Batch:
    """Raw objects of one event type that are decoded together.

    Attributes:
        event_type: The event type in their keys.
        names: Their names, day by day.
        event_ids: The identifier in the key of each, as text.
        objects: The bytes of each.
        unreadable: The error of each that could not be read, by its place. It has no bytes.
    """

    event_type: str
    names: Sequence[ObjectNames]
    event_ids: TextRows
    objects: ObjectBuffer
    unreadable: Mapping[int, ObjectUnreadableError] = field(default_factory=dict)

    @classmethod
    def of(cls, event_type: str, objects: Sequence[RawObject]) -> Self:
        """Return a batch of single objects."""
        names = [
            ObjectNames(event_type, day, b"".join(identifier_of(item.event_id) for item in of_day))
            for day, of_day in groupby(objects, lambda item: item.day)
        ]
        event_ids = texts_from([item.event_id for item in objects])
        return cls(event_type, names, event_ids, ObjectBuffer.of(item.data for item in objects))

    @cached_property
    def days(self) -> npt.NDArray[np.int32]:
        """The date in the key of each object, as days since 1970."""
        days = [(names.day - _EPOCH).days for names in self.names]
        return np.repeat(np.array(days, np.int32), list(map(len, self.names)))

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

    def slice(self, names: Sequence[ObjectNames], start: int) -> "Batch":
        """Return the objects that have some of the names, the first of them in row ``start``."""
        end = start + sum(map(len, names))
        unreadable = {place - start: error for place, error in self.unreadable.items() if start <= place < end}
        return Batch(self.event_type, names, self.event_ids[start:end], self.objects.slice(start, end), unreadable)


def names_by_day(
    event_type: str, days: Mapping[date, bytes], output: PlannedOutput | None = None
) -> Iterator[ObjectNames]:
    """Yield the names of objects day by day, in the order of the days.

    Args:
        event_type: The event type in their keys.
        days: The identifiers of each day, 16 bytes each, sorted.
        output: The output of a plan that they are staged into.
    """
    return (ObjectNames(event_type, day, identifiers, output) for day, identifiers in sorted(days.items()))


def in_batches(names: Iterable[ObjectNames], size: int) -> Iterator[list[ObjectNames]]:
    """Divide the names of whole days into batches of at most ``size`` objects, in the same order.

    Yields:
        Whole days, or a part of one day that has more than ``size`` objects.
    """
    batch: list[ObjectNames] = []
    objects = 0
    for of_day in names:
        if objects + len(of_day) > size and batch:
            yield batch
            batch, objects = [], 0
        if len(of_day) <= size:
            batch.append(of_day)
            objects += len(of_day)
            continue
        identifiers, step = of_day.identifiers, size * IDENTIFIER_BYTES
        for start in range(0, len(identifiers), step):
            yield [replace(of_day, identifiers=identifiers[start : start + step], whole=False)]
    if batch:
        yield batch


def read_batch(lake: Lake, names: Sequence[ObjectNames]) -> Batch:
    """Read the raw objects of one event type that have the given names.

    Args:
        lake: The lake.
        names: Their names, of at least one day.

    Raises:
        StorageError: If the lake cannot be read.
    """
    event_type = names[0].event_type
    texts = identifier_texts(b"".join(of_day.identifiers for of_day in names))
    days, counts = [of_day.day for of_day in names], list(map(len, names))
    objects, unreadable = lake.read_objects(event_type, days, counts, object_names(event_type, texts))
    return Batch(event_type, names, texts, objects, unreadable)
