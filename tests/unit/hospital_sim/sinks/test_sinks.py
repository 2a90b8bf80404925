"""Sinks: events in memory, or one object for each; one history of a hospital in one lake."""

from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
from hospitals import department, hospital
from lakes import files_in

from hospital_sim import HistoryConflictError, Hospital, HospitalSimError, MemorySink, ObjectSink, Run
from hospital_sim.events import Event, decode_record, decode_started, encode
from hospital_sim.events.keys import event_key, is_record_key, record_key, started_key
from hospital_sim.sinks import CallbackSink, Sink, TeeSink, open_sink

pytestmark = pytest.mark.unit

FIRST, LAST = "2024-01-01", "2024-01-10"


def _city(**fields: object) -> Hospital:
    return hospital(department("a", **fields), department("b", beds=3), warmup_days=5, identifier="city")


def test_a_memory_sink_keeps_the_events_in_order() -> None:
    sink, seen = MemorySink(), []
    run = _city().simulate(FIRST, LAST, seed=1, sink=sink)
    _city().simulate(FIRST, LAST, seed=1, sink=CallbackSink(seen.append))
    assert sink.events == seen
    assert (sink.started, sink.record) == (run.record.run, run.record)


def test_each_event_is_an_object_with_the_bytes_of_the_event(tmp_path: Path) -> None:
    run = _city().simulate(FIRST, LAST, seed=1, sink=tmp_path / "raw", keep=True)
    run.write(tmp_path / "later")
    started, record = started_key(run.record.run.run_id), record_key(run.record.run.run_id)
    expected = {event_key(event): encode(event) for event in run.events}
    expected |= {started: encode(run.record.run), record: encode(run.record)}
    written = files_in(tmp_path / "raw")
    assert written == files_in(tmp_path / "later") == expected
    assert encode(decode_started(written[started])) == written[started]
    assert encode(decode_record(written[record])) == written[record]


def _simulate(sink: Sink, *, keep: bool = False) -> tuple[Run, list[date]]:
    """Run a hospital into a sink; return the run, and the days that were simulated."""
    days: list[date] = []
    return _city().simulate(FIRST, LAST, seed=1, sink=sink, keep=keep, on_day=days.append), days


class TestARunThatTheLakeHolds:
    @pytest.fixture
    @staticmethod
    def raw(tmp_path: Path) -> Path:
        _simulate(ObjectSink(tmp_path / "raw"))
        return tmp_path / "raw"

    def test_is_known_by_its_record_and_not_simulated_again(self, raw: Path) -> None:
        sink, before = ObjectSink(raw), files_in(raw)
        first, days = _simulate(CallbackSink(lambda _: None))
        again, no_days = _simulate(sink)

        assert (len(days), no_days) == (15, [])
        assert encode(again.record) == encode(first.record)
        assert (sink.created, sink.found) == (0, sum(entry.count for entry in first.record.counts))
        assert files_in(raw) == before

    def test_is_simulated_if_events_are_to_be_kept_and_then_not_written(self, raw: Path) -> None:
        sink = ObjectSink(raw)
        run, days = _simulate(sink, keep=True)

        assert (len(days), len(run.events)) == (15, sink.found)
        run.write(once := ObjectSink(raw))
        assert (once.created, once.found) == (0, len(run.events))
        assert encode(run.record) == files_in(raw)[record_key(run.record.run.run_id)]

    def test_is_written_to_all_sinks_of_a_tee_unless_all_hold_it(self, raw: Path, tmp_path: Path) -> None:
        held, new = ObjectSink(raw), ObjectSink(tmp_path / "new")
        _simulate(TeeSink(held, new))
        assert files_in(tmp_path / "new") == files_in(raw)
        assert (held.created, new.found) == (0, 0)

        _, days = _simulate(TeeSink(ObjectSink(raw), ObjectSink(tmp_path / "new")))
        assert days == []

    @pytest.mark.parametrize("record", ["gone", "of another run", "broken"])
    def test_is_simulated_again_unless_its_record_is_there_and_whole(self, raw: Path, record: str) -> None:
        before = files_in(raw)
        (path,) = (raw / key for key in before if is_record_key(key))
        lost = raw / next(key for key in before if key.startswith("discharge"))
        data, name = path.read_bytes(), path.name.encode()[:32]
        for each in (path, lost):
            each.unlink()
        if record != "gone":
            path.write_bytes(data[:99] if record == "broken" else data.replace(name, bytes(reversed(name))))

        with nullcontext() if record == "gone" else pytest.raises(HospitalSimError, match=path.name):
            _simulate(ObjectSink(raw))

        assert lost.read_bytes() == before[lost.relative_to(raw).as_posix()]
        if record == "gone":
            assert files_in(raw) == before


