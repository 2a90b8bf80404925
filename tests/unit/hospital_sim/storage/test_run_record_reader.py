"""The reader of run records: sound records, broken objects and unfinished runs, in a raw root and in a lake."""

from datetime import date
from uuid import uuid4

import pytest

from hospital_sim.events import RunRecord, RunStarted, encode
from hospital_sim.events.keys import record_key, started_key
from hospital_sim.storage import (
    BrokenRecord,
    FinishedRun,
    ObjectNotFoundError,
    ObjectStore,
    Runs,
    StartedRun,
    open_store,
    read_record,
)

pytestmark = [pytest.mark.unit, pytest.mark.parametrize("raw", ["", "raw/"], ids=["raw root", "lake"])]


@pytest.fixture
def store() -> ObjectStore:
    return open_store(f"memory://{uuid4()}")


def _run(number: int) -> RunStarted:
    return RunStarted(
        record_version=1,
        run_id=f"{number:032x}",
        history_id=f"{1:032x}",
        stream_version=1,
        hospital_id="city",
        hospital_name="City",
        configuration={},
        configuration_hash=f"{2:032x}",
        seed=1,
        warmup_days=0,
        start=date(2024, 1, 1),
        emit_from=date(2024, 1, 1),
        end=date(2024, 1, number),
        departments=(),
    )


def _start(store: ObjectStore, raw: str, run: RunStarted) -> StartedRun:
    key = started_key(run.run_id)
    store.create(raw + key, encode(run))
    return StartedRun(key, encode(run), run)


def _finish(store: ObjectStore, raw: str, run: RunStarted) -> FinishedRun:
    key, record = record_key(run.run_id), RunRecord(run, (), ())
    store.create(raw + key, encode(record))
    return FinishedRun(key, encode(record), record)


def test_finished_and_started_runs_are_read_in_the_order_of_their_keys(store: ObjectStore, raw: str) -> None:
    starts = [_start(store, raw, _run(number)) for number in (1, 2, 3)]
    records = [_finish(store, raw, _run(number)) for number in (1, 2)]

    assert list(Runs(store, raw).finished()) == records
    assert list(Runs(store, raw).started()) == starts
    assert read_record(store, records[0].key, raw) == records[0]


def test_a_run_without_a_record_is_unfinished(store: ObjectStore, raw: str) -> None:
    starts = [_start(store, raw, _run(number)) for number in (1, 2, 3)]
    _finish(store, raw, _run(2))

    assert list(Runs(store, raw).unfinished()) == [starts[0], starts[2]]


def test_a_broken_record_does_not_hide_the_others_and_its_run_counts_as_finished(store: ObjectStore, raw: str) -> None:
    _start(store, raw, _run(1))
    store.create(raw + record_key(_run(1).run_id), b"{}")
    sound = _finish(store, raw, _run(2))

    broken, other = Runs(store, raw).finished()

    assert isinstance(broken, BrokenRecord)
    assert broken.key == record_key(_run(1).run_id)
    assert "missing required field" in broken.problem
    assert broken.belongs_to is None
    assert other == sound
    assert read_record(store, broken.key, raw) == broken
    assert list(Runs(store, raw).unfinished()) == []


def test_a_record_under_the_name_of_another_run_is_broken(store: ObjectStore, raw: str) -> None:
    other = _run(2)
    key = record_key(_run(1).run_id)
    store.create(raw + key, encode(RunRecord(other, (), ())))

    assert list(Runs(store, raw).finished()) == [BrokenRecord(key, f"the record of run {other.run_id}", other.run_id)]


def test_a_broken_start_is_among_the_started_and_the_unfinished_runs(store: ObjectStore, raw: str) -> None:
    store.create(raw + started_key(_run(1).run_id), b"not JSON")
    sound = _start(store, raw, _run(2))

    broken, other = Runs(store, raw).unfinished()

    assert isinstance(broken, BrokenRecord)
    assert broken.key == started_key(_run(1).run_id)
    assert other == sound
    assert list(Runs(store, raw).started()) == [broken, other]


def test_other_objects_are_ignored_and_a_missing_record_is_an_error(store: ObjectStore, raw: str) -> None:
    store.create(f"{raw}_runs/notes.txt", b"")
    store.create(f"{raw}admission/event_date=2024-01-01/notes.json", b"{}")

    assert list(Runs(store, raw).finished()) == list(Runs(store, raw).started()) == []
    with pytest.raises(ObjectNotFoundError):
        read_record(store, record_key(_run(1).run_id), raw)
