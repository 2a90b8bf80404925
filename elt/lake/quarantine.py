"""Quarantine: keeps raw objects that break the contract, with the reason, so that staging goes on with the rest.

The raw object stays in place. Its bytes are copied to ``quarantine/objects/``, if they could be read, and its reason is
written to ``quarantine/entries/``; both are created once and never changed. When the cause is fixed, a replay
stages the object and adds a note to ``quarantine/replayed/``: the entry stays as history, but is no longer open.

An event that an operator set aside is in quarantine too. It keeps the contract, so it has no entry of its own: the
staging run that set it aside names it, until that run is taken back.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from heapq import merge
from operator import attrgetter

import msgspec

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.manifests import Action
from elt.lake.repairs import Removed, in_effect
from elt.lake.staging_runs import StagingRun, read_staging_runs
from elt.lake.tree import RAW_PREFIX
from hospital_sim.events.keys import LARGEST_RECORD
from hospital_sim.storage import ObjectConflictError, ObjectStore, ObjectUnreadableError


class Reason(StrEnum):
    """Reason for which a raw object was not staged."""

    NOT_JSON = "not_json"
    """The bytes are not one JSON object, for example because they are cut off or empty."""
    MISSING_FIELD = "missing_field"
    """A field of the event type is missing."""
    UNKNOWN_FIELD = "unknown_field"
    """The object has a field that the event type does not have."""
    DUPLICATE_FIELD = "duplicate_field"
    """A field occurs more than once."""
    WRONG_TYPE = "wrong_type"
    """A value does not have the type of its field."""
    IMPOSSIBLE_VALUE = "impossible_value"
    """A value is outside what its field allows, or contradicts another field."""
    UNSUPPORTED_VERSION = "unsupported_version"
    """The contract has no such schema version."""
    WRONG_PARTITION = "wrong_partition"
    """The event type or the date differs from the folder's, or the identifier from the file's name."""
    BROKEN_BUNDLE = "broken_bundle"
    """The day bundle cannot be unpacked, for example because it is cut off or is not zstd."""
    DUPLICATE_EVENT = "duplicate_event"
    """The event is staged from another object: from a single object, or from another line or bundle."""
    FOREIGN_KEY = "foreign_key"
    """The key is not the key of an event."""
    BROKEN_RUN_RECORD = "broken_run_record"
    """The key belongs to a run record, but the object is not one."""
    TOO_LARGE = "too_large"
    """The object has more bytes than an event can have; it was not read."""
    UNREADABLE = "unreadable"
    """The object cannot be read, for example because it is a link or a device."""
    GONE = "gone"
    """The object was listed, and had vanished when it was read."""
    SET_ASIDE = "set_aside"
    """The event keeps the contract, but an operator set it aside because it is wrong."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason for which one raw object was not staged.

    Attributes:
        key: Key of the object, relative to ``raw/``.
        reason: The reason code.
        detail: The problem in words, with the name of the field.
        sha256: Digest of the object's bytes, hexadecimal; empty if they were not read.
        bytes: Size of the object; 0 if it is not known.
        manifest: Number of the staging run that read it.
    """

    key: str
    reason: Reason
    detail: str
    sha256: str
    bytes: int
    manifest: int


class Replayed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Note that an object left the quarantine.

    Attributes:
        key: Key of the object, relative to ``raw/``.
        manifest: Number of the staging run that took it; None for an object that is not staged, such as a run record.
    """

    key: str
    manifest: int | None


