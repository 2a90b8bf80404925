"""A staging run that is cut off anywhere is completed by the same command: nothing lost, nothing twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from lakes import DAY, FailingStore, PowerCut, QuickStore, admission, contents, put_all, put_event, some_events

from elt import layout, manifests
from elt.staging import stage
from hospital_sim.layout import key_of
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

STAGE = [sys.executable, "-c", "from elt.cli import main; main()", "stage", "--json"]


def fill(root: Path) -> LocalStore:
    store = QuickStore(root)
    put_all(store, some_events(20))
    store.create("raw/notes.txt", b"hello")
    store.create(f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}", b"{")
    return store


def staged_identifiers(store: LocalStore) -> list[tuple[str, str]]:
    found = []
    for file in manifests.staged_files(store):
        table = pq.read_table(f"{store.url}/{file.key}", partitioning=None, columns=["event_type", "event_id"])
        found += [(row["event_type"], row["event_id"]) for row in table.to_pylist()]
    return sorted(found)


def test_wherever_the_power_goes_off_the_lake_becomes_the_same(tmp_path: Path) -> None:
    reference = fill(tmp_path / "reference")
    before = len(contents(reference))
    stage(reference)
    expected = contents(reference)
    creations = len(expected) - before + 1  # the plan is created twice

    for point in range(creations):
        store = fill(tmp_path / f"cut{point}")
        with pytest.raises(PowerCut):
            stage(FailingStore(store.url, point))

        summary = stage(store)

        assert contents(store) == expected, f"cut off before creation {point}"
        assert summary.manifests == [1]


def test_a_second_cut_while_completing_changes_nothing_either(tmp_path: Path) -> None:
    reference = fill(tmp_path / "reference")
    stage(reference)
    choices = random.Random(7)

    for attempt in range(10):
        store = fill(tmp_path / f"cut{attempt}")
        for _ in range(3):
            try:
                stage(FailingStore(store.url, choices.randrange(8)))
            except PowerCut:
                continue
        stage(store)

        assert contents(store) == contents(reference)


def test_events_that_arrive_after_the_crash_are_staged_by_a_plan_of_their_own(tmp_path: Path) -> None:
    store = fill(tmp_path / "lake")
    with pytest.raises(PowerCut):
        stage(FailingStore(store.url, 12))
    assert store.exists(layout.plan_key(1))
    assert not store.exists(layout.commit_key(1))
    put_event(store, admission(950))

    summary = stage(store)

    assert summary.manifests == [1, 2]
    assert summary.raw_objects == 80 + 2 + 1
    assert len(set(staged_identifiers(store))) == len(staged_identifiers(store)) == 81


def test_a_run_whose_number_was_taken_completes_the_other_plan_first(tmp_path: Path) -> None:
    store = fill(tmp_path / "lake")

    class Slow(LocalStore):
        """Another run stages the lake, with one event more, just before this one creates its plan."""

        raced = False

        def create(self, key: str, data: bytes) -> bool:
            if key == layout.plan_key(1) and not self.raced:
                self.raced = True
                put_event(store, admission(950))
                with pytest.raises(PowerCut):
                    stage(FailingStore(store.url, 8))
                put_event(store, admission(951))
            return super().create(key, data)

    stage(Slow(store.url))
    stage(store)

    assert len(set(staged_identifiers(store))) == len(staged_identifiers(store)) == 82


def test_two_runs_at_once_stage_everything_once(tmp_path: Path) -> None:
    store = fill(tmp_path / "lake")

    processes = [subprocess.Popen([*STAGE, "--lake", store.url], stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert len(set(staged_identifiers(store))) == len(staged_identifiers(store)) == 80


def test_a_killed_run_is_completed_by_the_same_command(tmp_path: Path, soak: bool) -> None:
    reference = LocalStore(tmp_path / "reference")
    put_all(reference, some_events(300))
    stage(reference)
    choices = random.Random(11)

    for attempt in range(60 if soak else 3):
        store = LocalStore(tmp_path / f"killed{attempt}")
        put_all(store, some_events(300))
        _kill_at_random(store, choices)

        completed = subprocess.run([*STAGE, "--lake", store.url], capture_output=True, check=False)

        assert completed.returncode == 0, completed.stderr
        assert contents(store) == contents(reference)


def _kill_at_random(store: LocalStore, choices: random.Random) -> None:
    """Kill a staging run, workers and all, some moments after it began to write."""
    process = subprocess.Popen(
        [*STAGE, "--lake", store.url, "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    begun = Path(store.url, "manifests")
    while process.poll() is None and not begun.exists():
        time.sleep(0.001)
    time.sleep(choices.uniform(0, 0.4))
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