class _Killed(BaseException):
    """Like a kill: no handler catches it."""


def _kill_after(count: int, sink: ObjectSink) -> ObjectSink:
    write, remaining = sink.write, iter(range(count))

    def writing(event: Event) -> None:
        if next(remaining, None) is None:
            raise _Killed
        write(event)

    sink.write = writing  # type: ignore[method-assign]
    return sink


@pytest.mark.parametrize("killed", [False, True])
def test_another_history_of_the_hospital_is_refused_even_if_the_first_run_was_killed(
    tmp_path: Path, killed: bool
) -> None:
    with pytest.raises(_Killed) if killed else nullcontext():
        _city().simulate(FIRST, LAST, seed=1, sink=_kill_after(3 if killed else 10**6, ObjectSink(tmp_path / "raw")))
    before = files_in(tmp_path / "raw")
    for city, start, seed, difference in (
        (_city(), FIRST, 2, "seed 1, this run 2"),
        (_city(), "2024-01-02", 1, "start 2024-01-01, this run 2024-01-02"),
        (_city(beds=9), FIRST, 1, "department a: beds 8, this run 9"),
    ):
        with pytest.raises(HistoryConflictError, match=f"another history of hospital 'city'.*{difference}") as refused:
            city.simulate(start, LAST, seed=seed, sink=tmp_path / "raw")
        assert refused.value.exit_code == 2
    assert files_in(tmp_path / "raw") == before


def test_another_hospital_and_a_longer_run_of_the_same_history_are_accepted(tmp_path: Path) -> None:
    _city().simulate(FIRST, LAST, seed=1, sink=tmp_path / "raw")
    hospital(department("a"), identifier="town").simulate(FIRST, LAST, seed=2, sink=tmp_path / "raw")
    sink = ObjectSink(tmp_path / "raw")
    _city().simulate(FIRST, "2024-01-12", seed=1, sink=sink)
    assert sink.found > 0 < sink.created


def test_appending_needs_finished_runs_of_every_day_before(tmp_path: Path) -> None:
    raw, city = tmp_path / "raw", _city()
    with pytest.raises(HistoryConflictError, match="no finished run of this history covers 2024-01-01; run it from"):
        city.simulate(FIRST, LAST, seed=1, sink=raw, emit_from="2024-01-05")
    city.simulate(FIRST, "2024-01-04", seed=1, sink=raw)
    with pytest.raises(HistoryConflictError, match="covers 2024-01-05"):
        city.simulate(FIRST, LAST, seed=1, sink=raw, emit_from="2024-01-06")
    between = city.simulate(FIRST, "2024-01-06", seed=1, sink=raw, emit_from="2024-01-05")
    city.simulate(FIRST, "2024-01-08", seed=1, sink=raw, emit_from="2024-01-07")
    (raw / record_key(between.record.run.run_id)).unlink()
    with pytest.raises(HistoryConflictError, match="covers 2024-01-05"):
        city.simulate(FIRST, LAST, seed=1, sink=raw, emit_from="2024-01-09")


def test_a_killed_run_covers_no_day(tmp_path: Path) -> None:
    raw, city = tmp_path / "raw", _city()
    with pytest.raises(_Killed):
        city.simulate(FIRST, "2024-01-04", seed=1, sink=_kill_after(9, ObjectSink(raw)))
    with pytest.raises(HistoryConflictError, match="covers 2024-01-01"):
        city.simulate(FIRST, LAST, seed=1, sink=raw, emit_from="2024-01-05")


def test_any_object_that_takes_events_is_a_sink_and_is_closed_even_if_it_fails() -> None:
    class Counting(MemorySink):
        flushed = closed = 0

        def flush(self) -> None:
            self.flushed += 1

        def close(self) -> None:
            self.closed += 1

    class Failing(Counting):
        def write(self, event: Event) -> None:
            raise OSError("gone")

    sink, failing = Counting(), Failing()
    _city().simulate(FIRST, LAST, seed=1, sink=sink)
    assert (sink.flushed, sink.closed) == (1, 1)
    assert open_sink(sink) is sink
    with pytest.raises(OSError, match="gone"):
        _city().simulate(FIRST, LAST, seed=1, sink=failing)
    assert (failing.closed, failing.record) == (1, None)
