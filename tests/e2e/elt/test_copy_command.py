"""The command ``copy`` as a user meets it: what it says, and that it completes what was cut off."""

import json
import os
import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from kills import run_and_kill, run_whole
from lakes import contents, put_all, some_events
from s3_servers import S3Server

from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.e2e

COPY = [sys.executable, "-c", "from elt.cli import main; main()", "copy"]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    store = LocalStore(tmp_path_factory.mktemp("lakes") / "lake")
    put_all(store, some_events(120))
    stage(Lake(store))
    return store


def _copy(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COPY, *words], capture_output=True, text=True, timeout=120, check=False)


def _has_begun(store: ObjectStore) -> bool:
    return any(store.folders())


def test_the_summary_is_one_json_object_and_a_second_call_finds_everything(lake: LocalStore, tmp_path: Path) -> None:
    destination = tmp_path / "copy"
    first, again = (json.loads(_copy(lake.url, str(destination), "--json").stdout) for _ in range(2))
    objects = len(contents(lake))
    assert (first["source"], first["destination"]) == (lake.url, str(destination))
    assert (first["objects"], first["copied"], first["already_there"]) == (objects, objects, 0)
    assert (again["objects"], again["copied"], again["already_there"]) == (objects, 0, objects)


def test_the_summary_can_be_read_by_people(lake: LocalStore, tmp_path: Path) -> None:
    done = _copy(lake.url, str(tmp_path / "copy"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "already there" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere://lake", "copy"], "SRC: 'nowhere://lake': no store knows the scheme 'nowhere'"),
        (["LAKE", "s3://"], "DST: 's3://': give s3://bucket/prefix"),
        (["empty", "copy"], "there is no lake here"),
        (["LAKE", "LAKE/inside"], "one is inside the other"),
    ],
)
def test_a_wrong_call_prints_one_line(lake: LocalStore, words: list[str], said: str) -> None:
    done = _copy(*(word.replace("LAKE", lake.url) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_copy_that_was_killed_is_completed_by_the_same_command(
    lake: LocalStore, seaweed: S3Server, soak: bool
) -> None:
    whole = contents(lake)
    reference = open_store(seaweed.new_url())
    command = [*COPY, lake.url]
    seconds = run_whole([*command, reference.url, "--json"], begun=partial(_has_begun, reference))
    choices = random.Random(8)
    for _ in range(40 if soak else 2):
        store = open_store(seaweed.new_url())
        run_and_kill([*command, store.url, "--json"], choices, seconds, begun=partial(_has_begun, store))
        assert contents(store).items() <= whole.items()

        run_whole([*command, store.url, "--json"])

        assert contents(store) == whole


def test_a_copy_on_a_disk_can_be_staged_and_has_nothing_new(lake: LocalStore, tmp_path: Path) -> None:
    _copy(lake.url, str(tmp_path / "copy"))
    copy = LocalStore(tmp_path / "copy")
    assert stage(Lake(copy)).files == 0
    assert contents(copy) == contents(lake)
    assert not os.path.lexists(f"{copy.url}.incoming")
