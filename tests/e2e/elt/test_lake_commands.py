"""``hospital-elt`` stage, verify, quarantine, contracts and ddl, and staging over a cluster of Dask."""

import json
import subprocess
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from command_lines import call
from lakes import DAY, admission, contents, put_all, put_event, put_record, some_events
from s3_servers import S3Server, free_ports

import hospital_sim as hs
from hospital_sim.events import encode
from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore, open_store, retries

pytestmark = pytest.mark.e2e

BROKEN = key_of("admission", DAY.date(), admission(901).event_id)
elt = partial(call, "hospital-elt")


@pytest.fixture
def lake(tmp_path: Path) -> LocalStore:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(20))
    put_record(store, DAY.date().replace(day=31))
    return store


def test_verify_passes_a_lake_and_names_its_problems(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "lake")
    hs.load("small").simulate("2024-01-01", "2024-01-05", seed=1).write(f"{store.url}/raw")
    elt("stage", "--lake", store.url)
    proven = elt("verify", "--lake", store.url)
    lost = next(store.keys("raw/admission/event_date=2024-01-03/"))
    Path(store.url, lost).unlink()

    failed = elt("verify", "--lake", store.url)
    as_json = elt("verify", "--lake", store.url, "--json")

    assert (proven.returncode, failed.returncode, as_json.returncode) == (0, 1, 1)
    assert proven.stdout.startswith("Proven: ")
    assert lost in failed.stdout
    report = json.loads(as_json.stdout)
    assert report["passed"] is False
    assert [(problem["layer"], problem["kind"], problem["key"]) for problem in report["problems"]] == [
        ("raw", "missing", lost)
    ]


def test_the_quarantine_is_listed_and_replayed(lake: LocalStore) -> None:
    lake.create(f"raw/{BROKEN}", encode(admission(901))[:50])
    elt("stage", "--lake", lake.url)
    listed = elt("quarantine", "list", "--lake", lake.url)
    counted = json.loads(elt("quarantine", "list", "--lake", lake.url, "--json").stdout)
    Path(lake.url, "raw", BROKEN).write_bytes(encode(admission(901)))

    replayed = elt("quarantine", "replay", "--lake", lake.url)

    assert listed.returncode == replayed.returncode == 0
    assert BROKEN in listed.stdout
    assert "not_json: 1" in listed.stdout
    assert (counted["open"], counted["by_reason"], counted["entries"][0]["key"]) == (1, {"not_json": 1}, BROKEN)
    assert "left the list" in replayed.stdout
    after = json.loads(elt("quarantine", "list", "--lake", lake.url, "--json", "--all").stdout)
    assert (after["open"], [entry["open"] for entry in after["entries"]]) == (0, [False])
    assert json.loads(elt("quarantine", "replay", "--lake", lake.url, "--json").stdout)["closed"] == 0


def test_a_lake_is_repaired_and_each_repair_says_what_it_did(lake: LocalStore) -> None:
    elt("stage", "--lake", lake.url)
    keys = sorted(key.removeprefix("raw/") for key in lake.keys("raw/admission/"))
    put_all(lake, some_events(5, first=101))

    aside = elt("quarantine", "add", keys[0], f"raw/{keys[1]}", "--reason", "twice", "--lake", lake.url)
    listed = elt("quarantine", "list", "--lake", lake.url)
    forgotten = elt("forget", keys[2], keys[0], "--reason", "a bad batch", "--lake", lake.url, "--json")
    compacted = elt("compact", "--month", "2024-03", "--lake", lake.url, "--json")
    counted = elt("prune", "--dry-run", "--lake", lake.url)
    pruned = elt("prune", "--lake", lake.url, "--json")
    refused = elt("forget", "--undo", "4", "--lake", lake.url)
    back = elt("quarantine", "add", "--undo", "3", "--lake", lake.url, "--json")

    assert aside.stdout.startswith("Set aside in ")
    assert f"raw/{keys[1]}: set_aside by staging run 3: twice" in listed.stdout
    summaries = [json.loads(done.stdout) for done in (forgotten, compacted, pruned, back)]
    assert [summary.pop("lake") for summary in summaries] == [lake.url] * 4
    assert summaries == [
        {"action": "forget", "number": 4, "undoes": None, "events": 2, "superseded": 1, "files": 1},
        {"action": "compact", "number": 5, "undoes": None, "events": 0, "superseded": 8, "files": 4},
        {
            "action": "prune",
            "number": 6,
            "undoes": None,
            "events": 2,
            "superseded": 10,
            "files": 0,
            "unnameable": [],
            "kept": [],
        },
        {"action": "undo", "number": 7, "undoes": 3, "events": 1, "superseded": 0, "files": 1},
    ]
    assert counted.stdout.startswith("Would delete from ")
    assert "are gone, perhaps pruned" in refused.stderr
    assert elt("prune", "--lake", lake.url).stdout == f"Nothing to delete in {lake.url}.\n"
    verified = elt("verify", "--lake", lake.url).stdout
    assert "Taken out by an operator: 0 events set aside, 2 objects forgotten" in verified


def test_contracts_that_cannot_be_written_are_an_error_with_the_folder(tmp_path: Path) -> None:
    (tmp_path / "discharge.v1.arrow").symlink_to("/dev/full")
    full, is_file = (elt("contracts", "--out", str(path)) for path in (tmp_path, "/dev/null"))
    assert (full.returncode, is_file.returncode) == (1, 1)
    assert f"--out: {tmp_path}: cannot be written: No space left on device" in full.stderr
    assert "--out: /dev/null: cannot be written: " in is_file.stderr


