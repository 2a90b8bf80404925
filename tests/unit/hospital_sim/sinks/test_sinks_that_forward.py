"""Sinks that pass events on: to a function, and to several sinks at once."""

import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hospitals import department, hospital
from lakes import OverwritingStore, files_in

from hospital_sim import Hospital, MemorySink, ObjectSink
from hospital_sim.events import Event, RunRecord, RunStarted
from hospital_sim.events.keys import record_key, started_key
from hospital_sim.sinks import CallbackSink, Sink, SinkError, TeeSink
from hospital_sim.sinks.objects import BATCH
from hospital_sim.storage import LocalStore, OverwritingStoreError

pytestmark = pytest.mark.unit

FIRST, LAST = "2024-01-01", "2024-01-10"


def _city() -> Hospital:
    return hospital(department("a"), department("b", beds=3), warmup_days=5, identifier="city")


class Recording(MemorySink):
    """Records the calls of its methods."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def begin(self, run: RunStarted) -> None:
        self.calls.append("begin")
        super().begin(run)

    def flush(self) -> None:
        self.calls.append("flush")

    def finish(self, record: RunRecord) -> None:
        self.calls.append("finish")
        super().finish(record)

    def close(self) -> None:
        self.calls.append("close")


def test_callbacks_are_called_in_order() -> None:
    seen: list[object] = []
    sink = CallbackSink(seen.append, on_begin=seen.append, on_flush=lambda: seen.append("flush"), on_finish=seen.append)
    run = _city().simulate(FIRST, LAST, seed=1, sink=sink, keep=True)
    assert seen == [run.record.run, *run.events, "flush", run.record]
    assert sink.taken == len(run.events)


def test_a_callback_that_fails_stops_the_run_and_says_how_many_events_it_took() -> None:
    queue: list[Event] = []

    def put(event: Event) -> None:
        if len(queue) == 7:
            raise ConnectionError("queue is gone")
        queue.append(event)

    with pytest.raises(SinkError, match="ConnectionError: queue is gone; 7 events of the run were taken") as failed:
        _city().simulate(FIRST, LAST, seed=1, sink=CallbackSink(put))
    assert isinstance(failed.value.__cause__, ConnectionError)

    def fail(*_: object) -> None:
        raise OSError("gone")

    for callbacks in ({"on_begin": fail}, {"on_flush": fail}, {"on_finish": fail}):
        with pytest.raises(SinkError, match="OSError: gone"):
            _city().simulate(FIRST, LAST, seed=1, sink=CallbackSink(lambda _: None, **callbacks))


def test_a_tee_gives_every_sink_the_whole_run(tmp_path: Path) -> None:
    memory, seen = MemorySink(), []
    run = _city().simulate(
        FIRST, LAST, seed=1, sink=TeeSink(memory, ObjectSink(tmp_path / "raw"), CallbackSink(seen.append)), keep=True
    )
    _city().simulate(FIRST, LAST, seed=1, sink=tmp_path / "alone")
    assert memory.events == seen == run.events
    assert (memory.started, memory.record) == (run.record.run, run.record)
    assert files_in(tmp_path / "raw") == files_in(tmp_path / "alone")


def test_no_sink_of_a_tee_finishes_before_all_have_flushed() -> None:
    order: list[str] = []

    class Ordered(Recording):
        def flush(self) -> None:
            order.append("flush")

        def finish(self, record: RunRecord) -> None:
            order.append("finish")

    sinks = [Ordered(), Ordered()]
    with TeeSink(*sinks) as tee:
        run = _city().simulate(FIRST, LAST, seed=1)
        tee.begin(run.record.run)
        tee.finish(run.record)
    assert order == ["flush", "flush", "finish", "finish"]


class Failing(Recording):
    """Fails at its eleventh event, and when it is closed."""

    def write(self, event: Event) -> None:
        if len(self.events) == 10:
            raise SinkError("disk is gone")
        super().write(event)

    def close(self) -> None:
        super().close()
        raise SinkError("cannot be closed")


def test_a_failing_sink_of_a_tee_stops_the_run_and_all_sinks_are_closed() -> None:
    first, failing, last = Recording(), Failing(), Recording()
    with pytest.raises(SinkError):
        _city().simulate(FIRST, LAST, seed=1, sink=TeeSink(first, failing, last))
    assert [sink.calls for sink in (first, failing, last)] == [["begin", "close"]] * 3
    assert [len(sink.events) for sink in (first, failing, last)] == [11, 10, 10]


class RecordingStore(LocalStore):
    """Records the keys of its batches."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.batches: list[list[str]] = []

    def create(self, key: str, data: bytes) -> bool:
        return self.create_many([(key, data)]) == 1

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        objects = list(objects)
        self.batches.append([key for key, _ in objects])
        return super().create_many(objects)


def _run_into(sink: Sink) -> tuple[int, RunRecord]:
    run = _city().simulate(FIRST, "2024-06-30", seed=1)
    sink.begin(run.record.run)
    for event in run.events:
        sink.write(event)
    return len(run.events), run.record


def test_an_object_sink_holds_no_more_than_one_batch_of_events(tmp_path: Path) -> None:
    """The started object is created first, and the record last."""
    store = RecordingStore(tmp_path / "raw")
    sink = ObjectSink(store)
    events, record = _run_into(sink)
    assert store.batches[0] == [started_key(record.run.run_id)]
    assert set(map(len, store.batches)) == {1, BATCH}
    assert len(set().union(*store.batches[1:]) - {*store.batches[0]}) == sink.created == events // BATCH * BATCH > 0
    sink.finish(record)
    assert store.batches[-1] == [record_key(record.run.run_id)]
    assert sink.created == events


def test_memory_does_not_grow_with_the_run(tmp_path: Path) -> None:
    def peak_bytes(end: str) -> int:
        tracemalloc.start()
        _city().simulate(FIRST, end, seed=1, sink=CallbackSink(lambda _: None))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(LAST)
    assert peak_bytes("2024-12-31") < peak_bytes("2024-03-31") + 900_000


def test_closing_an_object_sink_creates_the_last_batch_except_after_an_error(tmp_path: Path) -> None:
    with ObjectSink(tmp_path / "raw") as sink:
        events, _ = _run_into(sink)
    assert len(files_in(tmp_path / "raw")) == events + 1
    store = RecordingStore(tmp_path / "stopped")

    def stopped() -> None:
        with ObjectSink(store) as sink:
            _run_into(sink)
            raise KeyError

    with pytest.raises(KeyError):
        stopped()
    assert set(map(len, store.batches)) == {1, BATCH}


def test_a_store_that_overwrites_is_refused_before_the_first_event(tmp_path: Path) -> None:
    with pytest.raises(OverwritingStoreError, match="ignores the condition") as refused:
        _city().simulate(FIRST, LAST, seed=1, sink=ObjectSink(OverwritingStore(tmp_path / "raw")))
    assert refused.value.exit_code == 2
    assert [key.partition(".")[2] for key in files_in(tmp_path / "raw")] == ["started.json"]
