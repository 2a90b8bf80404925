"""``hospital-elt`` verify, quarantine, contracts and ddl, and staging over a Dask cluster, as a user meets them."""

import json
import subprocess
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from command_lines import call
from lakes import DAY, admission, contents, put_all, some_events

import hospital_sim as hs
from hospital_sim.events import encode
from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.e2e

BROKEN = key_of("admission", DAY.date(), admission(901).event_id)
elt = partial(call, "hospital-elt")


@pytest.fixture
def lake(tmp_path: Path) -> LocalStore:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(20))
    store.create(f"raw/{BROKEN}", encode(admission(901))[:50])
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
