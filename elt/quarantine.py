"""Quarantine: raw objects that break the contract are kept beside the lake with the reason, and staging goes on.

The raw object itself stays where it is. What cannot be staged is copied to ``quarantine/objects/`` and described in
``quarantine/entries/``; both are created once and never changed.
"""

import json
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from elt import layout
from elt.errors import BrokenLakeError
from hospital_sim.storage import ObjectConflictError, ObjectStore


class Reason(StrEnum):
    """Why a raw object was not staged."""

    NOT_JSON = "not_json"
    """The bytes are not one JSON object: cut in half, empty, or something else."""
    MISSING_FIELD = "missing_field"
    """A field of the event type is not there."""
    UNKNOWN_FIELD = "unknown_field"
    """There is a field that the event type does not have."""
    DUPLICATE_FIELD = "duplicate_field"
    """A field is there more than once."""
    WRONG_TYPE = "wrong_type"
    """A value has another type than its field."""
    IMPOSSIBLE_VALUE = "impossible_value"
    """A value is outside what its field allows, or contradicts another field."""
    UNSUPPORTED_VERSION = "unsupported_version"
    """The schema version is one that this contract does not know."""
    WRONG_PARTITION = "wrong_partition"
    """The event type or the date differs from the folder's, or the identifier from the file's name."""
    FOREIGN_KEY = "foreign_key"
    """The key is no event's: something else was put under ``raw/``."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why one raw object was not staged.

    Attributes:
        key: Key of the object, relative to ``raw/``.
        reason: The reason code.
        detail: What is wrong, in words; names the field.
        sha256: Digest of the object's bytes, hexadecimal.
        bytes: Size of the object.
        manifest: Number of the staging run that met it.
    """

    key: str
    reason: Reason
    detail: str
    sha256: str
    bytes: int
    manifest: int


def put(store: ObjectStore, entry: Entry, data: bytes) -> Reason:
    """Quarantine one raw object; doing it again changes nothing.

    Args:
        store: The lake.
        entry: Why.
        data: The bytes of the object.

    Returns:
        The reason that stands in the lake: that of an earlier entry, if the object has one.
    """
    store.create(layout.quarantined_object_key(entry.key), data)
    # Escaped as ASCII, because the key of a foreign object need not be valid Unicode.
    text = json.dumps(msgspec.to_builtins(entry), ensure_ascii=True, indent=1)
    try:
        store.create(layout.quarantine_entry_key(entry.key), text.encode("ascii"))
    except ObjectConflictError:
        return _read(store, layout.quarantine_entry_key(entry.key)).reason
    return entry.reason


def entries(store: ObjectStore) -> Iterator[Entry]:
    """Yield every entry of the quarantine, in the order of the keys.

    Raises:
        BrokenLakeError: If an entry cannot be read.
    """
    return (_read(store, key) for key in store.keys(layout.QUARANTINE_ENTRIES))


def open_entries(store: ObjectStore) -> Counter[Reason]:
    """Return the number of objects in quarantine by reason.

    Raises:
        BrokenLakeError: If an entry cannot be read.
    """
    return Counter(entry.reason for entry in entries(store))


def _read(store: ObjectStore, key: str) -> Entry:
    try:
        return msgspec.convert(json.loads(store.read(key)), Entry)
    except (ValueError, msgspec.ValidationError) as error:
        raise BrokenLakeError(f"{key}: not an entry of the quarantine ({error})") from error
