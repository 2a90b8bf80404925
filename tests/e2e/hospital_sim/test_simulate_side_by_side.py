"""`simulate` of several hospitals: one after another, in processes, and on a Dask cluster, with the same bytes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_lines import Done, call
from lakes import files_in

from hospital_sim.events.codec import decode_started

pytestmark = pytest.mark.e2e

TRUST = '{{ id = "{0}", name = "{0}", general_and_acute_beds = {1} }}'
REGION = f"""
scaled_from = "small"
hospital = [{TRUST.format("east", 20)}, {TRUST.format("north", 60)}, {TRUST.format("west", 30)}]
"""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("region") / "region.toml"
    file.write_text(REGION, encoding="utf-8")
    return file


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A scheduler with one worker, threads of this process that are reached through a port."""
    distributed = pytest.importorskip("distributed")
    place = {"host": "127.0.0.1", "protocol": "tcp://", "dashboard_address": None}
    with distributed.LocalCluster(**place, processes=False, n_workers=1, threads_per_worker=1) as running:
        yield running


def _simulate(region: Path, end: str, sink: Path, *options: str) -> Done:
    words = ["--start", "2024-01-01", "--end", end, "--seed", "1", "--sink", str(sink), *options]
    return call("hospital-sim", "simulate", str(region), *words)


def _shown(done: Done, sink: Path) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.replace(str(sink), "")


def test_one_process_two_and_a_cluster_write_the_same_lake(region: Path, tmp_path: Path, cluster: Any) -> None:
    ways = {"one": (), "two": ("--workers", "2"), "dask": ("--dask", cluster.scheduler_address)}
    shown = {
        name: _shown(_simulate(region, "2024-01-10", tmp_path / name, "--json", *options), tmp_path / name)
        for name, options in ways.items()
    }
    assert '"hospitals": ["east", "north", "west"]' in " ".join(shown["one"].split())
    assert shown["one"] == shown["two"] == shown["dask"]
    one = files_in(tmp_path / "one")
    assert len(one) > 500
    assert one == files_in(tmp_path / "two") == files_in(tmp_path / "dask")
    started = sorted((tmp_path / "dask" / "_runs").glob("*.started.json"), key=lambda path: path.stat().st_mtime_ns)
    assert [decode_started(path.read_bytes()).hospital_id for path in started] == ["north", "west", "east"]


def test_a_scheduler_that_dies_is_one_error_and_the_same_command_completes_the_work(
    region: Path, tmp_path: Path, cluster: Any
) -> None:
    end, address = "2024-06-30", cluster.scheduler_address
    sink = tmp_path / "raw"

    def stop_in_the_middle() -> None:
        while not any(sink.glob("dep_snapshot/*")):
            time.sleep(0.01)
        cluster.close()

    stopper = threading.Thread(target=stop_in_the_middle)
    stopper.start()
    done = _simulate(region, end, sink, "--dask", address)
    stopper.join()
    assert done.returncode == 1
    gone = f"error: --dask: the scheduler at {address} is gone; start one again: the same command completes the work\n"
    assert done.stderr == gone

    nobody = _simulate(region, end, sink, "--dask", address)
    assert (nobody.returncode, nobody.stderr) == (
        1,
        f"error: --dask: no scheduler answers at {address}; start one with: dask scheduler\n",
    )
    _shown(_simulate(region, end, sink), sink)
    _shown(_simulate(region, end, tmp_path / "whole"), sink)
    assert files_in(sink) == files_in(tmp_path / "whole")
