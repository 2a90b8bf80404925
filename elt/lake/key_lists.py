"""Reads the lists of raw objects that plans name (``elt.staging.input_lists`` writes them)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from elt import BrokenLakeError
from elt.lake.digests import digest
from elt.native.names import IDENTIFIER_BYTES
from hospital_sim.storage import ObjectStore


def read_identifiers(store: ObjectStore, key: str) -> dict[date, bytes]:
    """Read a list of raw objects from the lake: for each day the identifiers, 16 bytes each, sorted.

    Raises:
        BrokenLakeError: If the object was changed.
        ValueError: If it is not such a list.
    """
    return _identifiers(key, store.read(key))


def read_lists(store: ObjectStore, keys: Iterable[str]) -> Iterator[dict[date, bytes]]:
    """Read lists of raw objects, several at once (see ``read_identifiers``)."""
    return (_identifiers(key, data) for key, data in store.read_many(keys))


def _identifiers(key: str, data: bytes) -> dict[date, bytes]:
    if digest(data) not in key:
        raise BrokenLakeError(f"{key}: its bytes do not have the digest in its name; put back the object")
    try:
        days = msgspec.json.decode(data, type=dict[date, bytes])
    except msgspec.DecodeError as error:
        raise ValueError(f"not a list of raw objects: {error}") from error
    for day, identifiers in days.items():
        if len(identifiers) % IDENTIFIER_BYTES:
            raise ValueError(f"{day} does not hold whole identifiers")
    return days


def read_unrecognised(store: ObjectStore, lists: Iterable[str]) -> Iterator[list[str]]:
    """Read lists of unrecognised keys from the lake, several at once."""
    return (json.loads(data) for _, data in store.read_many(lists))
