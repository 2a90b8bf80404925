"""Reads the run records of a raw root: runs that finished, runs that started, and objects that are neither.

Callers match on what they get, because one broken object must not hide the others::

    for run in Runs(store).finished():
        match run:
            case FinishedRun(key, _, record):
                print(key, record.run.end)
            case BrokenRecord(key, problem):
                print(key, "is broken:", problem)

The folder of the raw root inside the store is ``""`` if the store is a raw root, ``"raw/"`` if it is a lake. Keys are
relative to the raw root, as in ``hospital_sim.events.keys``.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

from hospital_sim.events import BrokenRecordError, RunRecord, RunStarted, decode_record, decode_started, keys
from hospital_sim.storage.bundles import BundledFolder, copied
from hospital_sim.storage.protocol import (
    ObjectDeniedError,
    ObjectNotFoundError,
    ObjectStore,
    ObjectUnreadableError,
)


@dataclass(frozen=True)
class FinishedRun:
    """A run record, written after the last event of its run.

    Attributes:
        key: Key of the object.
        data: Its bytes.
        record: The record that they hold.
    """

    key: str
    data: bytes
    record: RunRecord


@dataclass(frozen=True)
class StartedRun:
    """The object that a run writes before its first event.

    Attributes:
        key: Key of the object.
        data: Its bytes.
        run: The run, as it was about to begin.
    """

    key: str
    data: bytes
    run: RunStarted


@dataclass(frozen=True)
class BrokenRecord:
    """An object with the key of a run record, or of the start of a run, that is not one.

    Attributes:
        key: Key of the object.
        problem: Why it is broken.
        belongs_to: Identifier of another run, if the object is a sound record of that run; else None.
    """

    key: str
    problem: str
    belongs_to: str | None = None


class Runs:
    """The runs of a raw root: its run records and starts, listed once.

    Args:
        store: Store of the raw root.
        raw: Folder of the raw root in the store, with its final slash; empty if the store is the raw root.
        from_bundles: True to read copies in the newest bundle, False to read every object itself.

    Attributes:
        keys: Keys of all objects in the folder of the runs, sorted, without the bundles.

    Raises:
        StorageError: If the store cannot be read; so do the methods.
    """

    def __init__(self, store: ObjectStore, raw: str = "", *, from_bundles: bool = True) -> None:
        self._store = store
        self._raw = raw
        self._from_bundles = from_bundles
        self._folder = BundledFolder(store, f"{raw}{keys.RUNS}/")
        self.keys = [key.removeprefix(raw) for key in self._folder.keys]

    def finished(self, without: Set[str] = frozenset()) -> Iterator[FinishedRun | BrokenRecord]:
        """Yield the run records, sorted by key.

        Args:
            without: Keys of records that are not needed, and not read.
        """
        wanted = self._read(lambda key: keys.is_record_key(key) and key not in without)
        return (_parse_record(key, data) for key, data in wanted)

    def started(self) -> Iterator[StartedRun | BrokenRecord]:
        """Yield the starts of all runs, finished or not, sorted by key."""
        return (_parse_start(key, data) for key, data in self._read(keys.is_started_key))

    def unfinished(self) -> Iterator[StartedRun | BrokenRecord]:
        """Yield the runs without a record: interrupted, or still writing; broken starts too."""
        finished = set(filter(keys.is_record_key, self.keys))
        for start in self.started():
            if isinstance(start, BrokenRecord) or keys.record_key(start.run.run_id) not in finished:
                yield start

    def is_bundle_due(self, more: int = 0) -> bool:
        """Return True if enough runs are finished that no bundle holds.

        Args:
            more: Runs that are about to finish.
        """
        return self._folder.is_due(2 * (more + sum(map(keys.is_record_key, self.keys))))

    def add_bundle(self) -> None:
        """Create a bundle of the records and starts of all finished runs, without those that are broken."""
        records = {run.key: copied(run.data) for run in self.finished() if isinstance(run, FinishedRun)}
        starts = {
            start.key: copied(start.data)
            for start in self.started()
            if isinstance(start, StartedRun) and keys.record_key(start.run.run_id) in records
        }
        if self._folder.is_due(len(records) + len(starts)):
            self._folder.add_bundle({self._raw + key: data for key, data in (records | starts).items()})

    def _read(self, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Read the objects that still exist, several at once; their keys are relative to the raw root."""
        wanted = [self._raw + key for key in filter(is_wanted, self.keys)]
        source = self._folder if self._from_bundles else self._store
        for key, data in source.read_each(wanted, keys.LARGEST_RECORD):
            if isinstance(data, ObjectDeniedError):
                raise data
            if not isinstance(data, ObjectNotFoundError):
                yield key.removeprefix(self._raw), data


def read_record(store: ObjectStore, key: str, raw: str = "") -> FinishedRun | BrokenRecord:
    """Read one run record.

    Args:
        store: Store of the raw root.
        key: Key of the record, relative to the raw root.
        raw: As in ``Runs``.

    Raises:
        ObjectNotFoundError: If no object has the key.
        StorageError: If the store cannot be read.
    """
    ((_, data),) = store.read_each([raw + key], keys.LARGEST_RECORD)
    if isinstance(data, ObjectNotFoundError | ObjectDeniedError):
        raise data
    return _parse_record(key, data)


def _parse_record(key: str, data: bytes | ObjectUnreadableError) -> FinishedRun | BrokenRecord:
    if isinstance(data, ObjectUnreadableError):
        return BrokenRecord(key, data.reason)
    try:
        record = decode_record(data)
    except BrokenRecordError as error:
        return BrokenRecord(key, str(error))
    run_id = record.run.run_id
    if keys.record_key(run_id) != key:
        return BrokenRecord(key, f"the record of run {run_id}", belongs_to=run_id)
    return FinishedRun(key, data, record)


def _parse_start(key: str, data: bytes | ObjectUnreadableError) -> StartedRun | BrokenRecord:
    if isinstance(data, ObjectUnreadableError):
        return BrokenRecord(key, data.reason)
    try:
        return StartedRun(key, data, decode_started(data))
    except BrokenRecordError as error:
        return BrokenRecord(key, str(error))
