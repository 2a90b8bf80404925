"""A lake with bundles reads as it does without them, whatever was lost or cut off since they were written."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt import BrokenLakeError
from elt.lake.lake import Lake
from elt.lake.layout import commit_key, is_bundle_key, plan_key
from elt.lake.manifests import MANIFEST_VERSION, ClosedMonths, Commit, Plan
from elt.lake.staging_runs import StagingRun, bundle_manifests
from hospital_sim.events import RunRecord, RunStarted, encode
from hospital_sim.events.keys import record_key, started_key
from hospital_sim.storage import BundledFolder, Runs, bundles, open_store

pytestmark = pytest.mark.property

STEP = st.sampled_from(["start", "finish", "break", "lose", "bundle", "cut off"])


@pytest.fixture(autouse=True)
def frequent_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a bundle whenever one is asked for, if there is a finished run that none holds."""
    monkeypatch.setattr(bundles, "BUNDLED_TOGETHER", 1)


def without_bundles(lake: Lake) -> Lake:
    """Return a copy of a lake without its bundles."""
    copy = open_store(f"memory://{uuid4().hex}")
    copy.create_many((key, data) for key, data in lake.store.read_many(lake.store.keys()) if not is_bundle_key(key))
    return Lake(copy)


def cut_off_bundles(lake: Lake) -> None:
    for key in list(filter(is_bundle_key, lake.store.keys())):
        data = lake.store.read(key)
        lake.store.delete_many([key])
        lake.store.create(key, data[: len(data) // 2])


def read_runs(lake: Lake) -> Iterator[object]:
    runs = lake.runs()
    yield from (*runs.finished(), *runs.started(), *runs.unfinished())


def started(number: int) -> RunStarted:
    day = date(2024, 1, 1)
    return RunStarted(
        1, f"{number:032x}", "0" * 32, 1, "city", "City", {}, "0" * 32, 1, 0, day, day, day, departments=()
    )  # fmt: skip


@given(st.lists(st.tuples(STEP, st.integers(1, 5)), max_size=30))
def test_runs_read_the_same_with_bundles_as_without(steps: list[tuple[str, int]]) -> None:
    lake = Lake(open_store(f"memory://{uuid4().hex}"))
    store, raw = lake.store, "raw/"
    for step, number in steps:
        run = started(number)
        start, record = raw + started_key(run.run_id), raw + record_key(run.run_id)
        if step == "start" and not store.exists(start):
            store.create(start, encode(run))
        elif step == "finish" and not store.exists(record):
            store.create(record, encode(RunRecord(run, (), ())))
        elif step == "break" and not store.exists(raw + record_key(f"{number + 5:032x}")):
            store.create(raw + record_key(f"{number + 5:032x}"), b"{}")
        elif step == "lose":
            store.delete_many([record])
        elif step == "bundle":
            Runs(store, raw).add_bundle()
        elif step == "cut off":
            cut_off_bundles(lake)

        assert list(read_runs(lake)) == list(read_runs(without_bundles(lake)))
    assert lake.raw_tree().unrecognised == []


def test_a_bundle_holds_sound_records_and_starts_of_finished_runs() -> None:
    store = open_store(f"memory://{uuid4().hex}")
    runs = [started(number) for number in range(4)]
    store.create_many((started_key(run.run_id), encode(run)) for run in runs)
    store.create_many((record_key(run.run_id), encode(RunRecord(run, (), ()))) for run in runs[:2])
    store.create(record_key(runs[2].run_id), b"{}")

    Runs(store).add_bundle()

    folder = BundledFolder(store, "_runs/")
    [bundle] = folder.bundles
    assert folder.copies(bundle) == {
        key(run.run_id): store.read(key(run.run_id)) for run in runs[:2] for key in (started_key, record_key)
    }


def put_manifests(lake: Lake, number: int, *, finished: bool) -> None:
    plan = Plan(MANIFEST_VERSION, number, 1, ClosedMonths(), ClosedMonths(), (), None, 0)
    lake.store.create(plan_key(number), msgspec.json.encode(plan))
    if finished:
        lake.store.create(commit_key(number), msgspec.json.encode(Commit(MANIFEST_VERSION, number, "", (), 0)))


def read_manifests(lake: Lake) -> list[StagingRun] | str:
    try:
        return lake.staging_runs()
    except BrokenLakeError as error:
        return str(error)


@given(st.lists(st.sampled_from(["stage", "plan", "bundle", "cut off", "lose"]), max_size=20), st.integers(1, 9))
def test_staging_runs_read_the_same_with_bundles_as_without(steps: list[str], lost: int) -> None:
    lake, number = Lake(open_store(f"memory://{uuid4().hex}")), 0
    for step in steps:
        if step in ("stage", "plan"):
            number += 1
            put_manifests(lake, number, finished=step == "stage")
        elif step == "bundle" and not isinstance(read_manifests(lake), str):
            bundle_manifests(lake.store)
        elif step == "cut off":
            cut_off_bundles(lake)
        elif step == "lose":
            lake.store.delete_many([plan_key(lost), commit_key(lost)])

        assert read_manifests(lake) == read_manifests(without_bundles(lake))
