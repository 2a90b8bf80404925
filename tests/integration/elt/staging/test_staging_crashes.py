"""The same command completes a staging run that was interrupted anywhere: nothing lost, nothing twice."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kills import kill_in_the_middle, run_and_kill
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
from s3_servers import S3Server

from elt.lake import layout
from elt.lake.lake import Lake
from elt.staging import stage
from elt.verification import verify
from hospital_sim.events import encode
from hospital_sim.events.keys import day_bundle_key, event_key, key_of
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.integration

STAGE = ["hospital-elt", "stage", "--json"]

# Pretends that the machine has processors for both, because otherwise one process does all the work.
MANY_PROCESSORS = "from elt.lake import workers; workers.processors = lambda: 4; from elt.cli import main; main()"
STAGE_BY_TWO = [sys.executable, "-c", MANY_PROCESSORS, "stage", "--json", "--workers", "2"]


def fill(store: ObjectStore, events: int) -> None:
    """Put events of each type, an unrecognised and a broken object into a lake."""
    store.create_many([(f"raw/{event_key(event)}", encode(event)) for event in some_events(events)])
    store.create("raw/notes.txt", b"hello")
    store.create(f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}", b"{")


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    """Return a lake of 20 events and two other objects."""
    store = QuickStore(tmp_path / "lake")
    fill(store, 5)
    return store


def staged_identifiers(store: ObjectStore) -> list[tuple[str, str]]:
    identifiers = []
    for file in Lake(store).staged_files():
        table = pq.read_table(pa.BufferReader(store.read(file.key)), columns=["event_type", "event_id"])
        identifiers += [(row["event_type"], row["event_id"]) for row in table.to_pylist()]
    return sorted(identifiers)


def test_a_power_cut_anywhere_does_not_change_the_completed_lake(lake: QuickStore, tmp_path: Path) -> None:
    before = len(contents(lake))
    stage(Lake(lake))
    expected = contents(lake)
    creations = len(expected) - before + 1  # the plan is created twice

    for point in range(creations):
        store = QuickStore(tmp_path / f"cut{point}")
        fill(store, 5)
        with pytest.raises(PowerCut):
            stage(Lake(FailingStore(store.url, point)))

        summary = stage(Lake(store))

        assert contents(store) == expected, f"cut off before creation {point}"
        assert summary.manifests == [1]


def test_a_run_whose_number_was_taken_completes_the_other_plan_first(lake: QuickStore) -> None:
    class Slow(QuickStore):
        """Another run stages the lake, with one event more, just before this one creates its plan."""

        raced = False

        def create(self, key: str, data: bytes) -> bool:
            if key == layout.plan_key(1) and not self.raced:
                self.raced = True
                put_event(lake, admission(950))
                with pytest.raises(PowerCut):
                    stage(Lake(FailingStore(lake.url, 8)))
                put_event(lake, admission(951))
            return super().create(key, data)

    assert stage(Lake(Slow(lake.url))).manifests == [1, 2]
    assert stage(Lake(lake)).manifests == []
    assert len(set(staged_identifiers(lake))) == len(staged_identifiers(lake)) == 22


@pytest.fixture(params=["disk", "s3"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ObjectStore]:
    """Return a function that returns an empty store."""
    if request.param == "disk":
        return lambda: LocalStore(tempfile.mkdtemp(dir=tmp_path))
    server: S3Server = request.getfixturevalue("seaweed")
    return lambda: open_store(server.new_url())


def test_two_runs_at_once_stage_everything_once(new_store: Callable[[], ObjectStore]) -> None:
    store = new_store()
    fill(store, 20)
    with ThreadPoolExecutor(2) as threads:
        for run in [threads.submit(stage, Lake(store)) for _ in range(2)]:
            run.result()
    assert len(set(staged_identifiers(store))) == len(staged_identifiers(store)) == 80
    assert len(list(store.keys("staging/"))) == len(Lake(store).staged_files())


FOLDERS = ("manifests/", "staging/")


def killed_and_completed(
    command: list[str], store: ObjectStore, expected: dict[str, bytes], choices: random.Random
) -> bool:
    """Kill a staging run after a random number of objects, complete it, and compare.

    Returns:
        True if it was killed before it ended.
    """
    store.create_many((key, data) for key, data in expected.items() if key.startswith("raw/"))
    number = choices.randrange(1, sum(key.startswith(FOLDERS) for key in expected) - 2)

    def begun() -> bool:
        return sum(1 for folder in FOLDERS for _ in store.keys(folder)) >= number

    killed = run_and_kill([*command, "--lake", store.url], choices, 0, begun=begun)
    objects = contents(store)
    assert objects.items() <= expected.items()

    stage(Lake(store))

    assert contents(store) == expected
    return killed and len(objects) < len(expected)


def fill_with_bundles(store: ObjectStore, events: int) -> None:
    """Put the same into a lake, the events in day bundles, one of them with a broken line."""
    put_bundles(store, some_events(events))
    put_bundle(store, [b"{"], day_bundle_key("admission", date(2024, 4, 1), "city"))
    store.create("raw/notes.txt", b"hello")


@pytest.mark.parametrize(
    ("new_store", "fill_lake", "kills"),
    [
        ("disk", fill, 1),
        # test_migration kills such a run too.
        pytest.param("s3", fill, 1, marks=pytest.mark.soak),
        ("disk", fill_with_bundles, 5),
        ("s3", fill_with_bundles, 5),
    ],
    indirect=["new_store"],
)
def test_a_killed_run_is_completed_to_the_lake_that_an_undisturbed_run_writes(
    new_store: Callable[[], ObjectStore],
    fill_lake: Callable[[ObjectStore, int], None],
    kills: int,
    tmp_path: Path,
    soak: bool,
    record_property: Callable[[str, object], None],
) -> None:
    choices, reference = random.Random(11), QuickStore(tmp_path / "reference")
    fill_lake(reference, 30)
    stage(Lake(reference))
    stores: list[ObjectStore] = []

    def attempt() -> bool:
        stores.append(new_store())
        usual = STAGE_BY_TWO if isinstance(stores[-1], LocalStore) else STAGE
        command = choices.choice([STAGE, STAGE_BY_TWO]) if soak else usual
        return killed_and_completed(command, stores[-1], contents(reference), choices)

    kill_in_the_middle(30 if soak else kills, attempt, record_property)
    assert verify(Lake(stores[-1])).as_dict()["problems"] == verify(Lake(reference)).as_dict()["problems"]


def test_a_full_disk_is_named_and_the_same_command_completes_the_work(tmp_path: Path) -> None:
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(200))
    # The system refuses to let any file grow beyond this, as it refuses when a disk is full.
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000)); "
    command = [sys.executable, "-c", f"{limited}from elt.cli import main; main()", "stage", "--lake", store.url]

    failed = subprocess.run(command, capture_output=True, text=True, check=False)

    assert failed.returncode == 1
    assert "cannot be written" in failed.stderr
    assert "staging/" in failed.stderr
    assert len(failed.stderr.splitlines()) <= 2
    assert stage(Lake(store)).rows == 800
    # Of hand-made events no run tells; every other problem counts.
    problems = [each.key for each in verify(Lake(store)).problems if "which no run record names" not in each.detail]
    assert problems == []


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
