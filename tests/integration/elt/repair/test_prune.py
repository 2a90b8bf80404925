"""A prune deletes what is forgotten or superseded, and nothing else, whatever kills it."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest
from lakes import (
    DAY,
    FailingStore,
    PowerCut,
    QuickStore,
    admission,
    contents,
    identifier,
    put_all,
    put_record,
    some_events,
)

from elt import WrongCallError
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.repair import PruneSummary, compact, forget, prune, set_aside, undo
from elt.staging import stage
from elt.verification import verify
from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore, open_store

pytestmark = pytest.mark.integration


def key(number: int) -> str:
    return key_of("admission", DAY.date(), admission(number).event_id)


BROKEN = key_of("discharge", DAY.date(), identifier(901))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake in which events are forgotten and set aside, a month is compacted, and objects are in quarantine."""
    lake = Lake(QuickStore(tmp_path / "lake"))
    put_all(lake.store, some_events(10))
    stage(lake)
    put_all(lake.store, some_events(10, first=101))
    put_record(lake.store, date(2024, 3, 31))
    for name in (BROKEN, "notes.txt", "kept.txt"):
        lake.store.create(f"raw/{name}", b"{")
    stage(lake)
    set_aside(lake, [key(3)], "wrong")
    forget(lake, "a bad batch", keys=[key(4), key(104), BROKEN, "notes.txt"])
    compact(lake)
    return lake


GONE_RAW = {f"raw/{name}" for name in (key(4), key(104), BROKEN, "notes.txt")}
GONE_COPIES = {
    copy_key(name)
    for name in (BROKEN, "notes.txt")
    for copy_key in (layout.quarantined_object_key, layout.quarantine_entry_key)
}


def test_it_deletes_what_nothing_refers_to_and_nothing_else(lake: Lake) -> None:
    before, current = contents(lake.store), {file.key for file in lake.staged_files()}
    superseded = {name for name in before if name.startswith("staging/")} - current
    counted = prune(lake, dry_run=True)
    assert contents(lake.store) == before

    summary = prune(lake)

    assert (counted.number, counted.events, counted.superseded) == (None, 4, len(superseded))
    assert summary == PruneSummary(lake.url, Action.PRUNE, 6, None, 4, len(superseded), 0)
    after = contents(lake.store)
    assert before.keys() - after.keys() == GONE_RAW | GONE_COPIES | superseded
    assert {name: after[name] for name in before.keys() & after.keys()} == {
        name: data for name, data in before.items() if name in after
    }
    assert all(name.startswith("manifests/") for name in after.keys() - before.keys())
    assert {problem.key for problem in verify(lake).problems if problem.kind == "missing"} == set()
    assert prune(lake).number is None
    assert stage(lake).manifests == []


def test_what_is_pruned_cannot_be_taken_back_but_an_event_set_aside_can(lake: Lake) -> None:
    prune(lake)
    before = contents(lake.store)
    with pytest.raises(WrongCallError, match=r"^--undo 4: 3 of its raw objects are gone, perhaps pruned"):
        undo(lake, Action.FORGET, 4)
    with pytest.raises(WrongCallError, match=r"^--undo 5: staging/.*\.parquet is gone, perhaps pruned"):
        undo(lake, Action.COMPACT, 5)
    assert contents(lake.store) == before
    assert undo(lake, Action.SET_ASIDE, 3).events == 1


def test_a_pruned_event_that_comes_again_is_named_not_staged_and_deleted_again(lake: Lake) -> None:
    prune(lake)
    put_all(lake.store, some_events(10))
    named = [problem.detail for problem in verify(lake).problems if problem.key == f"raw/{key(4)}"]
    assert named == ["forgotten and pruned, but there again; hospital-elt prune deletes it"]
    assert stage(lake).rows == 0
    assert prune(lake).events == 1
    assert not lake.store.exists(f"raw/{key(4)}")
    assert not [problem for problem in verify(lake).problems if problem.key == f"raw/{key(4)}"]


def test_a_prune_killed_anywhere_is_completed_and_verified_in_between(lake: Lake, tmp_path: Path) -> None:
    start = contents(lake.store)
    prune(lake)
    whole = contents(lake.store)
    steps = len(start.keys() ^ whole.keys())
    for left in range(steps + 1):
        folder = tmp_path / str(left)
        QuickStore(folder).create_many(start.items())
        try:
            prune(Lake(FailingStore(str(folder), left)))
        except PowerCut:
            missing = [problem for problem in verify(Lake(QuickStore(folder))).problems if problem.kind == "missing"]
            assert not missing, left
            # The next staging completes it, as the same command does.
            stage(Lake(QuickStore(folder))) if left % 2 else prune(Lake(QuickStore(folder)))
        prune(Lake(QuickStore(folder)))
        assert contents(QuickStore(folder)) == whole, left


def test_nothing_is_pruned_where_nothing_is_forgotten(tmp_path: Path) -> None:
    lake = Lake(LocalStore(tmp_path))
    put_all(lake.store, some_events(3))
    assert prune(lake).number is None
    stage(lake)
    assert (prune(lake).number, prune(lake, dry_run=True).events) == (None, 0)


@pytest.mark.parametrize("url", ["{folder}/lake", "memory://{name}"])
def test_a_forgotten_object_is_deleted_whatever_its_name_or_named_if_no_request_can(tmp_path: Path, url: str) -> None:
    lake = Lake(open_store(url.format(folder=tmp_path, name=uuid4().hex), single_writer=True))
    put_all(lake.store, some_events(3))
    nameable = ["tab\there", "line\nbreak", "\x7f", "a b", "per%2Fcent"]
    for name in nameable:
        lake.store.create(f"raw/{name}", b"x")
    unnameable = []
    if url.startswith("memory"):
        unnameable = ["./d", "f/.."]
        for name in unnameable:
            fsspec.filesystem("memory").pipe_file(f"/{lake.url.removeprefix('memory://')}/raw/{name}", b"x")
    forget(lake, "none of ours", keys=[*nameable, *unnameable, key(1)])

    assert prune(lake, dry_run=True).unnameable == tuple(unnameable)
    summary = prune(lake)

    assert (summary.events, summary.unnameable) == (len(nameable) + 1, tuple(unnameable))
    assert lake.raw_tree().unrecognised == unnameable
    assert len(list(lake.raw_keys("admission/"))) == 2
