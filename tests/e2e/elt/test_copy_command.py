"""The command ``copy`` as a user meets it: what it says, and that it completes what was cut off."""

import json
import os
import random
import time
from functools import partial
from pathlib import Path

import pytest
from command_lines import call
from kills import run_and_kill
from lakes import contents, put_all, some_events
from s3_servers import S3Server

from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.e2e

copy = partial(call, "hospital-elt", "copy")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    store = LocalStore(tmp_path_factory.mktemp("lakes") / "lake")
    put_all(store, some_events(120))
    stage(Lake(store))
    return store


def test_a_copy_says_what_it_did_finds_everything_again_and_can_be_staged(lake: LocalStore, tmp_path: Path) -> None:
    destination = LocalStore(tmp_path / "copy")
    first, again = (json.loads(copy(lake.url, destination.url, "--json").stdout) for _ in range(2))
    for_people = copy(lake.url, destination.url)

    objects = len(contents(lake))
    assert (first["source"], first["destination"]) == (lake.url, destination.url)
    assert (first["objects"], first["copied"], first["already_there"]) == (objects, objects, 0)
    assert (again["objects"], again["copied"], again["already_there"]) == (objects, 0, objects)
    assert (for_people.returncode, for_people.stderr) == (0, "")
    assert "already there" in for_people.stdout
    assert stage(Lake(destination)).files == 0
    assert contents(destination) == contents(lake)
    assert not os.path.lexists(f"{destination.url}.incoming")


def test_a_copy_that_was_killed_is_completed_by_the_same_command(
    lake: LocalStore, seaweed: S3Server, soak: bool
) -> None:
    whole = contents(lake)
    command = ["hospital-elt", "copy", lake.url]
    choices = random.Random(8)
    # A kill half-way through the copy; a long run kills anywhere.
    for within in [0.5] * 40 if soak else [0.2]:
        store = open_store(seaweed.new_url())
        run_and_kill([*command, store.url, "--json"], choices, within, begun=partial(_has_begun, store))
        assert contents(store).items() <= whole.items()

        again = copy(lake.url, store.url)

        assert again.returncode == 0, again.stderr
        assert contents(store) == whole


def _has_begun(store: ObjectStore) -> bool:
    time.sleep(0.05)  # so that asking does not keep the server from its work
    return any(store.folders())
