"""A sink that bundles writes the lines of the single objects, each day once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from backports import zstd
from lakes import FailingStore, PowerCut, QuickStore

import hospital_sim as hs
from hospital_sim.errors import HistoryConflictError
from hospital_sim.events import Event, encode
from hospital_sim.events.day_bundles import split_lines, unpack
from hospital_sim.events.keys import parse_day_bundle_key
from hospital_sim.results.read_back import read_history
from hospital_sim.results.run import Run
from hospital_sim.sinks import MemorySink, ObjectSink, SinkError

pytestmark = pytest.mark.unit

SMALL = hs.load("small")
START, END = date(2024, 1, 1), date(2024, 1, 20)


@pytest.fixture(scope="module")
def run() -> Run:
    """Return twenty days of a small hospital, with the patients who were in a bed when they began."""
    return SMALL.simulate(START, END, seed=1)


def bundles(store: QuickStore) -> dict[str, bytes]:
    return dict(store.read_many(key for key in store.keys("") if not key.startswith("_runs/")))


def lines(store: QuickStore) -> Iterator[bytes]:
    return (line for data in bundles(store).values() for line in split_lines(unpack(data)))


def at(event: Event) -> tuple[str, str]:
    return event.event_time.isoformat(), event.event_id


def test_the_bundles_of_a_run_hold_the_lines_of_its_single_objects_in_order(tmp_path: Path, run: Run) -> None:
    store = QuickStore(tmp_path / "raw")
    run.write(ObjectSink(store, bundle=True))

    for key, data in bundles(store).items():
        parts = parse_day_bundle_key(key)
        assert parts is not None
        own = [
            event
            for event in run.events
            if (event.__struct_config__.tag, event.event_time.date()) == (parts.event_type, parts.event_date)
        ]
        assert split_lines(unpack(data)) == [encode(event) for event in sorted(own, key=at)]
        assert parts.name == ("small" if parts.event_date >= START else "small.opening")
    assert sorted(lines(store)) == sorted(map(encode, run.events))
    assert any(".opening." in key for key in bundles(store))


def test_a_run_in_parts_and_a_longer_run_write_the_same_bundles(tmp_path: Path, run: Run) -> None:
    whole, parts = QuickStore(tmp_path / "whole"), QuickStore(tmp_path / "parts")
    run.write(ObjectSink(whole, bundle=True))
    for first, last in ((START, date(2024, 1, 10)), (date(2024, 1, 11), END)):
        SMALL.simulate(START, last, seed=1, sink=ObjectSink(parts, bundle=True), emit_from=first)
    longer = ObjectSink(parts, bundle=True)
    SMALL.simulate(START, date(2024, 1, 21), seed=1, sink=longer)

    day_after = {key for key in bundles(parts) if "2024-01-21" in key}
    assert {key: data for key, data in bundles(parts).items() if key not in day_after} == bundles(whole)
    assert (longer.created, longer.found) == (len(day_after), len(bundles(whole)))


def test_bundles_of_another_compressor_with_the_same_lines_exist_already(tmp_path: Path, run: Run) -> None:
    store = QuickStore(tmp_path / "raw")
    run.write(ObjectSink(store, bundle=True))
    for key, data in bundles(store).items():
        Path(store.url, key).write_bytes(zstd.compress(unpack(data), 19))
    before = bundles(store)

    sink = ObjectSink(store, bundle=True)
    SMALL.simulate(START, date(2024, 1, 21), seed=1, sink=sink)

    assert sink.found == len(before)
    assert before.items() <= bundles(store).items()


def test_a_bundle_with_other_lines_is_a_conflict_that_names_it(tmp_path: Path, run: Run) -> None:
    store = QuickStore(tmp_path / "raw")
    run.write(ObjectSink(store, bundle=True))
    key = max(bundles(store))
    Path(store.url, key).write_bytes(zstd.compress(b"{}\n"))

    with pytest.raises(SinkError, match=key):
        SMALL.simulate(START, date(2024, 1, 21), seed=1, sink=ObjectSink(store, bundle=True))


@pytest.mark.parametrize("bundle", [True, False])
def test_days_that_were_written_in_one_form_are_refused_in_the_other(tmp_path: Path, run: Run, bundle: bool) -> None:
    store = QuickStore(tmp_path / "raw")
    run.write(ObjectSink(store, bundle=bundle))
    before = sorted(store.keys())

    for last in (END, date(2024, 1, 25)):
        with pytest.raises(HistoryConflictError, match=r"bundle: .* 2024-01-01 to 2024-01-20 .* 2024-01-21 on"):
            SMALL.simulate(START, last, seed=1, sink=ObjectSink(store, bundle=not bundle))
    assert sorted(store.keys()) == before

    # Days that nobody wrote may have the other form.
    sink = ObjectSink(store, bundle=not bundle)
    SMALL.simulate(START, date(2024, 1, 21), seed=1, sink=sink, emit_from=date(2024, 1, 21))
    assert sink.created


def test_a_finished_run_is_known_by_its_record(tmp_path: Path, run: Run) -> None:
    store = QuickStore(tmp_path / "raw")
    run.write(ObjectSink(store, bundle=True))
    sink = ObjectSink(store, bundle=True)
    run.write(sink)
    assert (sink.created, sink.found) == (0, len(bundles(store)))


def test_a_power_cut_anywhere_leaves_whole_bundles_that_the_same_run_completes(tmp_path: Path) -> None:
    whole = QuickStore(tmp_path / "whole")
    run = SMALL.simulate(START, date(2024, 1, 5), seed=1)
    run.write(ObjectSink(whole, bundle=True))
    expected = dict(whole.read_many(whole.keys()))
    for creations in range(1, len(expected) + 1):
        root = tmp_path / f"cut{creations}"
        with pytest.raises(PowerCut):
            run.write(ObjectSink(FailingStore(str(root), creations), bundle=True))
        store = QuickStore(root)
        assert dict(store.read_many(store.keys())).items() <= expected.items()
        run.write(ObjectSink(store, bundle=True))
        assert dict(store.read_many(store.keys())) == expected


def test_a_history_is_read_back_from_both_forms(tmp_path: Path, run: Run) -> None:
    store = QuickStore(tmp_path / "lake" / "raw")
    run.write(ObjectSink(store, bundle=True))
    SMALL.simulate(START, date(2024, 1, 22), seed=1, sink=store.url, emit_from=date(2024, 1, 21))

    _, events = read_history(str(tmp_path / "lake"))

    assert sorted(events, key=at) == sorted(SMALL.simulate(START, date(2024, 1, 22), seed=1).events, key=at)


def test_a_sink_decides_itself_whether_it_bundles(run: Run) -> None:
    with pytest.raises(ValueError, match=r"ObjectSink\(root, bundle=True\)"):
        run.write(MemorySink(), bundle=True)
