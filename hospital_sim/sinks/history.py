"""What a lake already knows of a hospital: it holds one history of it, and a run continues only what is finished."""

from collections.abc import Iterator
from datetime import date, timedelta

from hospital_sim.errors import HistoryConflictError
from hospital_sim.events import BrokenRecordError, RunRecord, RunStarted, decode_record, decode_started
from hospital_sim.events import keys as layout
from hospital_sim.storage import ObjectStore


def check_history(store: ObjectStore, run: RunStarted) -> None:
    """Check that a run may write to a raw root.

    Args:
        store: The raw root.
        run: What the run will do.

    Raises:
        HistoryConflictError: If another history of the hospital was begun there, finished or not; or if the run emits
            from a later day than its start, and finished runs do not cover every day before.
        StorageError: If the root cannot be read.
    """
    for key, other in _started(store):
        if other.hospital_id == run.hospital_id and other.history_id != run.history_id:
            raise HistoryConflictError(
                f"{store.url}: holds another history of hospital {run.hospital_id!r}: {key} has "
                f"{_difference(other, run)}; write this run to another lake"
            )
    missing = _first_missing_day(store, run)
    if missing is not None:
        raise HistoryConflictError(
            f"{store.url}: emit_from: no finished run of this history covers {missing}; "
            f"run it from {run.start} to {run.emit_from - timedelta(days=1)} first"
        )


def _first_missing_day(store: ObjectStore, run: RunStarted) -> date | None:
    """Return the first day before ``emit_from`` that no finished run covers; None if there is none."""
    if run.emit_from == run.start:
        return None
    day = run.start
    periods = sorted(
        (record.run.emit_from, record.run.end) for record in _finished(store) if record.run.history_id == run.history_id
    )
    for first, last in periods:
        if first > day:
            break
        day = max(day, last + timedelta(days=1))
    return day if day < run.emit_from else None


def _difference(other: RunStarted, run: RunStarted) -> str:
    for field in ("seed", "start", "warmup_days", "stream_version"):
        theirs, ours = getattr(other, field), getattr(run, field)
        if theirs != ours:
            return f"{field} {theirs}, this run {ours}"
    return "another configuration"


def _started(store: ObjectStore) -> Iterator[tuple[str, RunStarted]]:
    for key, data in _runs(store):
        if layout.is_started_key(key):
            try:
                yield key, decode_started(data)
            except BrokenRecordError as error:
                raise _foreign(store, key) from error


def _finished(store: ObjectStore) -> Iterator[RunRecord]:
    for key, data in _runs(store):
        if layout.is_record_key(key):
            try:
                yield decode_record(data)
            except BrokenRecordError as error:
                raise _foreign(store, key) from error


def _runs(store: ObjectStore) -> Iterator[tuple[str, bytes]]:
    return store.read_many(list(store.keys(f"{layout.RUNS}/")))


def _foreign(store: ObjectStore, key: str) -> HistoryConflictError:
    return HistoryConflictError(f"{store.url}/{key}: is not a run record of this version; write to another lake")
