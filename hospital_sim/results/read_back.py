"""Reads back what sinks wrote: the history of a hospital, as one run."""

from datetime import date

import msgspec
from msgspec import structs

from hospital_sim.errors import HospitalSimError
from hospital_sim.events import Event, RunRecord, RunStarted, decode_event, keys
from hospital_sim.storage import BrokenRecord, ObjectStore, finished_runs, open_store


class UnreadableHistoryError(HospitalSimError):
    """A raw root holds no finished run of a hospital, or an object that cannot be read."""

    exit_code = 2


def read_history(root: str, hospital_id: str | None = None) -> tuple[RunStarted, list[Event]]:
    """Return all events of a hospital, and the run that would have emitted them alone.

    Args:
        root: The raw root that events were written to, ``<lake>/raw``, or the lake.
        hospital_id: Which hospital; may be left out if there is one.

    Raises:
        UnreadableHistoryError: If there is no finished run, several hospitals and none named, or an object is not an
            event of this version.
        StorageError: If the store cannot be read.
    """
    store, found = _open(root)
    records = _of_hospital(store, found, hospital_id)
    first = min(records, key=lambda record: (record.run.emit_from, record.run.end)).run
    whole = structs.replace(first, end=max(record.run.end for record in records))
    days = sorted({count.event_date for record in records for count in record.counts})
    return whole, [event for event in _events(store, days) if event.hospital_id == whole.hospital_id]


def _open(root: str) -> tuple[ObjectStore, list[RunRecord]]:
    """Open a raw root; where it holds no run, the one inside it, if it is a lake."""
    store = open_store(root)
    if found := _records(store):
        return store, found
    inside = open_store(keys.raw_root(root))
    found = _records(inside)
    return (inside, found) if found else (store, found)


def _records(store: ObjectStore) -> list[RunRecord]:
    records = []
    for run in finished_runs(store):
        if isinstance(run, BrokenRecord):
            raise UnreadableHistoryError(f"{store.url}/{keys.RUNS}: holds what is not a run record: {run.problem}")
        records.append(run.record)
    return records


def _of_hospital(store: ObjectStore, records: list[RunRecord], hospital_id: str | None) -> list[RunRecord]:
    known = sorted({record.run.hospital_id for record in records})
    if not known:
        raise UnreadableHistoryError(f"{store.url}: holds no finished run; give a lake or its raw root, LAKE/raw")
    if hospital_id is None and len(known) > 1:
        raise UnreadableHistoryError(f"{store.url}: holds several hospitals; name one of {', '.join(known)}")
    wanted = known[0] if hospital_id is None else hospital_id
    if wanted not in known:
        raise UnreadableHistoryError(f"{store.url}: has no hospital {wanted!r}; there are {', '.join(known)}")
    return [record for record in records if record.run.hospital_id == wanted]


def _events(store: ObjectStore, days: list[date]) -> list[Event]:
    kinds = [folder.rstrip("/") for folder in store.folders()]
    prefixes = [keys.partition_prefix(kind, day) for kind in kinds if kind != keys.RUNS for day in days]
    events: list[Event] = []
    for key, data in store.read_many([key for prefix in prefixes for key in store.keys(prefix)]):
        named = keys.parse_event_key(key)
        if named is None:
            continue
        try:
            events.append(decode_event(named.event_type, data))
        except msgspec.DecodeError as error:
            raise UnreadableHistoryError(f"{store.url}/{key}: is not an event of this version: {error}") from error
    return events
