"""Checks that a run fits the history in a lake: the same past of the hospital, and no day missing before the run."""

import json
from collections.abc import Sequence, Set
from contextlib import suppress
from datetime import date, timedelta

from hospital_sim.errors import HistoryConflictError
from hospital_sim.events import RunRecord, RunStarted, encode
from hospital_sim.events.histories import ChangeDifference, Difference, change_difference, start_differences
from hospital_sim.events.keys import record_key, record_of_start
from hospital_sim.storage import (
    BrokenRecord,
    FinishedRun,
    ObjectNotFoundError,
    ObjectStore,
    Runs,
    StartedRun,
    read_record,
)

_LONGEST_VALUE = 80
"""Most characters of a value in an error."""

_PUT_BACK = "put back what the run wrote, or delete it if no run wrote it"


def check_history(store: ObjectStore, runs: Runs, run: RunStarted) -> None:
    """Check that a run may write to a raw root.

    Args:
        store: The raw root.
        runs: The runs in it.
        run: The run that is about to start.

    Raises:
        HistoryConflictError: If the root holds another history of the hospital, finished or not; if the run emits from
            a later day than its start, and finished runs do not cover every day before; if days of the run were written
            in the other form, as bundles or as single objects; or if an object that cannot be read may be a run of the
            hospital.
        StorageError: If the root cannot be read.
    """
    of_others = set()
    for start in runs.started():
        other = _run_of(store, start, run)
        if other.hospital_id != run.hospital_id:
            of_others.add(record_of_start(start.key))
            continue
        where = f"{store.url}: holds another history of hospital {run.hospital_id!r}: {start.key}"
        if other.history_id != run.history_id:
            raise HistoryConflictError(f"{where} {_other_start(run, other)}")
        if (change := change_difference(run, other)) is not None:
            raise HistoryConflictError(f"{where} {_other_change(change, other)}")
        _check_form(store, run, other)
    if run.emit_from > run.start:
        _check_days_before(store, runs, run, of_others)


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


def _check_form(store: ObjectStore, run: RunStarted, other: RunStarted) -> None:
    """Check that another run of this history has not written days of this run in the other form."""
    first, last = max(run.emit_from, other.emit_from), min(run.end, other.end)
    if run.bundled == other.bundled or last < first:
        return
    form, option = ("day bundles", "with") if other.bundled else ("single objects", "without")
    raise HistoryConflictError(
        f"{store.url}: bundle: a run of {run.hospital_id!r} wrote {first} to {last} as {form}, so nothing was written; "
        f"run it {option} --bundle, or emit from {other.end + timedelta(days=1)} on"
    )


def first_missing_day(runs: Runs, run: RunStarted) -> date:
    """Return the first day of a history that its finished runs do not cover; its start if they cover none.

    Args:
        runs: The runs in a raw root.
        run: A run of the history.

    Raises:
        StorageError: If the root cannot be read.
    """
    return _coverage(runs, run, frozenset())[0]


def _coverage(runs: Runs, run: RunStarted, of_others: Set[str]) -> tuple[date, BrokenRecord | None]:
    """Return the first day of a history that is not covered, and a record that cannot be read.

    Args:
        runs: The runs in a raw root.
        run: A run of the history.
        of_others: Keys of the records of other hospitals.
    """
    periods: list[tuple[date, date]] = []
    broken = None
    for finished in runs.finished(without=of_others):
        if isinstance(finished, BrokenRecord):
            broken = broken or finished
        elif finished.record.run.history_id == run.history_id:
            periods.append((finished.record.run.emit_from, finished.record.run.end))
    day = run.start
    for first, last in sorted(periods):
        if first > day:
            break
        day = max(day, last + timedelta(days=1))
    return day, broken


