"""``hospital-elt stage``, as a user meets it."""

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest
from command_lines import call
from lakes import DAY, admission, contents, put_all, put_event, put_record, some_events
from s3_servers import S3Server, free_ports

from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore, open_store, retries

pytestmark = pytest.mark.e2e

elt = partial(call, "hospital-elt")


@pytest.fixture
def lake(tmp_path: Path) -> LocalStore:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(20))
    put_record(store, DAY.date().replace(day=31))
    return store


def test_the_summary_counts_objects_and_a_second_call_writes_nothing(lake: LocalStore) -> None:
    summary = json.loads(elt("stage", "--lake", lake.url, "--json").stdout)
    assert summary["raw_objects"] == 80
    assert summary["staged"] == {"admission": 20, "discharge": 20, "wait_snapshot": 20, "dep_snapshot": 20}
    assert (summary["late"], summary["files"], summary["manifests"]) == (0, 4, [1])
    before = contents(lake)

    again = elt("stage", "--lake", lake.url)

    assert again.returncode == 0
    assert "Nothing new" in again.stdout
    assert contents(lake) == before
    put_event(lake, admission(901))
    assert json.loads(elt("stage", "--lake", lake.url, "--json").stdout)["late"] == 1
    lake.create(f"raw/{key_of('admission', DAY.date(), admission(902).event_id)}", b'{"event_id": "1')
    done = subprocess.run(["hospital-elt", "stage", "--lake", lake.url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in ("raw objects", "staged: dep_snapshot", "quarantined: not_json", "late", "files"):
        assert words in done.stdout


def test_a_lake_that_cannot_be_written_is_named(lake: LocalStore) -> None:
    Path(lake.url, "manifests").write_text("a file in the way")

    done = elt("stage", "--lake", lake.url)

    assert done.returncode == 1
    assert "manifests" in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_a_store_that_overwrites_is_refused_and_allowed_when_nothing_else_writes(
    lake: LocalStore, rclone_s3: S3Server
) -> None:
    broken = f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}"
    lake.create(broken, b"{")
    store = open_store(rclone_s3.new_url(), single_writer=True)
    store.create_many(contents(lake).items())
    assert elt("stage", "--lake", lake.url).returncode == 0

    refused = elt("stage", "--lake", store.url)
    assert refused.returncode == 2
    assert "the store ignores the condition to create an object only if its key is free" in refused.stderr
    assert "--single-writer" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1

    for _ in range(2):
        allowed = elt("stage", "--lake", store.url, "--single-writer", "--workers", "2")
        assert allowed.returncode == 0, allowed.stderr
    assert contents(store) == contents(lake)
    assert elt("quarantine", "replay", "--lake", store.url, "--single-writer").returncode == 0
    for command in (["verify"], ["quarantine", "list"]):
        assert "If-None-Match" not in elt(*command, "--lake", store.url).stderr


def test_reading_commands_accept_a_store_without_atomic_create(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing listens there: what only reads comes far enough to say so.
    monkeypatch.setattr(retries, "SECONDS", 0.3)
    refused, unreachable = (2, "cannot create an object whole"), (1, "cannot be reached")
    for command, (code, message) in {
        "stage": refused,
        "quarantine replay": refused,
        "verify": unreachable,
        "quarantine list": unreachable,
        "load --warehouse chdb://no/warehouse": unreachable,
    }.items():
        done = elt(*command.split(), "--lake", f"ftp://127.0.0.1:{free_ports(1)[0]}/lake")
        assert done.returncode == code, (command, done.stderr)
        assert message in done.stderr, command
