"""Reads the events of a hospital back from a lake, as those of one run."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec
from msgspec import structs

from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Event, RunRecord, RunStarted, decode_event, keys
from hospital_sim.events.day_bundles import LARGEST_DAY_BUNDLE, BrokenDayBundleError, split_lines, unpack
from hospital_sim.storage import BrokenRecord, ObjectStore, ObjectUnreadableError, Runs, open_store


class UnreadableHistoryError(HospitalSimError):
    """A raw root holds no finished run of a hospital, or an object that cannot be read."""

    exit_code = 2


def read_history(root: str, hospital_id: str | None = None) -> tuple[RunStarted, list[Event]]:
    """Return all events of a hospital, and the run that would have emitted them alone.

    Args:
        root: The raw root that events were written to, ``<lake>/raw``, or the lake.
        hospital_id: Identifier of the hospital; may be None if the lake has only one.

    Raises:
        UnreadableHistoryError: If there is no finished run, if ``hospital_id`` is needed or unknown, if a run record is
            broken, or if an object that is not an event of this version stands in the place of one.
        StorageError: If the store cannot be read.
    """
    store, all_records = _open(root)
    records = _select_hospital(store, all_records, hospital_id)
    # The longest run knows all changes of the configuration.
    longest = max(records, key=lambda record: record.run.end).run
    whole = structs.replace(longest, emit_from=min(record.run.emit_from for record in records))
    emitted = {
        (count.event_type, count.department_id, count.event_date): count.count
        for record in records
        for count in record.counts
    }
    events, broken = _events(store, whole.hospital_id, {(kind, day) for kind, _, day in emitted})
    own = [event for event in events if event.hospital_id == whole.hospital_id]
    if broken and len(own) < sum(emitted.values()):
        raise UnreadableHistoryError(broken[0])
    return whole, own


def _open(root: str) -> tuple[ObjectStore, list[RunRecord]]:
    """Open a raw root and read its records; if it has none, try the raw root of a lake at the same place."""
    store = open_store(root)
    if records := _records(store):
        return store, records
    inside = open_store(keys.raw_root(root))
    records = _records(inside)
    return (inside, records) if records else (store, records)


def _records(store: ObjectStore) -> list[RunRecord]:
    records = []
    for run in Runs(store).finished():
        if isinstance(run, BrokenRecord):
            raise UnreadableHistoryError(f"{store.url}/{keys.RUNS}: holds what is not a run record: {run.problem}")
        records.append(run.record)
    return records


def _select_hospital(store: ObjectStore, records: list[RunRecord], hospital_id: str | None) -> list[RunRecord]:
    hospitals = sorted({record.run.hospital_id for record in records})
    if not hospitals:
        raise UnreadableHistoryError(f"{store.url}: holds no finished run; give a lake or its raw root, LAKE/raw")
    if hospital_id is None and len(hospitals) > 1:
        raise UnreadableHistoryError(f"{store.url}: holds several hospitals; name one of {', '.join(hospitals)}")
    selected = hospitals[0] if hospital_id is None else hospital_id
    if selected not in hospitals:
        raise UnreadableHistoryError(f"{store.url}: has no hospital {selected!r}; there are {', '.join(hospitals)}")
    return [record for record in records if record.run.hospital_id == selected]


def _events(store: ObjectStore, hospital_id: str, partitions: set[tuple[str, date]]) -> tuple[list[Event], list[str]]:
    """Return the events of partitions, and the problems of the objects under their keys that are none.

    Bundles of other hospitals are left out.
    """
    events: list[Event] = []
    broken: list[str] = []
    names = [name for kind, day in sorted(partitions) for name in store.keys(keys.partition_prefix(kind, day))]
    singles = store.read_each([name for name in names if keys.parse_event_key(name)], keys.LARGEST_EVENT)
    parts = {name: keys.parse_day_bundle_key(name) for name in names}
    bundles = [name for name, bundle in parts.items() if bundle is not None and bundle.hospital_id == hospital_id]
    for key, data in (*singles, *_lines(store, bundles)):
        if isinstance(data, ObjectUnreadableError | BrokenDayBundleError):
            broken.append(f"{store.url}/{key}: {data}" if isinstance(data, BrokenDayBundleError) else str(data))
            continue
        try:
            events.append(decode_event(key.partition("/")[0], data))
        except msgspec.DecodeError as error:
            broken.append(f"{store.url}/{key}: is not an event of this version: {error}")
    return events, broken


def _lines(
    store: ObjectStore, bundles: Iterable[str]
) -> Iterator[tuple[str, bytes | ObjectUnreadableError | BrokenDayBundleError]]:
    """Yield each line of some day bundles with its name, or the error of a bundle."""
    for key, data in store.read_each(bundles, LARGEST_DAY_BUNDLE):
        if isinstance(data, ObjectUnreadableError):
            yield key, data
            continue
        try:
            lines = split_lines(unpack(data))
        except BrokenDayBundleError as error:
            yield key, error
        else:
            yield from ((keys.line_key(key, number), line) for number, line in enumerate(lines, start=1))
