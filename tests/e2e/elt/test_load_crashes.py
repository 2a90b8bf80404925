"""A load that is killed anywhere, and called again, leaves the warehouse of one that was left alone, row for row."""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from command_lines import call
from kills import kill_in_the_middle, run_and_kill
from lakes import contents
from s3_servers import S3Server
from small_disk import run_on_small_disk
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.warehouse import open_warehouse
from elt.warehouse.tables import LOADED_FILE
from hospital_sim.storage import LocalStore, open_store

pytestmark = pytest.mark.e2e

ELT = ["hospital-elt"]
Rows = dict[str, tuple[int, int]]


class Whole(NamedTuple):
    lake: LocalStore
    rows: Rows
    seconds: float


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Return a lake, the rows of a warehouse that was loaded from it without a kill, and the seconds that this took."""
    store, warehouse = LocalStore(tmp_path_factory.mktemp("lake")), tmp_path_factory.mktemp("whole")
    hs.load("small").simulate("2024-01-01", "2024-04-30", seed=1, sink=f"{store.url}/raw")
    stage(Lake(store))
    begin = time.monotonic()
    load(Lake.open(store.url, read_only=True), f"chdb://{warehouse}")
    seconds = time.monotonic() - begin
    rows = _rows(warehouse)
    assert sum(count for count, _ in rows.values()) > 4000
    return Whole(store, rows, seconds)


@pytest.mark.parametrize(("place", "kills"), [("directory", 1), ("S3", 0)])
def test_a_load_that_was_killed_is_completed_by_the_same_command(
    place: str,
    kills: int,
    whole: Whole,
    seaweed: S3Server,
    tmp_path: Path,
    soak: bool,
    record_property: Callable[[str, object], None],
) -> None:
    choices, seconds, lake, killed = random.Random(9), whole.seconds, whole.lake.url, tmp_path / "killed"
    if place == "S3":
        lake = seaweed.new_url()
        # A load reads nothing else.
        for folder in ("raw/_runs/", "staging/", "manifests/"):
            open_store(lake).create_many(contents(whole.lake, folder).items())

    def attempt() -> bool:
        nonlocal seconds
        was_killed = run_and_kill([*ELT, *_words(lake, killed)], choices, seconds, begun=lambda: _has_begun(killed))
        if not was_killed:
            # The machine is less busy than it was when the whole load was timed.
            seconds *= 0.7
        before = _rows(killed)
        assert all(before[name][0] <= whole.rows[name][0] for name in whole.rows)

        again = call("hospital-elt", *_words(lake, killed))

        assert again.returncode == 0, again.stderr
        assert _rows(killed) == whole.rows
        shutil.rmtree(killed)
        return was_killed and before[LOADED_FILE.name] != whole.rows[LOADED_FILE.name]

    kill_in_the_middle(30 if soak else kills, attempt, record_property)
    done = call("hospital-elt", *_words(lake, tmp_path / "whole"))
    assert done.returncode == 0, done.stderr
    assert _rows(tmp_path / "whole") == whole.rows


def test_a_full_disk_is_named_and_the_same_command_completes_the_load(whole: Whole, tmp_path: Path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    # The disk takes so many files and no more; then it is made larger.
    again = f'mount -o remount,nr_inodes=100000 "$0" && "$@" && cp -r "$0/warehouse" {kept}'
    words = [*ELT, *_words(whole.lake.url, disk / "warehouse")]

    done = run_on_small_disk(f'"$@"; echo "first: $?"; {again}', disk, *words, size="size=80m,nr_inodes=200")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("first: 1\n")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert _rows(kept) == whole.rows


def _words(lake: str, warehouse: Path) -> list[str]:
    return ["load", "--json", "--lake", lake, "--warehouse", f"chdb://{warehouse}"]


def _has_begun(warehouse: Path) -> bool:
    """Tell whether the last table is made, and the first row comes next."""
    return (warehouse / "data" / "hospital_raw" / LOADED_FILE.name).exists()


def _rows(warehouse: Path) -> Rows:
    with open_warehouse(f"chdb://{warehouse}") as opened:
        return raw_digests(opened)
