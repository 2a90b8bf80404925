"""Reads the lists of raw objects that plans name (``elt.staging.input_lists`` writes them).

A list has single objects or day bundles. Single objects are named by their identifiers, 16 bytes each, sorted; bundles
by their names, each with the numbers of the lines that are meant, or null for all of them.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeAlias

import msgspec

from elt import BrokenLakeError
from elt.lake.digests import digest
from elt.native.names import IDENTIFIER_BYTES
from hospital_sim.storage import ObjectStore

Bundles: TypeAlias = dict[str, tuple[int, ...] | None]
"""Names of day bundles, each with the numbers of some of its lines, from 1, or None for all of them."""


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


def read_bundles(store: ObjectStore, key: str) -> dict[date, Bundles]:
    """Read a list of day bundles from the lake: their names by day (errors as in ``read_identifiers``)."""
    return _bundles(key, store.read(key))


def read_bundle_lists(store: ObjectStore, keys: Iterable[str]) -> Iterator[dict[date, Bundles]]:
    """Read lists of day bundles, several at once (see ``read_bundles``)."""
    return (_bundles(key, data) for key, data in store.read_many(keys))


def _bundles(key: str, data: bytes) -> dict[date, Bundles]:
    _check_digest(key, data)
    try:
        return msgspec.json.decode(data, type=dict[date, Bundles])
    except msgspec.DecodeError as error:
        raise ValueError(f"not a list of day bundles: {error}") from error


def _check_digest(key: str, data: bytes) -> None:
    if digest(data) not in key:
        raise BrokenLakeError(f"{key}: its bytes do not have the digest in its name; put back the object")


def _identifiers(key: str, data: bytes) -> dict[date, bytes]:
    _check_digest(key, data)
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
