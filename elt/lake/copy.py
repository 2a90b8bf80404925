"""Copies a lake to another store: in bulk, every object read back, and begun again where it was cut off.

What the destination lists already is read and compared, and not written again: to go on costs reading alone.

What speaks of other objects is listed before them and copied after them: a run record after its events, a manifest
after what it names, a commit after its plan. So whoever reads the copy meanwhile never finds a promise that is not kept
yet, also when the lake that is copied still grows.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from itertools import islice

from elt import EltError, OnProgress, WrongCallError
from elt.lake.lake import Lake
from elt.lake.layout import QUARANTINE_OBJECTS, STAGING, STAGING_MANIFESTS, parse_manifest_key
from elt.lake.tree import RAW_PREFIX
from hospital_sim.events.keys import RUNS, is_started_key
from hospital_sim.storage import ObjectConflictError, ObjectStore, StorageError, StoreRefusedError, create_once

BATCH = 1024
"""Small objects copied, and held in memory, at once; large ones are copied one by one."""

_RUNS = f"{RAW_PREFIX}{RUNS}/"
_MANIFESTS = "manifests/"
_QUARANTINE = "quarantine/"


@dataclass
class CopySummary:
    """What a copy did.

    Attributes:
        source: URL of the lake that was copied.
        destination: URL of its copy.
        copied: Objects created.
        already_there: Objects that were there with the same bytes.
        bytes: Size of all of them.
    """

    source: str
    destination: str
    copied: int = 0
    already_there: int = 0
    bytes: int = 0

    @property
    def objects(self) -> int:
        """How many objects are in the copy and were read back."""
        return self.copied + self.already_there

    def as_dict(self) -> dict[str, object]:
        """Return the summary, with the number of objects."""
        return {**asdict(self), "objects": self.objects}


def copy_lake(lake: Lake, destination: ObjectStore, on_progress: OnProgress | None = None) -> CopySummary:
    """Copy every object of a lake, and read each back.

    Args:
        lake: The lake.
        destination: Where to copy it: an empty place, or an earlier copy of the same lake.
        on_progress: Called for each object that is copied, or is in the copy already.

    Returns:
        What was done.

    Raises:
        WrongCallError: If the two are one place or one in the other, or the destination holds a run or a manifest that
            the lake does not.
        StoreRefusedError: If the destination does not take the first object.
        EltError: If the work could not be completed; the same call again completes it.
    """
    source = lake.store
    _check_places(source, destination)
    copying = _Copying(source, destination, on_progress)
    try:
        # First what speaks of the rest: all that it speaks of is there by now, and is listed after it.
        runs, manifests = list(source.keys(_RUNS)), list(source.keys(_MANIFESTS))
        _check_same_lake(destination, {*runs, *manifests})
        copying.each(key for key in runs if is_started_key(key))
        copying.many(RAW_PREFIX, leaving=_RUNS)
        copying.each(key for key in runs if not is_started_key(key))
        copying.each(source.keys(STAGING))
        copying.many(QUARANTINE_OBJECTS)
        copying.many(_QUARANTINE, leaving=QUARANTINE_OBJECTS)
        copying.each(sorted(manifests, key=_after_what_it_names))
    except StoreRefusedError as error:
        if not copying.summary.objects:
            raise
        raise _stopped(error, copying.summary) from error
    except StorageError as error:
        raise _stopped(error, copying.summary) from error
    return copying.summary


def _count_objects(source: ObjectStore) -> int:
    return sum(1 for place in (RAW_PREFIX, STAGING, _QUARANTINE, _MANIFESTS) for _ in source.keys(place))


def _stopped(error: StorageError, summary: CopySummary) -> EltError:
    return EltError(f"{error}; {summary.objects:,} objects are copied, run the same command again for the rest")


class _Copying:
    """Copies objects and counts them."""

    def __init__(self, source: ObjectStore, destination: ObjectStore, on_progress: OnProgress | None) -> None:
        self._source = source
        self._destination = destination
        self._on_progress = on_progress
        # Counted only for the progress, because listing a large lake takes time.
        self._total = _count_objects(source) if on_progress else None
        self._report(0)
        self._probed = False
        self.summary = CopySummary(source.url, destination.url)

    def each(self, keys: Iterable[str]) -> None:
        """Copy objects one after the other, in this order."""
        for key in keys:
            self._copy([(key, self._source.read(key))], there=set())

    def many(self, prefix: str, leaving: str | None = None) -> None:
        """Copy the small objects below a prefix many at once, but for those below another."""
        keys = (key for key in self._source.keys(prefix) if leaving is None or not key.startswith(leaving))
        objects = iter(self._source.read_many(keys))
        listed = _Listed(self._destination.keys(prefix))
        while batch := list(islice(objects, BATCH)):
            self._copy(batch, {key for key, _ in batch if key in listed})

    def _copy(self, objects: Sequence[tuple[str, bytes]], there: Set[str]) -> None:
        created = 0
        left = [(key, data) for key, data in objects if key not in there]
        if not self._probed:
            # A destination that overwrites is found out before anything is trusted to it.
            created += create_once(self._destination, *objects[0])
            self._probed, left = True, [item for item in left if item[0] != objects[0][0]]
        created += self._destination.create_many(left)
        self._check(objects, there)
        self.summary.copied += created
        self.summary.already_there += len(objects) - created
        self.summary.bytes += sum(len(data) for _, data in objects)
        self._report(self.summary.objects)

    def _report(self, done: int) -> None:
        if self._on_progress is not None:
            self._on_progress("copying objects", done, self._total)

    def _check(self, objects: Sequence[tuple[str, bytes]], there: Set[str]) -> None:
        read_back = self._destination.read_many([key for key, _ in objects])
        for (key, data), (_, found) in zip(objects, read_back, strict=True):
            if found != data:
                place = f"{self._destination.url}/{key}"
                if key in there:
                    raise ObjectConflictError(place, "is already there with other bytes; nothing was overwritten")
                raise StorageError(place, "does not read back as it was written; the store is not sound")


class _Listed:
    """Tells which keys are in a listing; asked in the order of the keys, it holds one of them at a time."""

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


def _check_same_lake(destination: ObjectStore, known: set[str]) -> None:
    for key in _spoken(destination):
        if key not in known:
            raise WrongCallError(
                f"DST: {destination.url} holds {key}, which the lake does not: it is no copy of it; give another place"
            )


def _spoken(store: ObjectStore) -> Iterator[str]:
    yield from store.keys(_RUNS)
    yield from store.keys(_MANIFESTS)


def _after_what_it_names(key: str) -> tuple[bool, str, bool, str]:
    """Sort lists of inputs before manifests, manifests by their number, and each commit after its plan."""
    folder, _, name = key.rpartition("/")
    parsed = parse_manifest_key(key)
    commits = parsed is not None and parsed[1] == "commit"
    return key.startswith(STAGING_MANIFESTS), folder, commits, name