def _check_days_before(store: ObjectStore, runs: Runs, run: RunStarted, of_others: Set[str]) -> None:
    """Check that finished runs of this history cover every day before ``emit_from``.

    Args:
        store: The raw root.
        runs: The runs in it.
        run: The run that is about to start.
        of_others: Keys of the records of other hospitals.
    """
    day, broken = _coverage(runs, run, of_others)
    if day >= run.emit_from:
        return
    if broken is not None:
        raise HistoryConflictError(
            f"{_unreadable(store, broken)}, and no other run of this history covers {day}; {_PUT_BACK}"
        )
    raise HistoryConflictError(
        f"{store.url}: emit_from: no finished run of this history covers {day}; "
        f"run it from {run.start} to {run.emit_from - timedelta(days=1)} first"
    )


def _other_start(run: RunStarted, other: RunStarted) -> str:
    """Return how another run differs from this one at the start, and how to go on."""
    differences = start_differences(run, other)
    if not differences:
        return "has another configuration; write this run to another lake"
    text = _first_difference(differences[0])
    tables = _as_change(differences, run.emit_from)
    if run.emit_from == run.start or tables is None:
        return f"{text}; write this run to another lake"
    return f"{text}; put that back, and add the change to the file:\n{tables}"


def _other_change(change: ChangeDifference, other: RunStarted) -> str:
    """Return how the changes of another run differ from those of this one, and how to go on."""
    place = change.difference.place
    if change.position is None:
        return f"has a change from {change.first_day} ({place}), which this run lacks; add it"
    where = f"change[{change.position}] ({change.first_day}): {place}"
    if change.is_in_other:
        values = f"{_value(change.difference.other)}, this run {_value(change.difference.one)}"
        return f"has {where} {values}; put back the change that events follow"
    after = other.end + timedelta(days=1)
    return f"has events up to {other.end} without {where}; date the change {after} or later"


def _as_change(differences: Sequence[Difference], day: date) -> str | None:
    """Return the tables of a change from a day on that makes the differences; None if a change cannot make them."""
    change: dict[str, object] = {"from": day}
    departments: dict[str, list[str]] = {}
    for department, field, value, _ in differences:
        if field == "name" and not department:
            change["name"] = value
        elif not department and field != "department":
            return None
        elif not field and value is None:
            change["closed"] = [*change.get("closed", ()), department]  # type: ignore[misc]
        elif department:
            assignment = f"{field} = {_value(value)}" if value is not None else f'without = ["{field}"]'
            departments.setdefault(department, []).append(assignment if field else "… (all its fields)")
    if len(change) == 1 and not departments:
        return None
    tables = ["[[change]] " + ", ".join(f"{field} = {_value(value)}" for field, value in change.items())]
    tables += [f'[[change.department]] id = "{name}", {", ".join(fields)}' for name, fields in departments.items()]
    return "  ".join(tables)


def _first_difference(difference: Difference) -> str:
    department, field, one, other = difference
    if department and not field:
        return f"has {'no ' if other is None else ''}department {department}, this run has {'one' if one else 'none'}"
    return f"has {difference.place} {_value(other)}, this run {_value(one)}"


def _value(value: object) -> str:
    """Return a value as a file of a hospital has it, as far as it is short."""
    text = _toml(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _toml(value: object) -> str:
    match value:
        case None:
            return "none"
        case dict():
            return "{" + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items() if part is not None) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case date():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)


def _run_of(store: ObjectStore, start: StartedRun | BrokenRecord, run: RunStarted) -> RunStarted:
    """Return a run from its start, or from its record if the start is broken."""
    if isinstance(start, StartedRun):
        return start.run
    with suppress(ObjectNotFoundError):
        finished = read_record(store, record_of_start(start.key))
        if isinstance(finished, FinishedRun):
            return finished.record.run
    detail = f"it may be another history of hospital {run.hospital_id!r}"
    raise HistoryConflictError(f"{_unreadable(store, start)}, so {detail}; {_PUT_BACK}")


def _unreadable(store: ObjectStore, broken: BrokenRecord) -> str:
    return f"{store.url}/{broken.key}: is not a run record of this version ({broken.problem})"
