"""Quarantine: raw objects that break the contract are kept beside the lake with the reason, and staging goes on.

The raw object itself stays where it is. What cannot be staged is copied to ``quarantine/objects/`` and described in
``quarantine/entries/``; both are created once and never changed. When the cause is mended, a replay stages the object
after all and says so in ``quarantine/replayed/``: the entry stays as history, but is open no more.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum

import msgspec

from elt.errors import BrokenLakeError
from elt.lake import layout
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
    BROKEN_RUN_RECORD = "broken_run_record"
    """The key is that of a run record, but the object is none."""


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
    # The first copy stands: an object that was put into its place since has not been taken in.
    with suppress(ObjectConflictError):
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


def entry_of(store: ObjectStore, raw_key: str) -> Entry | None:
    """Return the entry of a raw object; None if it never was in quarantine.

    Raises:
        BrokenLakeError: If the entry cannot be read.
    """
    key = layout.quarantine_entry_key(raw_key)
    return _read(store, key) if store.exists(key) else None


def open_entries(store: ObjectStore) -> Iterator[Entry]:
    """Yield the entries whose objects have not been staged since, in the order of the keys.

    Raises:
        BrokenLakeError: If an entry cannot be read.
    """
    replayed = {key.removeprefix(layout.QUARANTINE_REPLAYED) for key in store.keys(layout.QUARANTINE_REPLAYED)}
    return (entry for entry in entries(store) if entry.key not in replayed)


def is_closed(store: ObjectStore, raw_key: str) -> bool:
    """Tell whether a raw object has left the quarantine."""
    return store.exists(layout.replayed_key(raw_key))


def open_counts(store: ObjectStore) -> Counter[Reason]:
    """Return the number of objects in quarantine by reason.

    Raises:
        BrokenLakeError: If an entry cannot be read.
    """
    return Counter(entry.reason for entry in open_entries(store))


class Replayed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an object left the quarantine.

    Attributes:
        key: Key of the object, relative to ``raw/``.
        manifest: Number of the staging run that took it; None for what is not staged, such as a run record.
    """

    key: str
    manifest: int | None


def close(store: ObjectStore, key: str, manifest: int | None) -> None:
    """Write that an object left the quarantine; doing it again changes nothing.

    Args:
        store: The lake.
        key: Key of the object, relative to ``raw/``.
        manifest: Number of the staging run that stages it; None for what is not staged.
    """
    text = json.dumps(msgspec.to_builtins(Replayed(key, manifest)), ensure_ascii=True, indent=1)
    store.create(layout.replayed_key(key), text.encode("ascii"))


def _read(store: ObjectStore, key: str) -> Entry:
    try:
        return msgspec.convert(json.loads(store.read(key)), Entry)
    except (ValueError, msgspec.ValidationError) as error:
        raise BrokenLakeError(f"{key}: not an entry of the quarantine ({error})") from error
