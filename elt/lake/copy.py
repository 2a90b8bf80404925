"""Copies a lake to another store in bulk, and reads every object back.

An interrupted copy can be continued: objects that the destination lists are read and compared, not written again.

An object that names others is listed before them and copied after them: a run record after its events, a manifest after
its inputs, a commit after its plan. So a reader of an unfinished copy never meets a name without its object, even if
the lake still grows.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import asdict, dataclass, field
from itertools import chain, groupby, islice
from sys import maxsize

from elt import EltError, OnProgress, WrongCallError
from elt.lake.lake import Lake
from elt.lake.layout import (
    QUARANTINE_OBJECTS,
    STAGING,
    STAGING_MANIFESTS,
    is_bundle_key,
    is_lake_key,
    parse_manifest_key,
)
from elt.lake.tree import RAW_PREFIX
from hospital_sim.events.keys import LARGEST_EVENT, LARGEST_RECORD, RUNS, is_started_key
from hospital_sim.storage import (
    ObjectConflictError,
    ObjectStore,
    ObjectUnreadableError,
    StorageError,
    StoreRefusedError,
    UnfitKeyError,
    create_once,
)

BATCH = 1024
"""Number of small objects that are copied, and held in memory, together. Large objects are copied one by one."""

_RUNS = f"{RAW_PREFIX}{RUNS}/"
_MANIFESTS = "manifests/"
_QUARANTINE = "quarantine/"
_BROKEN_RECORDS = f"{QUARANTINE_OBJECTS}{RUNS}/"


@dataclass
class CopySummary:
    """Counts of one copy.

    Attributes:
        source: URL of the lake.
        destination: URL of its copy.
        copied: Objects created.
        already_there: Objects that the copy had, with the same bytes.
        bytes: Size of all these objects.
        skipped: The reason for each object that was not copied, by its key: it is none of a lake, and cannot be read or
            cannot be in the copy; or it has the key of a raw object, and is gone or none.
    """

    source: str
    destination: str
    copied: int = 0
    already_there: int = 0
    bytes: int = 0
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def objects(self) -> int:
        """Number of objects in the copy that were read back."""
        return self.copied + self.already_there

    def as_dict(self) -> dict[str, object]:
        """Return the summary, with the number of objects."""
        return {**asdict(self), "objects": self.objects}


def copy_lake(lake: Lake, destination: ObjectStore, on_progress: OnProgress | None = None) -> CopySummary:
    """Copy every object of a lake, and read each back.

    Args:
        lake: The lake.
        destination: Store of the copy: empty, or an earlier copy of the same lake.
        on_progress: Called for each object that is copied, or is in the copy already.

    Returns:
        The counts of the copy.

    Raises:
        WrongCallError: If one of the two is inside the other, or the destination holds a run or a manifest of another
            lake.
        StoreRefusedError: If the destination does not take the first object.
        EltError: If the work could not be completed; the same call again completes it.
    """
    source = lake.store
    _check_places(source, destination)
    copying = _Copying(source, destination, on_progress)
    try:
        # Listed first, because every object that they name exists by now, and is listed after them.
        runs, manifests = list(source.keys(_RUNS)), list(source.keys(_MANIFESTS))
        _check_same_lake(destination, {*runs, *manifests})
        copying.one_by_one(key for key in runs if is_started_key(key))
        copying.in_batches(RAW_PREFIX, excluding=_RUNS)
        copying.one_by_one(key for key in runs if not is_started_key(key))
        copying.one_by_one(source.keys(STAGING))
        copying.in_batches(QUARANTINE_OBJECTS, excluding=_BROKEN_RECORDS)
        copying.one_by_one(source.keys(_BROKEN_RECORDS))
        copying.in_batches(_QUARANTINE, excluding=QUARANTINE_OBJECTS)
        copying.one_by_one(sorted(manifests, key=_manifest_order))
    except StorageError as error:
        objects = copying.summary.objects
        if isinstance(error, StoreRefusedError) and not objects:
            raise
        raise EltError(f"{error}; {objects:,} objects are copied, run the same command again for the rest") from error
    return copying.summary


class _Copying:
    """Copies objects and counts them."""

    def __init__(self, source: ObjectStore, destination: ObjectStore, on_progress: OnProgress | None) -> None:
        self._source = source
        self._destination = destination
        self._on_progress = on_progress
        self._total: int | None = None
        if on_progress is not None:
            # Counted only for the progress, because listing a large lake takes time.
            places = (RAW_PREFIX, STAGING, _QUARANTINE, _MANIFESTS)
            self._total = sum(1 for place in places for _ in source.keys(place))
            on_progress("copying objects", 0, self._total)
        self._probed = False
        self.summary = CopySummary(source.url, destination.url)

    def one_by_one(self, keys: Iterable[str]) -> None:
        """Copy objects one after another, in this order."""
        for key in keys:
            most = LARGEST_RECORD if key.startswith((_RUNS, _BROKEN_RECORDS)) else maxsize - 1
            self._copy(list(self._read([key], most)), listed=set())

    def in_batches(self, prefix: str, excluding: str | None = None) -> None:
        """Copy the small objects below a prefix in batches, except those below another prefix."""
        keys = (key for key in self._source.keys(prefix) if excluding is None or not key.startswith(excluding))
        objects = self._read(keys, LARGEST_EVENT)
        destination_keys = _SortedKeys(self._destination.keys(prefix))
        while batch := list(islice(objects, BATCH)):
            self._copy(batch, {key for key, _ in batch if key in destination_keys})

    def _read(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes]]:
        """Yield the objects that can be read; skip the others under ``raw/``, and those that are none of a lake."""
        for of_lake, some_keys in groupby(keys, is_lake_key):
            for key, data in self._source.read_each(some_keys, most if of_lake else min(most, LARGEST_RECORD)):
                if not isinstance(data, ObjectUnreadableError):
                    yield key, data
                elif key.startswith(RAW_PREFIX) or not of_lake:
                    self.summary.skipped[key] = data.reason
                else:
                    raise data

    def _copy(self, objects: Sequence[tuple[str, bytes]], listed: Set[str]) -> None:
        created = 0
        missing = {key: data for key, data in objects if key not in listed}
        for key in [key for key in missing if not is_lake_key(key)]:
            # One by one, because a name that is none of a lake may not fit the other store.
            try:
                created += self._destination.create(key, missing.pop(key))
            except UnfitKeyError as error:
                self.summary.skipped[key] = error.reason
        if missing and not self._probed:
            # Detects a destination that overwrites before anything depends on it.
            first = next(iter(missing))
            created += create_once(self._destination, first, missing.pop(first))
            self._probed = True
        created += self._destination.create_many(missing.items())
        objects = [item for item in objects if item[0] not in self.summary.skipped]
        self._check(objects, listed)
        self.summary.copied += created
        self.summary.already_there += len(objects) - created
        self.summary.bytes += sum(len(data) for _, data in objects)
        if self._on_progress is not None:
            done = self.summary.objects + len(self.summary.skipped)
            self._on_progress("copying objects", done, self._total)

    def _check(self, objects: Sequence[tuple[str, bytes]], listed: Set[str]) -> None:
        read_back = self._destination.read_many([key for key, _ in objects])
        for (key, data), (_, copied) in zip(objects, read_back, strict=True):
            if copied != data:
                place = f"{self._destination.url}/{key}"
                if key in listed:
                    raise ObjectConflictError(place, "is already there with other bytes; nothing was overwritten")
                raise StorageError(place, "does not read back as it was written; the store is not sound")


class _SortedKeys:
    """A sorted listing that holds one key at a time; ask for keys in their order."""

    def __init__(self, keys: Iterator[str]) -> None:
        self._keys = keys
        self._next = next(keys, None)

    def __contains__(self, key: str) -> bool:
        while self._next is not None and self._next < key:
            self._next = next(self._keys, None)
        return self._next == key


def _check_places(source: ObjectStore, destination: ObjectStore) -> None:
    one, other = (f"{store.url.rstrip('/')}/" for store in (source, destination))
    if one.startswith(other) or other.startswith(one):
        raise WrongCallError(f"DST: {destination.url} is {source.url}, or one is inside the other; give another place")


def _check_same_lake(destination: ObjectStore, lake_keys: set[str]) -> None:
    for key in chain(destination.keys(_RUNS), destination.keys(_MANIFESTS)):
        if key not in lake_keys and not is_bundle_key(key):
            raise WrongCallError(
                f"DST: {destination.url} holds {key}, which the lake does not: it is no copy of it; give another place"
            )


def _manifest_order(key: str) -> tuple[bool, str, bool, str]:
    """Sort key: lists of inputs before manifests, manifests by number, and each commit after its plan."""
    folder, _, name = key.rpartition("/")
    parsed = parse_manifest_key(key)
    is_commit = parsed is not None and parsed[1] == "commit"
    return key.startswith(STAGING_MANIFESTS), folder, is_commit, name
