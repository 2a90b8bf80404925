"""Bundles of a lake are copied, verified and pruned, and a power cut while one is written loses nothing."""

from datetime import date
from pathlib import Path

import pytest
from lakes import FailingStore, PowerCut, QuickStore, contents, put_all, put_record, some_events

from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.lake.layout import BUNDLED_FOLDERS, is_bundle_key, plan_key
from elt.repair.prune import prune
from elt.staging import run, stage
from elt.verification import verify
from hospital_sim.storage import BundledFolder, Runs, bundles

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def frequent_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bundles, run):
        monkeypatch.setattr(module, "BUNDLED_TOGETHER", 1)


def spend_nights(store: QuickStore, first: int, last: int) -> None:
    """Add runs without events of their own, and staging runs, with a bundle of each."""
    for number in range(first, last + 1):
        put_all(store, some_events(1, first=number))
        put_record(store, date(2024, 3, 31), "coast", run=2 * number)
        put_record(store, date(2024, 3, 31), "coast", run=2 * number + 1)
        Runs(store, "raw/").add_bundle()
        stage(Lake(store))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a lake with three bundles of each kind."""
    store = QuickStore(tmp_path / "lake")
    spend_nights(store, 1, 3)
    assert [len(BundledFolder(store, folder).bundles) for folder in BUNDLED_FOLDERS] == [3, 3]
    return Lake(store)


def problems(lake: Lake) -> set[tuple[str, str]]:
    """Return the problems of bundles."""
    found = ((problem.key, problem.detail) for problem in verify(lake).problems)
    return {(key, detail) for key, detail in found if is_bundle_key(key)}


def change(lake: Lake, key: str, data: bytes) -> None:
    lake.store.delete_many([key])
    lake.store.create(key, data)


def test_a_bundle_is_no_unrecognised_object(lake: Lake) -> None:
    assert lake.raw_tree().unrecognised == []
    assert list(lake.quarantine.entries()) == []
    assert problems(lake) == set()


@pytest.mark.parametrize("folder", BUNDLED_FOLDERS)
def test_verification_names_a_bundle_that_is_broken_or_differs_from_an_object(lake: Lake, folder: str) -> None:
    bundled = BundledFolder(lake.store, folder)
    original = bundled.keys[-2]  # no plan, because its commit shows a change
    change(lake, original, lake.store.read(original) + b"\n")
    change(lake, bundled.bundles[0], b"broken")
    assert problems(lake) == {
        (bundled.bundles[0], "not the bundle that was written; delete it, nothing refers to it"),
        (bundled.bundles[-1], f"differs from {original}, which was changed after it was copied"),
    }


def test_verification_reads_no_object_from_a_bundle(lake: Lake) -> None:
    change(lake, plan_key(1), b"{}")
    record = BundledFolder(lake.store, BUNDLED_FOLDERS[0]).keys[0]
    change(lake, record, b"{}")
    assert {plan_key(1), record} <= {problem.key for problem in verify(lake).problems}
    assert problems(lake) == set(), "the objects themselves are named"


def test_a_prune_leaves_the_newest_bundles_and_every_other_object(lake: Lake) -> None:
    before, newest = contents(lake.store), [BundledFolder(lake.store, folder).bundles[-1] for folder in BUNDLED_FOLDERS]
    prune(lake)
    assert contents(lake.store) == {
        key: data for key, data in before.items() if not is_bundle_key(key) or key in newest
    }


def test_a_copy_has_the_bundles_and_keeps_those_that_the_lake_has_pruned(lake: Lake, tmp_path: Path) -> None:
    copy = QuickStore(tmp_path / "copy")
    copy_lake(lake, copy)
    assert contents(copy) == contents(lake.store)
    prune(lake)
    spend_nights(QuickStore(lake.url), 4, 4)
    copy_lake(lake, copy)
    assert contents(lake.store).items() <= contents(copy).items()
    assert Lake(copy).staging_runs() == lake.staging_runs()


def test_a_power_cut_before_the_bundle_is_written_loses_nothing(lake: Lake) -> None:
    spend_nights(QuickStore(lake.url), 4, 4)
    put_all(lake.store, some_events(1, first=5))
    creations = 4 + 2 + 4 + 1  # the lists of inputs, the plan twice, the files and the commit
    with pytest.raises(PowerCut, match="bundle-000010"):
        stage(Lake(FailingStore(lake.url, creations)))
    assert stage(lake).manifests == []
    assert [staged.commit is not None for staged in lake.staging_runs()] == [True] * 5
    spend_nights(QuickStore(lake.url), 6, 6)
    assert "bundle-000012" in BundledFolder(lake.store, BUNDLED_FOLDERS[1]).bundles[-1]
