"""Checks that a run fits the history in a lake: the same past of the hospital, and no day missing before the run."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypeVar

from hospital_sim.errors import HistoryConflictError
from hospital_sim.events import RunRecord, RunStarted, encode
from hospital_sim.events.keys import record_key
from hospital_sim.storage import (
    BrokenRecord,
    FinishedRun,
    ObjectNotFoundError,
    ObjectStore,
    StartedRun,
    finished_runs,
    read_record,
    started_runs,
)

Run = TypeVar("Run", StartedRun, FinishedRun)


def check_history(store: ObjectStore, run: RunStarted) -> None:
    """Check that a run may write to a raw root.

    Args:
        store: The raw root.
        run: The run that is about to start.

    Raises:
        HistoryConflictError: If the root holds another history of the hospital, finished or not; if the run emits from
            a later day than its start, and finished runs do not cover every day before; or if a run record is broken.
        StorageError: If the root cannot be read.
    """
    for start in started_runs(store):
        other = _sound(store, start).run
        if other.hospital_id == run.hospital_id and other.history_id != run.history_id:
            raise HistoryConflictError(
                f"{store.url}: holds another history of hospital {run.hospital_id!r}: {start.key} has "
                f"{_difference(other, run)}; write this run to another lake"
            )
    missing = _first_missing_day(store, run)
    if missing is not None:
        raise HistoryConflictError(
            f"{store.url}: emit_from: no finished run of this history covers {missing}; "
            f"run it from {run.start} to {run.emit_from - timedelta(days=1)} first"
        )


def finished_record(store: ObjectStore, run: RunStarted) -> RunRecord | None:
    """Return the record of a run, if the raw root has it; None if the run has not finished.

    Raises:
        StorageError: If the root cannot be read.
    """
    try:
        finished = read_record(store, record_key(run.run_id))
    except ObjectNotFoundError:
        return None
    # Compared as bytes, because the tuples of a configuration are lists after reading.
    if isinstance(finished, FinishedRun) and encode(finished.record.run) == encode(run):
        return finished.record
    return None


def _first_missing_day(store: ObjectStore, run: RunStarted) -> date | None:
    """Return the first day before ``emit_from`` that no finished run covers; None if all are covered."""
    if run.emit_from == run.start:
        return None
    day = run.start
    for first, last in sorted(_finished_periods(store, run.history_id)):
        if first > day:
            break
        day = max(day, last + timedelta(days=1))
    return day if day < run.emit_from else None


def _finished_periods(store: ObjectStore, history_id: str) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of each finished run of a history."""
    for finished in finished_runs(store):
        run = _sound(store, finished).record.run
        if run.history_id == history_id:
            yield run.emit_from, run.end


def _difference(other: RunStarted, run: RunStarted) -> str:
    for field in ("seed", "start", "warmup_days", "stream_version"):
        theirs, ours = getattr(other, field), getattr(run, field)
        if theirs != ours:
            return f"{field} {theirs}, this run {ours}"
    return "another configuration"


def _sound(store: ObjectStore, run: Run | BrokenRecord) -> Run:
    if isinstance(run, BrokenRecord):
        raise HistoryConflictError(f"{store.url}/{run.key}: is not a run record of this version; write to another lake")
    return run
