"""Reads batches of raw objects."""

from typing import NamedTuple

from elt.lake.store import Lake
from elt.native.object_names import identifier_texts, object_names
from elt.staging.batches import DayPart, RawBatch


class BatchToRead(NamedTuple):
    """Raw objects that are read together.

    Attributes:
        event_type: Their type.
        parts: Their days, or the part of one.
    """

    event_type: str
    parts: list[DayPart]


def read_batch(lake: Lake, wanted: BatchToRead) -> RawBatch:
    """Read raw objects from the lake.

    Raises:
        StorageError: If one cannot be read.
    """
    event_type, parts = wanted
    texts = identifier_texts(b"".join(part.identifiers for part in parts))
    days, counts = [part.day for part in parts], list(map(len, parts))
    objects = lake.read_objects(event_type, days, counts, object_names(event_type, texts))
    return RawBatch.of_days(parts, texts, objects)
