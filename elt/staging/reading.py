"""Reads batches of raw objects."""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from elt import raw
from elt.staging.batches import DayPart, RawBatch, Texts, object_names, part_texts
from hospital_sim.storage import ObjectStore


def read_batch(store: ObjectStore, event_type: str, parts: Sequence[DayPart]) -> tuple[RawBatch, list[list[bytes]]]:
    """Read the objects of one batch.

    Args:
        store: The lake.
        event_type: Their type.
        parts: The days, or the part of one.

    Returns:
        The objects; and their bytes for each part.

    Raises:
        StorageError: If one cannot be read.
    """
    texts: Texts = part_texts(parts)
    names = object_names(event_type, texts)
    ends = accumulate(map(len, parts), initial=0)
    contents = [
        raw.read_objects(store, event_type, part.day, names[start:end])
        for part, (start, end) in zip(parts, pairwise(ends), strict=True)
    ]
    return RawBatch.joined(parts, texts, contents), contents
