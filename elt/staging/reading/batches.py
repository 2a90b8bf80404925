"""Batches of raw objects that are read and decoded together: some whole days, or a part of one day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.lake.lake import Lake
from elt.lake.manifests import PlannedOutput
from elt.native.arrays import numbers
from elt.native.buffers import ObjectBuffer, TextRows, texts_of
from elt.native.names import IDENTIFIER_BYTES, identifier_of, identifier_texts, object_names, texts_from
from hospital_sim.events.day_bundles import BrokenDayBundleError
from hospital_sim.events.keys import key_of
from hospital_sim.storage import ObjectUnreadableError

BATCH_OBJECTS = 8192
"""Most single objects of a batch."""

Unread = ObjectUnreadableError | BrokenDayBundleError
"""The error of an object that could not be read, or unpacked."""

_EPOCH = date(1970, 1, 1)


class RawObject(NamedTuple):
    """One raw object of a partition, or one line of a day bundle.

    Attributes:
        day: The date in its key.
        event_id: The identifier in its key; empty for a line.
        data: Its bytes.
    """

    day: date
    event_id: str
    data: bytes


class DayNames(Protocol):
    """The names of the objects of one event type and day, or of a part of them."""

    @property
    def day(self) -> date:
        """The date in their keys."""
        ...

    @property
    def output(self) -> PlannedOutput | None:
        """The output of a plan that they are staged into; None if they are only read."""
        ...

    @property
    def whole(self) -> bool:
        """True if a batch holds all objects of the day, False if it holds a part of them."""
        ...

    def __len__(self) -> int:
        """Return the number of objects."""
        ...


class ReadNames(DayNames, Protocol):
    """The names of the objects of a batch that has been read; those of one day may come in several parts."""

    @property
    def hospital_id(self) -> str:
        """The hospital in their keys; empty if the keys have none."""
        ...

    def key(self, place: int) -> str:
        """Return the key of one of the objects, relative to ``raw/``."""
        ...


class DivisibleNames(DayNames, Protocol):
    """The names of objects that can be divided among batches."""

    def parts(self, size: int) -> Iterator[Self]:
        """Yield parts of at most about ``size`` objects."""
        ...


Divisible = TypeVar("Divisible", bound=DivisibleNames)


@dataclass(frozen=True, slots=True)
class ObjectNames:
    """The names of single objects of one event type and day.

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

    @property
    def hospital_id(self) -> str:
        """The hospital in their keys, which have none."""
        return ""

    def key(self, place: int) -> str:
        """Return the key of one of the objects, relative to ``raw/``."""
        identifier = self.identifiers[place * IDENTIFIER_BYTES : (place + 1) * IDENTIFIER_BYTES]
        return key_of(self.event_type, self.day, texts_of(identifier_texts(identifier))[0])

    def parts(self, size: int) -> Iterator["ObjectNames"]:
        """Yield parts of at most ``size`` objects."""
        step = size * IDENTIFIER_BYTES
        for start in range(0, len(self.identifiers), step):
            yield replace(self, identifiers=self.identifiers[start : start + step], whole=False)


@dataclass(frozen=True)
class Batch:
    """Raw objects of one event type that are decoded together: single objects, or lines of day bundles.

    Attributes:
        event_type: The event type in their keys.
        names: Their names, day by day.
        event_ids: The identifier in the key of each, as text; None for lines.
        objects: The bytes of each.
        unreadable: The error of each that could not be read, by its place. It has no bytes.
    """

    event_type: str
    names: Sequence[ReadNames]
    event_ids: TextRows | None
    objects: ObjectBuffer
    unreadable: Mapping[int, Unread] = field(default_factory=dict)

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

    @cached_property
    def ends(self) -> npt.NDArray[np.int64]:
        """For each element of ``names``, the number of objects up to its last."""
        return np.cumsum(list(map(len, self.names)), dtype=np.int64)

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.objects)

    def item(self, row: int) -> RawObject:
        """Return one of the objects."""
        day = date.fromordinal(_EPOCH.toordinal() + int(self.days[row]))
        event_id = "" if self.event_ids is None else self.event_ids[row].tobytes().decode("ascii")
        return RawObject(day, event_id, self.objects[row])

    def key(self, row: int) -> str:
        """Return the key of one of the objects, relative to ``raw/``; for a line, the name of the line."""
        part = self._part(row)
        return self.names[part].key(row - (int(self.ends[part - 1]) if part else 0))

    def part(self, row: int) -> ReadNames:
        """Return the element of ``names`` that one of the objects belongs to."""
        return self.names[self._part(row)]

    def _part(self, row: int) -> int:
        return int(np.searchsorted(self.ends, row, "right"))

    def day_column(self) -> pa.Array:
        """Return the dates as an Arrow array."""
        return numbers(self.days, pa.date32())

    def slice(self, names: Sequence[ReadNames], start: int) -> "Batch":
        """Return the objects that have some of the names, the first of them in row ``start``."""
        end = start + sum(map(len, names))
        unreadable = {place - start: error for place, error in self.unreadable.items() if start <= place < end}
        event_ids = None if self.event_ids is None else self.event_ids[start:end]
        return Batch(self.event_type, names, event_ids, self.objects.slice(start, end), unreadable)


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


def in_batches(names: Iterable[Divisible], size: int) -> Iterator[list[Divisible]]:
    """Divide the names of whole days into batches of at most ``size`` objects, in the same order.

    Yields:
        Whole days, or a part of one day that has more than ``size`` objects.
    """
    batch: list[Divisible] = []
    objects = 0
    for of_day in names:
        if objects + len(of_day) > size and batch:
            yield batch
            batch, objects = [], 0
        if len(of_day) <= size:
            batch.append(of_day)
            objects += len(of_day)
        else:
            yield from ([part] for part in of_day.parts(size))
    if batch:
        yield batch


def read_batch(lake: Lake, names: Sequence[ObjectNames]) -> Batch:
    """Read the single objects of one event type that have the given names.

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
