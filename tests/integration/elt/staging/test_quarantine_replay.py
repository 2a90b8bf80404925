"""A replay stages quarantined objects whose cause is fixed; they leave the list, and their history stays."""

from datetime import date
from pathlib import Path

import pytest
from lakes import DAY, FailingStore, PowerCut, QuickStore, admission, contents, put_all, put_record, some_events

from elt import EmptyLakeError
from elt.lake.lake import Lake
from elt.lake.quarantine import Reason
from elt.staging import replay, stage
from elt.verification import verify
from hospital_sim.events import encode
from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration


@pytest.fixture
def lake(tmp_path: Path) -> LocalStore:
    store = QuickStore(tmp_path / "lake")
    fill(store)
    stage(Lake(store))
    return store


def fill(store: LocalStore) -> None:
    put_all(store, some_events(10))
    store.create(f"raw/{key(901)}", encode(admission(901))[:100])
    store.create(f"raw/{key(902)}", b"{}")
    store.create("raw/notes.txt", b"hello")


def key(number: int) -> str:
    return key_of("admission", DAY.date(), admission(number).event_id)


def mend(store: LocalStore, number: int) -> None:
    Path(store.url, "raw", key(number)).write_bytes(encode(admission(number)))


def test_a_replay_changes_nothing_while_the_cause_is_not_fixed(lake: LocalStore) -> None:
    before = contents(lake)

    summary = replay(Lake(lake))

    assert (summary.closed, summary.staged.rows) == (0, 0)
    assert summary.still_open == {"foreign_key": 1, "missing_field": 1, "not_json": 1}
    assert contents(lake) == before


def test_a_fixed_object_is_staged_and_leaves_the_list_but_keeps_its_history(lake: LocalStore) -> None:
    assert f"raw/{key(901)}" in {problem.key for problem in verify(Lake(lake)).problems}
    mend(lake, 901)

    summary = replay(Lake(lake))

    assert (summary.closed, summary.staged.rows, summary.staged.manifests) == (1, 1, [2])
    assert Lake(lake).quarantine.open_counts() == {Reason.FOREIGN_KEY: 1, Reason.MISSING_FIELD: 1}
    assert key(901) in {entry.key for entry in Lake(lake).quarantine.entries()}
    assert lake.read(f"quarantine/objects/{key(901)}") == encode(admission(901))[:100]
    assert Lake(lake).staged_counts()["admission", "city", "acute", DAY.date()] == 11
    assert stage(Lake(lake)).manifests == []
    assert replay(Lake(lake)).closed == 0
    assert f"raw/{key(901)}" not in {problem.key for problem in verify(Lake(lake)).problems}


def test_a_replayed_event_of_a_closed_month_is_late(tmp_path: Path) -> None:
    store = QuickStore(tmp_path / "lake")
    fill(store)
    put_record(store, date(2024, 3, 31))
    stage(Lake(store))
    mend(store, 901)

    assert replay(Lake(store)).staged.late == 1


def test_a_fixed_run_record_leaves_the_list(lake: LocalStore) -> None:
    lake.create(f"raw/_runs/{5:032x}.json", b"{")
    assert stage(Lake(lake)).quarantined == {"broken_run_record": 1}
    Path(lake.url, f"raw/_runs/{5:032x}.json").unlink()
    put_record(lake, date(2024, 3, 31), run=5)

    assert replay(Lake(lake)).closed == 1
    assert Reason.BROKEN_RUN_RECORD not in Lake(lake).quarantine.open_counts()


def test_a_replay_interrupted_anywhere_is_completed(lake: LocalStore, tmp_path: Path) -> None:
    for number in (901, 902):
        mend(lake, number)
    start = contents(lake)
    replay(Lake(lake))
    expected = contents(lake)

    for point in range(len(expected) - len(start) + 1):
        store = QuickStore(tmp_path / f"cut{point}")
        for name, data in start.items():
            store.create(name, data)
        with pytest.raises(PowerCut):
            replay(Lake(FailingStore(store.url, point)))
        replay(Lake(store))

        assert contents(store) == expected, f"cut off before creation {point}"


def test_staging_completes_an_interrupted_replay(lake: LocalStore) -> None:
    mend(lake, 901)
    with pytest.raises(PowerCut):
        replay(Lake(FailingStore(lake.url, 4)))

    summary = stage(Lake(lake))

    assert summary.manifests == [2]
    assert Lake(lake).quarantine.open_counts() == {Reason.FOREIGN_KEY: 1, Reason.MISSING_FIELD: 1}


def test_a_missing_object_stays_on_the_list(lake: LocalStore) -> None:
    Path(lake.url, "raw", key(901)).unlink()

    assert replay(Lake(lake)).closed == 0
    assert Lake(lake).quarantine.open_counts()[Reason.NOT_JSON] == 1


def test_a_lake_that_was_never_staged_has_nothing_to_replay(tmp_path: Path) -> None:
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(1))

    with pytest.raises(EmptyLakeError, match="hospital-elt stage"):
        replay(Lake(store))
