"""A load that is killed anywhere, and called again, leaves the warehouse of one that was left alone, row for row."""

import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kills import kill_in_the_middle, run_and_kill, run_whole
from lakes import contents
from s3_servers import S3Server
from small_disk import run_on_small_disk
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.staging import stage
from elt.warehouse import open_warehouse
from elt.warehouse.tables import LOADED_FILE
from hospital_sim.storage import LocalStore, open_store

pytestmark = pytest.mark.e2e

LOAD = [sys.executable, "-c", "from elt.cli import main; main()", "load", "--json"]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    """Four months of a hospital, staged."""
    store = LocalStore(tmp_path_factory.mktemp("lake"))
    hs.load("small").simulate("2024-01-01", "2024-04-30", seed=1, sink=f"{store.url}/raw")
    stage(Lake(store))
    return store


def test_a_load_that_was_killed_is_completed_by_the_same_command(
    lake: LocalStore, tmp_path: Path, soak: bool, record_property: Callable[[str, object], None]
) -> None:
    _kill_loads(lake.url, tmp_path, 30 if soak else 3, random.Random(9), record_property)


def test_a_load_from_s3_that_was_killed_is_completed_by_the_same_command(
    lake: LocalStore, seaweed: S3Server, tmp_path: Path, soak: bool, record_property: Callable[[str, object], None]
) -> None:
    store = open_store(seaweed.new_url())
    store.create_many(contents(lake).items())
    _kill_loads(store.url, tmp_path, 30 if soak else 3, random.Random(10), record_property)


def test_a_full_disk_is_named_and_the_same_command_completes_the_load(lake: LocalStore, tmp_path: Path) -> None:
    disk, kept, whole = tmp_path / "disk", tmp_path / "kept", tmp_path / "whole"
    # The disk takes so many files and no more; then it is made larger.
    again = f'mount -o remount,nr_inodes=100000 "$0" && "$@" && cp -r "$0/warehouse" {kept}'
    words = _command(lake.url, disk / "warehouse")

    done = run_on_small_disk(f'"$@"; echo "first: $?"; {again}', disk, *words, size="size=80m,nr_inodes=200")
    run_whole(_command(lake.url, whole))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("first: 1\n")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert _rows(kept) == _rows(whole)


def _kill_loads(
    lake: str, folder: Path, wanted: int, choices: random.Random, record: Callable[[str, object], None]
) -> None:
    reference, killed = folder / "whole", folder / "killed"
    seconds = run_whole(_command(lake, reference), begun=lambda: _has_begun(reference))
    whole = _rows(reference)
    assert sum(count for count, _ in whole.values()) > 4000

    def attempt() -> bool:
        nonlocal seconds
        was_killed = run_and_kill(_command(lake, killed), choices, seconds, begun=lambda: _has_begun(killed))
        if not was_killed:
            # The machine is less busy than it was when the whole load was timed.
            seconds *= 0.7
        left = _rows(killed)
        assert all(left[name][0] <= whole[name][0] for name in whole)

        run_whole(_command(lake, killed))

        assert _rows(killed) == whole
        shutil.rmtree(killed)
        return was_killed and left[LOADED_FILE.name] != whole[LOADED_FILE.name]

    kill_in_the_middle(wanted, attempt, record)


def _command(lake: str, warehouse: Path) -> list[str]:
    return [*LOAD, "--lake", lake, "--warehouse", f"chdb://{warehouse}"]


def _has_begun(warehouse: Path) -> bool:
    """Tell whether the last table is made, and the first row comes next."""
    return (warehouse / "data" / "hospital_raw" / LOADED_FILE.name).exists()


def _rows(warehouse: Path) -> dict[str, tuple[int, int]]:
    with open_warehouse(f"chdb://{warehouse}") as opened:
        return raw_digests(opened)
