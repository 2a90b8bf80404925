"""Reads the run records of a raw root: runs that finished, runs that started, and objects that are neither.

Callers match on what they get, because one broken object must not hide the others::

    for run in finished_runs(store):
        match run:
            case FinishedRun(key, _, record):
                print(key, record.run.end)
            case BrokenRecord(key, problem):
                print(key, "is broken:", problem)

Each function takes the folder of the raw root inside the store: ``""`` if the store is a raw root, ``"raw/"`` if it is
a lake. Keys are relative to the raw root, as in ``hospital_sim.events.keys``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hospital_sim.events import BrokenRecordError, RunRecord, RunStarted, decode_record, decode_started, keys
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
        run: The run, as it was about to begin.
    """

    key: str
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


def finished_runs(store: ObjectStore, raw: str = "") -> Iterator[FinishedRun | BrokenRecord]:
    """Yield the run records, sorted by key.

    Args:
        store: Store of the raw root.
        raw: Folder of the raw root in the store, with its final slash; empty if the store is the raw root.

    Raises:
        StorageError: If the store cannot be read.
    """
    for key, data in _read(store, raw, filter(keys.is_record_key, _keys(store, raw))):
        yield _parse_record(key, data)


def started_runs(store: ObjectStore, raw: str = "") -> Iterator[StartedRun | BrokenRecord]:
    """Yield the starts of all runs, finished or not, sorted by key (arguments and errors as in ``finished_runs``)."""
    return _starts(store, raw, filter(keys.is_started_key, _keys(store, raw)))


def unfinished_runs(store: ObjectStore, raw: str = "") -> Iterator[StartedRun | BrokenRecord]:
    """Yield the runs without a record: interrupted, or still writing; broken starts too (else as ``started_runs``)."""
    names = list(_keys(store, raw))
    finished = set(filter(keys.is_record_key, names))
    for start in _starts(store, raw, filter(keys.is_started_key, names)):
        if isinstance(start, BrokenRecord) or keys.record_key(start.run.run_id) not in finished:
            yield start


def read_record(store: ObjectStore, key: str, raw: str = "") -> FinishedRun | BrokenRecord:
    """Read one run record.

    Args:
        store: Store of the raw root.
        key: Key of the record, relative to the raw root.
        raw: As in ``finished_runs``.

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


def _starts(store: ObjectStore, raw: str, names: Iterable[str]) -> Iterator[StartedRun | BrokenRecord]:
    for key, data in _read(store, raw, names):
        if isinstance(data, ObjectUnreadableError):
            yield BrokenRecord(key, data.reason)
            continue
        try:
            yield StartedRun(key, decode_started(data))
        except BrokenRecordError as error:
            yield BrokenRecord(key, str(error))


def _read(store: ObjectStore, raw: str, names: Iterable[str]) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
    """Read the objects that still exist, several at once; their keys are relative to the raw root."""
    for key, data in store.read_each([raw + name for name in names], keys.LARGEST_RECORD):
        if isinstance(data, ObjectDeniedError):
            raise data
        if not isinstance(data, ObjectNotFoundError):
            yield key.removeprefix(raw), data


def _keys(store: ObjectStore, raw: str) -> Iterator[str]:
    return (key.removeprefix(raw) for key in store.keys(f"{raw}{keys.RUNS}/"))
