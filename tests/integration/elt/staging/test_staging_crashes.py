"""The same command completes a staging run that was interrupted anywhere: nothing lost, nothing twice."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from kills import kill_in_the_middle, run_and_kill, run_whole
from lakes import DAY, FailingStore, PowerCut, QuickStore, admission, contents, put_all, put_event, some_events
from s3_servers import S3Server

from elt.lake import layout
from elt.lake.lake import Lake
from elt.staging import stage
from elt.verification import verify
from hospital_sim.events import encode
from hospital_sim.events.keys import event_key, key_of
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.integration

STAGE = [sys.executable, "-c", "from elt.cli import main; main()", "stage", "--json"]

# Pretends that the machine has processors for both, because otherwise one process does all the work.
MANY_PROCESSORS = "from elt.lake import workers; workers.processors = lambda: 4; from elt.cli import main; main()"
STAGE_BY_TWO = [sys.executable, "-c", MANY_PROCESSORS, "stage", "--json", "--workers", "2"]


def fill(root: Path) -> LocalStore:
    store = QuickStore(root)
    put_all(store, some_events(20))
    store.create("raw/notes.txt", b"hello")
    store.create(f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}", b"{")
    return store


Record = Callable[[str, object], None]


def staged_identifiers(store: LocalStore) -> list[tuple[str, str]]:
    found = []
    for file in Lake(store).staged_files():
        table = pq.read_table(f"{store.url}/{file.key}", partitioning=None, columns=["event_type", "event_id"])
        found += [(row["event_type"], row["event_id"]) for row in table.to_pylist()]
    return sorted(found)


def test_a_power_cut_anywhere_does_not_change_the_completed_lake(tmp_path: Path) -> None:
    reference = fill(tmp_path / "reference")
    before = len(contents(reference))
    stage(Lake(reference))
    expected = contents(reference)
    creations = len(expected) - before + 1  # the plan is created twice

    for point in range(creations):
        store = fill(tmp_path / f"cut{point}")
        with pytest.raises(PowerCut):
            stage(Lake(FailingStore(store.url, point)))

        summary = stage(Lake(store))

        assert contents(store) == expected, f"cut off before creation {point}"
        assert summary.manifests == [1]


def test_more_power_cuts_while_completing_do_not_change_it_either(tmp_path: Path) -> None:
    reference = fill(tmp_path / "reference")
    stage(Lake(reference))
    choices = random.Random(7)

    for attempt in range(10):
        store = fill(tmp_path / f"cut{attempt}")
        for _ in range(3):
            try:
                stage(Lake(FailingStore(store.url, choices.randrange(8))))
            except PowerCut:
                continue
        stage(Lake(store))

        assert contents(store) == contents(reference)


def test_events_that_arrive_after_the_crash_get_their_own_plan(tmp_path: Path) -> None:
    store = fill(tmp_path / "lake")
    with pytest.raises(PowerCut):
        stage(Lake(FailingStore(store.url, 12)))
    assert store.exists(layout.plan_key(1))
    assert not store.exists(layout.commit_key(1))
    put_event(store, admission(950))

    summary = stage(Lake(store))

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
                    stage(Lake(FailingStore(store.url, 8)))
                put_event(store, admission(951))
            return super().create(key, data)

    stage(Lake(Slow(store.url)))
    stage(Lake(store))

    assert len(set(staged_identifiers(store))) == len(staged_identifiers(store)) == 82


def test_two_runs_at_once_stage_everything_once(tmp_path: Path) -> None:
    store = fill(tmp_path / "lake")

    processes = [subprocess.Popen([*STAGE, "--lake", store.url], stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert len(set(staged_identifiers(store))) == len(staged_identifiers(store)) == 80


def killed_and_completed(
    command: list[str], store: ObjectStore, expected: dict[str, bytes], choices: random.Random, seconds: float
) -> bool:
    """Kill a staging run, complete it, and compare; return whether it was killed after it began to write."""

    def begun() -> bool:
        return next(store.keys("manifests/"), None) is not None

    killed = run_and_kill(command, choices, seconds, begun=begun)
    left = contents(store)
    assert left.items() <= expected.items()

    run_whole(command)

    assert contents(store) == expected
    return killed and len(left) < len(expected)


@pytest.mark.parametrize("command", [STAGE, STAGE_BY_TWO], ids=["1", "2"])
def test_a_killed_run_is_completed_by_the_same_command(
    tmp_path: Path, soak: bool, command: list[str], record_property: Record
) -> None:
    reference = LocalStore(tmp_path / "reference")
    put_all(reference, some_events(300))
    seconds = run_whole([*command, "--lake", reference.url], begun=lambda: Path(reference.url, "manifests").exists())
    expected = contents(reference)
    choices = random.Random(11)

    def attempt() -> bool:
        store = LocalStore(tmp_path / f"killed{choices.random()}")
        put_all(store, some_events(300))
        return killed_and_completed([*command, "--lake", store.url], store, expected, choices, seconds)

    kill_in_the_middle(25 if soak else 2, attempt, record_property)


def test_a_run_on_s3_that_was_killed_is_completed_by_the_same_command(
    seaweed: S3Server, soak: bool, record_property: Record
) -> None:
    reference = open_store(seaweed.new_url())
    reference.create_many(raw_objects(100))
    seconds = run_whole([*STAGE, "--lake", reference.url], begun=lambda: any(reference.keys("manifests/")))
    expected = contents(reference)
    choices = random.Random(12)

    def attempt() -> bool:
        store = open_store(seaweed.new_url())
        store.create_many(raw_objects(100))
        return killed_and_completed([*STAGE, "--lake", store.url], store, expected, choices, seconds)

    kill_in_the_middle(30 if soak else 3, attempt, record_property)


def raw_objects(count: int) -> list[tuple[str, bytes]]:
    return [(f"raw/{event_key(event)}", encode(event)) for event in some_events(count)]


def test_a_lake_on_s3_is_staged_and_verified_like_one_on_disk(seaweed: S3Server, tmp_path: Path) -> None:
    far, near = open_store(seaweed.new_url()), QuickStore(tmp_path / "lake")
    for store in (far, near):
        store.create_many(raw_objects(60))
        store.create(f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}", b"{")
        store.create("raw/notes.txt", b"hello")

        stage(Lake(store), workers=2)

    assert contents(far) == contents(near)
    assert verify(Lake(far)).as_dict()["problems"] == verify(Lake(near)).as_dict()["problems"]


def test_two_runs_at_once_on_s3_stage_everything_once(seaweed: S3Server) -> None:
    store = open_store(seaweed.new_url())
    store.create_many(raw_objects(50))

    processes = [
        subprocess.Popen([*STAGE, "--lake", store.url], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=60)[1] for process in processes]

    assert [process.returncode for process in processes] == [0, 0], (
        errors,
        [process.returncode for process in processes],
    )
    assert sum(file.rows for file in Lake(store).staged_files()) == 200
    assert len(list(store.keys("staging/"))) == len(Lake(store).staged_files())


def test_a_full_disk_is_named_and_the_same_command_completes_the_work(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(400))
    # The system refuses to let any file grow beyond this, as it refuses when a disk is full.
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000)); "
    command = [sys.executable, "-c", f"{limited}from elt.cli import main; main()", "stage", "--lake", store.url]

    failed = subprocess.run(command, capture_output=True, text=True, check=False)

    assert failed.returncode == 1
    assert "cannot be written" in failed.stderr
    assert "staging/" in failed.stderr
    assert len(failed.stderr.splitlines()) <= 2
    assert stage(Lake(store)).rows == 1600
    assert verify_raw(store) == []


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may write everywhere")
def test_a_lost_permission_is_named_and_the_same_command_completes_the_work(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(20))
    manifests_folder = Path(store.url, "manifests")
    manifests_folder.mkdir(0o500)
    without_privilege = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []

    failed = subprocess.run(
        [*without_privilege, *STAGE, "--lake", store.url], capture_output=True, text=True, check=False
    )
    manifests_folder.chmod(0o700)

    assert failed.returncode == 2, failed.stderr
    assert "manifests" in failed.stderr
    assert "Permission denied" in failed.stderr
    assert stage(Lake(store)).rows == 80


def verify_raw(store: LocalStore) -> list[str]:
    # Of hand-made events no run tells; every other problem counts.
    return [
        problem.key for problem in verify(Lake(store)).problems if "which no run record names" not in problem.detail
    ]
