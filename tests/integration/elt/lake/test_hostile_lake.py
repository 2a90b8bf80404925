"""In a lake that holds what no lake should, every command goes on, and each honest event reaches the warehouse."""

import json
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_lines import call
from hostile_lakes import NO_KEYS, STRAYS, decorate_bucket, decorate_folder, nested_folders
from tiny_hospitals import poisson

import hospital_sim as hs
from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import replay, stage
from elt.verification import Kind, verify
from elt.warehouse import open_warehouse
from hospital_sim import Hospital
from hospital_sim.results.read_back import read_history
from hospital_sim.storage import ObjectStore, open_store

pytestmark = pytest.mark.integration

START, NEXT, END = date(2024, 1, 1), date(2024, 1, 3), date(2024, 1, 3)


def simulate(lake: str, emit_from: date = START, end: date = END) -> None:
    hs.load("small").simulate(START, end, seed=2, emit_from=emit_from, sink=f"{lake}/raw")


def rows(store: ObjectStore) -> list[dict[str, object]]:
    """Return the staged rows of a lake."""
    tables = [pq.read_table(pa.BufferReader(store.read(file.key))) for file in Lake(store).staged_files()]
    return sorted((row for table in tables for row in table.to_pylist()), key=lambda row: str(row["event_id"]))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """The staged rows of the lake before it was decorated."""
    store = open_store(tmp_path_factory.mktemp("honest") / "lake")
    simulate(store.url)
    stage(Lake(store))
    return rows(store)


@pytest.fixture(params=["local", "memory", "seaweed", "moto_s3"])
def decorated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A lake of two of three days, decorated; the names that must end in quarantine."""
    if request.param == "local":
        url = str(tmp_path / "lake")
        simulate(url, end=date(2024, 1, 2))
        names = decorate_folder(tmp_path / "lake")
        with nested_folders(tmp_path / "lake" / "raw", 1200) as deepest:
            yield url, sorted([*names, deepest])
    elif request.param == "memory":
        url = f"memory://{uuid4().hex}"
        simulate(url, end=date(2024, 1, 2))
        system = fsspec.filesystem("memory")
        before = set(open_store(url).keys())
        for name in [*STRAYS, *NO_KEYS, "raw/" + "n/" * 1200 + "x"]:
            system.pipe_file(f"/{url.removeprefix('memory://')}/{name}", b"hostile")
        yield (
            url,
            sorted(key.removeprefix("raw/") for key in set(open_store(url).keys()) - before if key.startswith("raw/")),
        )
    else:
        server = request.getfixturevalue(request.param)
        url = server.new_url()
        simulate(url, end=date(2024, 1, 2))
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        yield url, decorate_bucket(server.client(), bucket, prefix)


def test_every_command_goes_on_and_stages_the_rows_of_the_honest_lake(
    decorated: tuple[str, list[str]], honest: list[dict[str, object]], tmp_path: Path
) -> None:
    url, hostile = decorated
    store = open_store(url)
    lake = Lake.open(url)

    simulate(url, emit_from=NEXT)
    summary = stage(lake)

    assert rows(store) == honest
    assert sorted(entry.key for entry in lake.quarantine.open_entries()) == hostile
    assert (summary.quarantined, summary.rejected) == ({"foreign_key": len(hostile)}, 0)
    assert stage(lake).manifests == []
    assert replay(lake).closed == 0
    problems = verify(lake).problems
    assert {problem.kind for problem in problems} == {Kind.FOREIGN}
    assert {problem.key.removeprefix("raw/") for problem in problems if problem.key.startswith("raw/")} == set(hostile)
    run, events = read_history(url)
    assert (run.end, len(events)) == (END, len(honest))
    for destination in (open_store(tmp_path / "copy"), open_store(f"memory://{uuid4().hex}")):
        copied = copy_lake(lake, destination)
        assert rows(destination) == honest
        assert {problem.kind for problem in verify(Lake(destination)).problems} == {Kind.FOREIGN}
        left_out = {key.removeprefix("raw/") for key in copied.skipped if key.startswith("raw/")}
        assert left_out <= set(hostile)
        assert copied.objects + len(copied.skipped) == len(list(store.keys()))


def test_the_honest_events_of_a_hostile_lake_reach_the_warehouse(
    tmp_path: Path, honest: list[dict[str, object]]
) -> None:
    simulate(str(tmp_path / "lake"), end=date(2024, 1, 2))
    decorate_folder(tmp_path / "lake")
    simulate(str(tmp_path / "lake"), emit_from=NEXT)
    lake = Lake.open(str(tmp_path / "lake"))
    stage(lake)

    load(lake, f"chdb://{tmp_path}/warehouse")

    with open_warehouse(f"chdb://{tmp_path}/warehouse") as warehouse:
        tables = sorted({str(row["event_type"]) for row in honest})
        counts = [warehouse.query(f"SELECT count(*) FROM {warehouse.schema('raw')}.{table}") for table in tables]
    assert sum(count.columns[0][0].as_py() for count in counts) == len(honest)


def test_commands_of_an_operator_go_on_in_a_hostile_lake(tmp_path: Path) -> None:
    hospital, raw = Hospital(poisson(beds=2, per_day=1)), tmp_path / "lake" / "raw"
    hospital.simulate(START, date(2024, 2, 2), seed=1, sink=raw)
    hostile = decorate_folder(tmp_path / "lake")
    lake = Lake.open(str(tmp_path / "lake"))
    elt = partial(_elt, lake.url)
    stage(lake)
    wrong, bad = sorted(f"raw/{key}" for key in lake.raw_keys("discharge/"))[:2]

    listed = [entry["key"] for entry in json.loads(elt("quarantine", "list"))["entries"]]
    elt("quarantine", "add", wrong, "--reason", "wrong")
    elt("forget", bad, *hostile, "--reason", "none of ours")
    before = rows(lake.store)
    elt("compact")
    pruned = json.loads(elt("prune"))

    assert listed == hostile
    assert (pruned["events"], pruned["unnameable"]) == (1 + len(hostile), [])
    assert rows(lake.store) == before
    assert lake.raw_tree().unrecognised == []
    assert {problem.key for problem in verify(lake).problems if problem.key.startswith("raw/")} == set()
    assert json.loads(elt("quarantine", "list"))["by_reason"] == {"set_aside": 1}


def _elt(lake: str, *words: str) -> str:
    """Run a command of hospital-elt on a lake, and return what it printed."""
    done = call("hospital-elt", *words, "--lake", lake, "--json")
    assert done.returncode == 0, done.stderr
    return done.stdout