class Quarantine:
    """The quarantine of a lake. Keys of its objects are relative to ``raw/``.

    Args:
        store: The object store that holds the lake.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, entry: Entry, data: bytes | None) -> Reason:
        """Quarantine one raw object; a second call changes nothing.

        Args:
            entry: The object and its reason.
            data: The bytes of the object; None if they were not read.

        Returns:
            The reason that the lake holds: that of an earlier entry, if the object has one.
        """
        # The first copy stands, because an object that replaced it since has not been taken in.
        if data is not None:
            with suppress(ObjectConflictError):
                self._store.create(layout.quarantined_object_key(entry.key), data)
        try:
            self._store.create(layout.quarantine_entry_key(entry.key), _encode(entry))
        except ObjectConflictError:
            return self._read(layout.quarantine_entry_key(entry.key)).reason
        return entry.reason

    def close(self, key: str, manifest: int | None) -> None:
        """Record that an object left the quarantine; a second call changes nothing.

        Args:
            key: Key of the object.
            manifest: Number of the staging run that stages it; None for an object that is not staged.
        """
        self._store.create(layout.replayed_key(key), _encode(Replayed(key, manifest)))

    def entries(self) -> Iterator[Entry]:
        """Yield every entry, in the order of their names; objects that are no entries are left out.

        Raises:
            BrokenLakeError: If the entry of an object or a manifest was changed.
        """
        runs = [run for run in read_staging_runs(self._store) if run.action is Action.SET_ASIDE and run.commit]
        return self._merged(self._stored(), runs)

    def _stored(self, on_broken: Callable[[str, BrokenLakeError], None] | None = None) -> Iterator[Entry]:
        for key, data in self._store.read_each(self._store.keys(layout.QUARANTINE_ENTRIES), LARGEST_RECORD):
            try:
                yield _decode(key, data)
            except BrokenLakeError as error:
                if not layout.is_quarantine_name(key.removeprefix(layout.QUARANTINE_ENTRIES)):
                    continue
                if on_broken is None:
                    raise
                on_broken(key, error)

    def open_entries(
        self,
        runs: Sequence[StagingRun] | None = None,
        on_broken: Callable[[str, BrokenLakeError], None] | None = None,
    ) -> Iterator[Entry]:
        """Yield the entries of objects that are neither staged since nor forgotten.

        Order and errors are as in ``entries``.

        Args:
            runs: The staging runs of the lake; read by default.
            on_broken: Called with the key of each changed entry and its error, instead of raising the error.
        """
        runs = read_staging_runs(self._store) if runs is None else runs
        forgotten = Removed(self._store, in_effect(runs, Action.FORGET))
        closed = self._store.keys(layout.QUARANTINE_REPLAYED)
        replayed = {key.removeprefix(layout.QUARANTINE_REPLAYED) for key in closed}
        unstaged = (entry for entry in self._stored(on_broken) if layout.quarantine_name(entry.key) not in replayed)
        merged = self._merged(unstaged, in_effect(runs, Action.SET_ASIDE))
        return (entry for entry in merged if entry.key not in forgotten)

    def open_counts(self) -> Counter[Reason]:
        """Return the number of objects in quarantine by reason (errors as in ``entries``)."""
        return Counter(entry.reason for entry in self.open_entries())

    def _merged(self, entries: Iterator[Entry], runs: Iterable[StagingRun]) -> Iterator[Entry]:
        set_aside = [self._set_aside(key, run) for key, run in Removed(self._store, runs).events()]
        return merge(
            entries, sorted(set_aside, key=attrgetter("key")), key=lambda entry: layout.quarantine_name(entry.key)
        )

    def _set_aside(self, key: str, run: StagingRun) -> Entry:
        reason = run.plan.repair.reason if run.plan.repair else ""
        try:
            data = self._store.read(RAW_PREFIX + key)
        except ObjectUnreadableError:
            return Entry(key, Reason.SET_ASIDE, reason, "", 0, run.plan.number)
        return Entry(key, Reason.SET_ASIDE, reason, digest(data), len(data), run.plan.number)

    def entry_of(self, key: str) -> Entry | None:
        """Return the entry of a raw object; None if it never was in quarantine (errors as in ``entries``)."""
        entry_key = layout.quarantine_entry_key(key)
        return self._read(entry_key) if self._store.exists(entry_key) else None

    def is_closed(self, key: str) -> bool:
        """Tell whether a raw object has left the quarantine."""
        return self._store.exists(layout.replayed_key(key))

    def _read(self, entry_key: str) -> Entry:
        return _decode(entry_key, self._store.read(entry_key))


def _decode(entry_key: str, data: bytes | ObjectUnreadableError) -> Entry:
    try:
        if isinstance(data, ObjectUnreadableError):
            raise ValueError(data.reason)  # noqa: TRY004, TRY301
        return msgspec.convert(json.loads(data), Entry)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise BrokenLakeError(
            f"{entry_key}: not an entry of the quarantine ({error}); put back the entry that staging wrote, "
            "or delete it if staging wrote none"
        ) from error


def _encode(record: Entry | Replayed) -> bytes:
    # Escaped as ASCII, because the key of an unrecognised object need not be valid Unicode.
    return json.dumps(msgspec.to_builtins(record), ensure_ascii=True, indent=1).encode("ascii")
