"""What lies under ``raw/`` of a lake: partitions, events, run records, and objects that do not belong there.

A lake is opened as one store; the keys here are relative to ``raw/``, as in ``hospital_sim.events.keys``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from elt.errors import BrokenLakeError, EmptyLakeError, WrongCallError
from elt.lake import objects as partitions
from elt.native.buffers import JoinedObjects
from elt.native.files import Names
from elt.native.text_rows import Rows
from hospital_sim.events import EVENT_TYPES, BrokenRecordError, RunRecord, RunStarted, decode_record, decode_started
from hospital_sim.events import keys as layout
from hospital_sim.storage import ObjectStore, open_store

RAW_PREFIX = f"{layout.RAW}/"


@dataclass
class RawTree:
    """The partitions and the stray objects under ``raw/``; the objects inside partitions are not listed yet.

    Attributes:
        days: For each event type, the days that have a partition, sorted.
        records: Keys of the finished run records, sorted.
        foreign: Keys outside the partitions that are no event's and no run's, sorted.
    """

    days: dict[str, list[date]] = field(default_factory=dict)
    records: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def read_lake(url: str) -> ObjectStore:
    """Open a lake to read it alone: whether its store could overwrite makes no difference (see ``open_lake``)."""
    return open_lake(url, single_writer=True)


def open_lake(url: str, *, single_writer: bool = False) -> ObjectStore:
    """Open a lake.

    Args:
        url: A local path or a URL.
        single_writer: Whether nothing else writes to it, so that a store which overwrites may hold it (see
            ``open_store``).

    Returns:
        The store of the whole lake; raw keys start with ``raw/``.

    Raises:
        WrongCallError: If no store knows the URL.
        EmptyLakeError: If there is nothing under its ``raw/``.
        OverwritingStoreError: If its store is known to overwrite, and ``single_writer`` is not set.
    """
    try:
        store = open_store(url, single_writer=single_writer)
    except ValueError as error:
        raise WrongCallError(f"--lake: {error}") from error
    if next(store.folders(RAW_PREFIX), None) is None:
        raise EmptyLakeError(
            f"{store.url}: there is no lake here (nothing under raw/); "
            f"write one with: hospital-sim simulate HOSPITAL --sink {store.url}/raw …"
        )
    return store


def list_tree(store: ObjectStore) -> RawTree:
    """List the partitions of a lake, its run records, and what is neither."""
    tree = RawTree(foreign=list(_below_raw(store.objects(RAW_PREFIX))))
    for folder in _below_raw(store.folders(RAW_PREFIX)):
        if folder == f"{layout.RUNS}/":
            _list_runs(store, tree)
        elif folder.rstrip("/") in EVENT_TYPES:
            _list_partitions(store, folder, tree)
        else:
            tree.foreign += raw_keys(store, folder)
    tree.foreign.sort()
    return tree


def raw_keys(store: ObjectStore, prefix: str = "") -> Iterator[str]:
    """Yield, sorted, the keys of all objects under ``raw/`` below a prefix."""
    return _below_raw(store.keys(RAW_PREFIX + prefix))


def partition_keys(store: ObjectStore, event_type: str, day: date) -> Iterator[str]:
    """Yield, sorted, the keys of all objects in the partition of one type and day, events or not."""
    return raw_keys(store, layout.partition_prefix(event_type, day))


def object_names(store: ObjectStore, event_type: str, days: Sequence[date]) -> Names:
    """Return the names of all in the partitions of one type and the first of some days, events or not.

    Args:
        store: The lake.
        event_type: Their type.
        days: The days, at least one. Of how many of them these are the names, the answer tells.

    Raises:
        StorageError: If they cannot be listed.
    """
    return partitions.object_names(store, _prefixes(event_type, days))


def read_objects(
    store: ObjectStore, event_type: str, days: Sequence[date], counts: Sequence[int], names: Rows
) -> JoinedObjects:
    """Read objects of one type.

    Args:
        store: The lake.
        event_type: Their type.
        days: The days of their partitions.
        counts: How many objects are of each of them.
        names: Their names, day after day.

    Raises:
        StorageError: If one cannot be read.
    """
    return partitions.read_objects(store, _prefixes(event_type, days), counts, names)


def _prefixes(event_type: str, days: Sequence[date]) -> list[str]:
    return [RAW_PREFIX + layout.partition_prefix(event_type, day) for day in days]


def read_raw(store: ObjectStore, key: str) -> bytes:
    """Return the bytes of one raw object.

    Raises:
        StorageError: If it cannot be read.
    """
    return store.read(RAW_PREFIX + key)


def run_records(store: ObjectStore, broken: dict[str, str] | None = None) -> Iterator[tuple[str, RunRecord]]:
    """Yield the key and the record of each finished run, in the order of the keys.

    Args:
        store: The lake.
        broken: Is given the keys of objects that are no run records, each with what is wrong; without it, the first
            of them is an error.

    Raises:
        BrokenLakeError: If a run record is not one.
    """
    for key in raw_keys(store, f"{layout.RUNS}/"):
        if layout.is_record_key(key):
            record = _read_record(store, key, broken)
            if record is not None:
                yield key, record


def _read_record(store: ObjectStore, key: str, broken: dict[str, str] | None) -> RunRecord | None:
    try:
        record = decode_record(read_raw(store, key))
    except BrokenRecordError as error:
        if broken is None:
            raise BrokenLakeError(
                f"{RAW_PREFIX}{key}: not a run record ({error}); put back the object that the run wrote"
            ) from error
        broken[key] = str(error)
        return None
    if layout.record_key(record.run.run_id) != key:
        if broken is None:
            raise BrokenLakeError(f"{RAW_PREFIX}{key}: is the record of another run; put back the object of this name")
        broken[key] = f"the record of run {record.run.run_id}"
        return None
    return record


def unfinished_runs(store: ObjectStore, broken: dict[str, str] | None = None) -> list[RunStarted]:
    """Return the runs that were started and have no record: they were cut off, or are still writing.

    Args:
        store: The lake.
        broken: As in ``run_records``, of the objects that runs create at their start.

    Raises:
        BrokenLakeError: If an object that a run creates at its start cannot be read.
    """
    keys = list(raw_keys(store, f"{layout.RUNS}/"))
    finished = {key for key in keys if layout.is_record_key(key)}
    started = []
    for key in filter(layout.is_started_key, keys):
        try:
            run = decode_started(read_raw(store, key))
        except BrokenRecordError as error:
            if broken is None:
                raise BrokenLakeError(
                    f"{RAW_PREFIX}{key}: not the start of a run ({error}); put back the object that the run wrote"
                ) from error
            broken[key] = str(error)
            continue
        if layout.record_key(run.run_id) not in finished:
            started.append(run)
    return started


def _below_raw(keys: Iterable[str]) -> Iterator[str]:
    return (key[len(RAW_PREFIX) :] for key in keys)


def _list_runs(store: ObjectStore, tree: RawTree) -> None:
    for key in raw_keys(store, f"{layout.RUNS}/"):
        if layout.is_record_key(key):
            tree.records.append(key)
        elif not layout.is_started_key(key):
            tree.foreign.append(key)


def _list_partitions(store: ObjectStore, folder: str, tree: RawTree) -> None:
    tree.foreign += _below_raw(store.objects(RAW_PREFIX + folder))
    for prefix in _below_raw(store.folders(RAW_PREFIX + folder)):
        partition = layout.parse_partition_prefix(prefix)
        if partition is None:
            tree.foreign += raw_keys(store, prefix)
        else:
            tree.days.setdefault(partition[0], []).append(partition[1])