def test_contracts_are_shown_and_written(tmp_path: Path) -> None:
    shown = elt("contracts", "discharge")
    written = elt("contracts", "--out", str(tmp_path / "contracts"), "--json")

    assert shown.returncode == written.returncode == 0
    assert "delay_reason" in shown.stdout
    summary = json.loads(written.stdout)
    event_types = [contract["event_type"] for contract in summary["contracts"]]
    assert event_types == ["admission", "discharge", "wait_snapshot", "dep_snapshot"]
    assert len(summary["files"]) == 8
    schema = json.loads((tmp_path / "contracts" / "admission.v1.schema.json").read_text())
    assert schema == summary["contracts"][0]["json_schema"]
    arrow = pa.ipc.read_schema(pa.py_buffer((tmp_path / "contracts" / "admission.v1.arrow").read_bytes()))
    assert arrow.field("event_time").type == pa.timestamp("us", tz="UTC")


def test_a_dask_cluster_that_answers_writes_the_bytes_of_one_process(lake: LocalStore, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    lake.create(f"raw/{BROKEN}", encode(admission(901))[:50])
    other = LocalStore(tmp_path / "other")
    for key, data in contents(lake).items():
        other.create(key, data)
    elt("stage", "--lake", other.url)
    here = {"host": "127.0.0.1", "dashboard_address": None, "n_workers": 2, "threads_per_worker": 1}

    nobody = elt("stage", "--lake", lake.url, "--dask", "tcp://127.0.0.1:9")
    assert nobody.returncode == 1
    assert "no scheduler answers at tcp://127.0.0.1:9" in nobody.stderr
    with distributed.LocalCluster(**here) as cluster:
        done = elt("stage", "--lake", lake.url, "--dask", cluster.scheduler_address, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["raw_objects"] == 81
    assert contents(lake) == contents(other)


def test_a_scheduler_that_dies_is_one_error_and_the_same_command_completes_the_staging(lake: LocalStore) -> None:
    """The cluster has no worker, so that its scheduler is sure to die in the middle."""
    distributed = pytest.importorskip("distributed")
    here = {"host": "127.0.0.1", "protocol": "tcp://", "dashboard_address": None}

    def stop_in_the_middle(cluster: Any) -> None:
        while not cluster.scheduler.tasks:
            time.sleep(0.01)
        cluster.close()

    with distributed.LocalCluster(**here, processes=False, n_workers=0) as cluster:
        address = cluster.scheduler_address
        stopper = threading.Thread(target=stop_in_the_middle, args=[cluster])
        stopper.start()
        done = elt("stage", "--lake", lake.url, "--dask", address)
        stopper.join()

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"error: --dask: the scheduler at {address} is gone; start one again: the same command completes the work"
    )
    assert json.loads(elt("stage", "--lake", lake.url, "--json").stdout)["raw_objects"] == 80


def test_the_text_of_ddl_is_the_statements_of_its_json_each_with_a_semicolon() -> None:
    words = ["ddl", "athena", "--lake", "s3://bucket/lake", "--start", "2024-01-01", "--end", "2024-12-31"]
    as_json = json.loads(elt(*words, "--json").stdout)
    assert as_json["engine"] == "athena"
    text = subprocess.run(["hospital-elt", *words], capture_output=True, text=True, check=True).stdout
    assert text == "\n".join(f"{statement};\n" for statement in as_json["statements"])


def test_a_call_without_a_command_lists_the_commands() -> None:
    for words in ([], ["quarantine"]):
        done = elt(*words)
        assert done.returncode == 2
        assert "Commands:" in done.stderr + done.stdout
        assert "error:" not in done.stderr


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
    put_event(lake, admission(903))
    done = subprocess.run(["hospital-elt", "stage", "--lake", lake.url], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in ("raw objects", "staged: dep_snapshot", "quarantined: not_json", "late", "files"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("broken", "good", "options", "code"),
    [
        (39, 0, [], 1),
        (1, 0, [], 1),
        (39, 1, [], 0),
        (2, 1, ["--threshold", "1"], 1),
        (1, 1, ["--threshold", "1"], 0),
        (1, 1, ["--threshold", "0"], 1),
        (1, 0, ["--threshold", "1"], 0),
        (0, 0, ["--threshold", "0"], 0),
    ],
)
def test_staging_fails_if_no_new_event_or_fewer_than_wanted_could_be_staged(
    tmp_path: Path, broken: int, good: int, options: list[str], code: int
) -> None:
    store = LocalStore(tmp_path / "lake")
    put_event(store, admission(1000))
    store.create("raw/notes.txt", b"hello")
    assert elt("stage", "--lake", store.url).returncode == 0
    for number in range(broken):
        store.create(f"raw/{key_of('admission', DAY.date(), admission(number).event_id)}", b"\xef\xbb\xbf{}")
    put_all(store, [admission(2000 + number) for number in range(good)])
    store.create("raw/more notes.txt", b"hello")

    done = elt("stage", "--lake", store.url, *options)

    assert done.returncode == code
    message = f"FAILED: {broken} of {broken + good} new events were quarantined; see hospital-elt quarantine list"
    assert (message in done.stderr) == bool(code)


def test_a_lake_that_cannot_be_written_is_named(lake: LocalStore) -> None:
    Path(lake.url, "manifests").write_text("a file in the way")

    done = elt("stage", "--lake", lake.url)

    assert done.returncode == 1
    assert "manifests" in done.stderr
    assert len(done.stderr.splitlines()) <= 2


def test_a_store_that_overwrites_is_refused_and_allowed_when_nothing_else_writes(
    lake: LocalStore, rclone_s3: S3Server
) -> None:
    lake.create(f"raw/{BROKEN}", b"{")
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
