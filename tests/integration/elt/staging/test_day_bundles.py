"""Day bundles are staged as single objects are: the same rows, and what is broken is set aside line by line."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd
from lakes import (
    DAY,
    FailingStore,
    PowerCut,
    QuickStore,
    admission,
    contents,
    put_all,
    put_bundle,
    put_bundles,
    put_event,
    some_events,
)

from elt.lake.lake import Lake
from elt.lake.layout import quarantined_object_key
from elt.lake.manifests import Action
from elt.lake.quarantine import Reason
from elt.lake.repairs import Removed
from elt.quality.raw_counts import count_raw
from elt.repair.forget import forget
from elt.repair.prune import prune
from elt.repair.set_aside import set_aside
from elt.repair.undo import undo
from elt.staging import stage
from elt.staging.reading.lines import BundleNames
from elt.staging.replay import replay
from elt.verification import verify
from hospital_sim.events import Event, encode
from hospital_sim.events.keys import OPENING, day_bundle_key, event_key, line_key

pytestmark = pytest.mark.integration

KEY = day_bundle_key("admission", DAY.date(), "city")


@pytest.fixture
def store(tmp_path: Path) -> QuickStore:
    """Return the store of an empty lake."""
    return QuickStore(tmp_path / "lake")


def staged(store: QuickStore) -> Counter[str]:
    """Return how often each event is in the current staged files."""
    files = (pa.BufferReader(store.read(file.key)) for file in Lake(store).staged_files())
    return Counter(one for file in files for one in pq.read_table(file, columns=["event_id"])["event_id"].to_pylist())


def in_quarantine(store: QuickStore) -> dict[str, Reason]:
    return {entry.key: entry.reason for entry in Lake(store).quarantine.open_entries()}


def ids(*events: Event) -> Counter[str]:
    return Counter(event.event_id for event in events)


def problems(store: QuickStore) -> list[tuple[str, str]]:
    """Return the name and the kind of each problem of an object; no run counted these events."""
    found = verify(Lake(store)).problems
    return [(Path(problem.key).name, problem.kind.value) for problem in found if not problem.key.endswith("/")]


def raw_counts(store: QuickStore) -> int:
    lake = Lake(store)
    runs = lake.staging_runs()
    counts = count_raw(lake, lake.raw_tree(), runs, Removed(store, []), Counter(), lambda _: True)
    return counts.total()


def test_bundles_and_single_objects_of_the_same_events_stage_to_the_same_files(tmp_path: Path) -> None:
    events = [*some_events(400), *(admission(9000 + number, hospital="aaa") for number in range(30))]
    singles, bundled = QuickStore(tmp_path / "singles"), QuickStore(tmp_path / "bundled")
    put_all(singles, events)
    put_bundles(bundled, events)

    for one in (singles, bundled):
        stage(Lake(one))

    files = [file.key for file in Lake(singles).staged_files()]
    assert files == [file.key for file in Lake(bundled).staged_files()]
    for key in files:
        one, other = (pq.read_table(pa.BufferReader(store.read(key))) for store in (singles, bundled))
        assert one.equals(other)
    assert stage(Lake(bundled)).manifests == []
    assert problems(bundled) == []
    assert verify(Lake(bundled)).raw_objects == raw_counts(bundled) == len(events)


def test_a_day_of_more_bundles_than_a_batch_is_sorted_whole(tmp_path: Path) -> None:
    events = [admission(number, DAY + timedelta(seconds=number % 7), f"h{number % 80}") for number in range(1, 400)]
    singles, bundled = QuickStore(tmp_path / "singles"), QuickStore(tmp_path / "bundled")
    put_all(singles, events)
    put_bundles(bundled, events)
    for one in (singles, bundled):
        stage(Lake(one))
    (key,) = (file.key for file in Lake(bundled).staged_files())
    one, other = (pq.read_table(pa.BufferReader(store.read(key))) for store in (singles, bundled))
    assert one.equals(other)
    assert problems(bundled) == []


def test_broken_lines_are_quarantined_by_their_numbers_and_the_others_are_staged(store: QuickStore) -> None:
    first, second, third = admission(1), admission(2), admission(3)
    other_day, other_hospital = admission(4, DAY + timedelta(days=1)), admission(5, hospital="other")
    good = encode(first)
    lines = [
        good,
        b"",
        good[:-20],
        encode(second) + encode(third),
        encode(other_day),
        encode(other_hospital),
        good.replace(b'"bed_number":1', b'"bed_number":0'),
        encode(admission(9)) + b" " * (1 << 16),
        encode(second) + b"\r",
    ]
    put_bundle(store, lines, KEY)

    summary = stage(Lake(store))

    assert staged(store) == ids(first, second)
    assert in_quarantine(store) == {
        line_key(KEY, 2): Reason.NOT_JSON,
        line_key(KEY, 3): Reason.NOT_JSON,
        line_key(KEY, 4): Reason.NOT_JSON,
        line_key(KEY, 5): Reason.WRONG_PARTITION,
        line_key(KEY, 6): Reason.WRONG_PARTITION,
        line_key(KEY, 7): Reason.IMPOSSIBLE_VALUE,
        line_key(KEY, 8): Reason.TOO_LARGE,
    }
    assert (summary.rows, summary.rejected, summary.raw_objects) == (2, 7, 1)
    assert store.read(quarantined_object_key(line_key(KEY, 3))) == good[:-20]
    assert raw_counts(store) == len(lines)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zstd.compress(encode(admission()) + b"\n")[:40], Reason.BROKEN_BUNDLE),
        (encode(admission()), Reason.BROKEN_BUNDLE),
        (zstd.compress(bytes(1 << 28)), Reason.BROKEN_BUNDLE),
    ],
    ids=["cut", "not compressed", "bomb"],
)
def test_a_bundle_that_cannot_be_unpacked_is_quarantined_whole_and_replayed_when_it_can(
    store: QuickStore, data: bytes, reason: Reason
) -> None:
    store.create(f"raw/{KEY}", data)
    put_event(store, admission(7, hospital="city"))
    put_bundles(store, [admission(8, hospital="other")])

    stage(Lake(store))

    assert staged(store) == ids(admission(7), admission(8))
    assert in_quarantine(store) == {KEY: reason}

    Path(store.url, "raw", KEY).unlink()
    put_bundle(store, [encode(admission(1)), b"no event", encode(admission(2))], KEY)
    summary = replay(Lake(store))

    assert summary.closed == 0  # one leaves, one line comes
    assert staged(store) == ids(*(admission(number) for number in (1, 2, 7, 8)))
    assert in_quarantine(store) == {line_key(KEY, 2): Reason.NOT_JSON}
    assert replay(Lake(store)).staged.manifests == []
    assert raw_counts(store) == 5


def test_a_line_that_keeps_the_contract_now_is_replayed(store: QuickStore) -> None:
    put_bundle(store, [encode(admission(1)), b"{", encode(admission(2))], KEY)
    stage(Lake(store))
    Path(store.url, "raw", KEY).unlink()
    put_bundle(store, [encode(admission(1)), encode(admission(3)), encode(admission(2))], KEY)

    assert replay(Lake(store)).closed == 1
    assert staged(store) == ids(*(admission(number) for number in (1, 2, 3)))
    assert in_quarantine(store) == {}
    assert replay(Lake(store)).staged.manifests == []
    assert stage(Lake(store)).manifests == []


def test_a_replay_takes_whole_bundles_and_single_lines_together(store: QuickStore) -> None:
    other = day_bundle_key("admission", DAY.date(), "other")
    put_bundle(store, [b"{", encode(admission(1))], KEY)
    store.create(f"raw/{other}", b"no bundle")
    stage(Lake(store))
    for key in (KEY, other):
        Path(store.url, "raw", key).unlink()
    put_bundle(store, [encode(admission(2)), encode(admission(1))], KEY)
    put_bundle(store, [encode(admission(3, hospital="other"))], other)

    assert replay(Lake(store)).closed == 2
    assert staged(store) == ids(*(admission(number) for number in (1, 2, 3)))
    assert in_quarantine(store) == {}


def test_an_event_in_both_forms_is_staged_once_and_said(store: QuickStore) -> None:
    put_event(store, admission(1))
    put_bundles(store, [admission(1), admission(2)])
    put_bundles(store, [admission(2), admission(3)], OPENING)
    summary = stage(Lake(store))
    assert summary.quarantined == {"duplicate_event": 2}
    assert staged(store) == ids(*(admission(number) for number in (1, 2, 3)))
    assert set(in_quarantine(store).values()) == {Reason.DUPLICATE_EVENT}

    # A single object of an event that a bundle brought.
    put_event(store, admission(3))
    assert stage(Lake(store)).quarantined == {"duplicate_event": 1}
    # A bundle that comes after the single object.
    put_event(store, admission(11, hospital="other"))
    stage(Lake(store))
    put_bundles(store, [admission(11, hospital="other"), admission(12, hospital="other")])
    stage(Lake(store))
    assert staged(store) == ids(*(admission(number) for number in (1, 2, 3, 11, 12)))
    assert in_quarantine(store)[event_key(admission(3))] is Reason.DUPLICATE_EVENT
    assert replay(Lake(store)).staged.manifests == []


def test_a_line_that_is_there_twice_is_staged_once(store: QuickStore) -> None:
    put_bundle(store, [encode(admission(1)), encode(admission(2)), encode(admission(1))], KEY)
    stage(Lake(store))
    assert staged(store) == ids(admission(1), admission(2))
    assert in_quarantine(store) == {line_key(KEY, 3): Reason.DUPLICATE_EVENT}


def test_an_event_that_is_broken_in_one_form_is_staged_from_the_other(store: QuickStore) -> None:
    key = event_key(admission(1))
    store.create(f"raw/{key}", b"{")
    stage(Lake(store))
    put_bundles(store, [admission(1)])
    stage(Lake(store))
    assert staged(store) == ids(admission(1))
    assert in_quarantine(store) == {key: Reason.NOT_JSON}

    Path(store.url, "raw", key).write_bytes(encode(admission(1)))
    replay(Lake(store))
    assert staged(store) == ids(admission(1))


def test_a_bundle_that_vanished_stops_nothing(store: QuickStore) -> None:
    put_bundles(store, [admission(1), admission(2, hospital="other")])

    class Vanishing(QuickStore):
        """A lake from which a bundle is taken away after it was listed."""

        def create(self, key: str, data: bytes) -> bool:
            if key.endswith("plan.json"):
                Path(self.url, "raw", KEY).unlink(missing_ok=True)
            return super().create(key, data)

    stage(Lake(Vanishing(store.url)))
    assert staged(store) == ids(admission(2))
    assert in_quarantine(store) == {KEY: Reason.GONE}


def test_events_of_bundles_are_set_aside_forgotten_pruned_and_brought_back(store: QuickStore) -> None:
    events = [admission(number) for number in range(1, 5)]
    old = [admission(number, DAY - timedelta(days=3)) for number in range(5, 8)]
    put_bundles(store, [*events, *old])
    lake = Lake(store)

    aside = set_aside(lake, [event_key(events[0])], "a wrong ward")
    assert staged(store) == ids(*events[1:], *old)
    assert in_quarantine(store) == {event_key(events[0]): Reason.SET_ASIDE}
    assert problems(store) == []
    undo(lake, Action.SET_ASIDE, aside.number or 0)
    assert staged(store) == ids(*events, *old)
    assert problems(store) == []

    forget(lake, "erasure", patient=events[1].patient_id)
    for event in old:
        forget(lake, "a bad batch", keys=[event_key(event)])
    summary = prune(lake)

    assert summary.kept == (KEY,)
    assert list(store.keys("raw/admission/")) == [f"raw/{KEY}"]
    assert staged(store) == ids(events[0], *events[2:])
    assert problems(store) == []
    assert prune(lake).events == 0


def test_verification_names_what_happened_to_a_bundle(store: QuickStore) -> None:
    days = [DAY + timedelta(days=number) for number in range(5)]
    for day in days:
        put_bundles(store, [admission(100 + day.day, day), admission(200 + day.day, day)])
    stage(Lake(store))
    cut, replaced, shorter, gone, packed = (
        Path(store.url, "raw", day_bundle_key("admission", day.date(), "city")) for day in days
    )
    cut.write_bytes(cut.read_bytes()[:30])
    line = encode(admission(100 + days[1].day, days[1]))
    changed = line.replace(b'"sex":"female"', b'"sex":"male"')
    replaced.write_bytes(zstd.compress(changed + b"\n" + encode(admission(200 + days[1].day, days[1])) + b"\n"))
    shorter.write_bytes(zstd.compress(encode(admission(100 + days[2].day, days[2])) + b"\n"))
    gone.unlink()
    packed.write_bytes(zstd.compress(zstd.decompress(packed.read_bytes()), 19))

    name = "admission_city.ndjson.zst"
    assert sorted(problems(store)) == [
        (name, "altered"),  # cut off
        (name, "altered"),  # a line is gone
        (name, "missing"),
        (f"{name}.line-1", "altered"),
    ]


def test_a_power_cut_anywhere_does_not_change_the_completed_lake(tmp_path: Path) -> None:
    events = [*some_events(6), admission(50, hospital="other")]

    def fill(store: QuickStore) -> None:
        put_bundles(store, events)
        put_bundle(store, [b"{", encode(admission(1))], day_bundle_key("admission", date(2024, 4, 1), "city"))
        put_event(store, events[0])

    whole = QuickStore(tmp_path / "whole")
    fill(whole)
    before = len(contents(whole))
    stage(Lake(whole))
    expected = contents(whole)
    for point in range(len(expected) - before + 1):
        store = QuickStore(tmp_path / f"cut{point}")
        fill(store)
        with pytest.raises(PowerCut):
            stage(Lake(FailingStore(store.url, point)))
        stage(Lake(store))
        assert contents(store) == expected, f"cut off before creation {point}"


def test_both_bundles_of_a_hospital_are_in_one_batch() -> None:
    names = ("aaa", "city", f"city{OPENING}", "town")
    bundles = BundleNames("admission", DAY.date(), tuple((name, None) for name in names))
    parts = [[name for name, _ in part.bundles] for part in bundles.parts(2)]
    assert parts == [["aaa", "city", f"city{OPENING}"], ["town"]]
