"""The same inputs give the same objects: in another process, under any hash seed, with any number of workers."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from crowded_hospital import crowded
from hospitals import busy
from lakes import files_in

import hospital_sim as hs
from hospital_sim.cli import app
from hospital_sim.draws.streams import STREAM_VERSION
from hospital_sim.events import SCHEMA_VERSION, encode
from hospital_sim.terminal import run

pytestmark = pytest.mark.integration


def _several() -> str:
    """Return the file of three hospitals, the first with two departments."""
    lines = ["[defaults]", 'treatment_function_code = "300"', "target_occupancy = 0.9", "max_stay_days = 5"]
    for name, wards in {"north": {"ward": 6, "surgery": 4}, "south": {"ward": 6}, "west": {"ward": 3}}.items():
        lines += ["[[hospital]]", f'id = "{name}"', f'name = "{name}"', "warmup_days = 20"]
        for ward, beds in wards.items():
            lines += ["[[hospital.department]]", f'id = "{ward}"', f'name = "{ward}"', f"beds = {beds}"]
    return "\n".join(lines)


def _simulate(file: Path, root: Path, *options: str) -> None:
    words = ["simulate", str(file), "--start", "2024-03-01", "--end", "2024-03-20", "--seed", "9", "--sink", str(root)]
    assert run(app, "hospital-sim", [*words, *options]) == 0


def test_any_number_of_workers_writes_the_samefiles_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "several.toml"
    file.write_text(_several(), encoding="utf-8")
    for workers in ("1", "2"):
        _simulate(file, tmp_path / workers, "--workers", workers)
    one = files_in(tmp_path / "1")
    assert one == files_in(tmp_path / "2")
    assert len([key for key in one if key.startswith("_runs/")]) == 6
    assert len(one) > 300


_DIGEST = """
import hashlib, sys
import hospital_sim as hs
from hospital_sim.events import SCHEMA_VERSION, encode
from hospital_sim.draws.streams import STREAM_VERSION
run = hs.load("small").simulate("2024-01-01", "2024-02-10", seed=3)
digest = hashlib.sha256()
for event in run.events:
    digest.update(encode(event))
digest.update(encode(run.record))
print(digest.hexdigest())
"""


def test_another_process_hash_seed_time_zone_and_language_give_the_same_bytes() -> None:
    here = hs.load("small").simulate("2024-01-01", "2024-02-10", seed=3)
    expected = hashlib.sha256(b"".join(map(encode, here.events)) + encode(here.record)).hexdigest()
    environment = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    there = subprocess.run(
        [sys.executable, "-c", _DIGEST], env=environment, check=True, capture_output=True, text=True, timeout=60
    )
    assert there.stdout.strip() == expected


@pytest.mark.parametrize(
    ("simulate", "expected"),
    [
        (busy().run_anew, "4255db1d48b1b22193078893132fe92c0ac750e89ec07aa3ff33adbb77e791b1"),
        (
            lambda: hs.Hospital(crowded()).simulate("2024-02-20", "2024-03-10", seed=7),
            "3320be6d293e08e4f6c13659eaec99292a6be61a5c06e75906e3fa67d8045fd2",
        ),
    ],
    ids=["simple_rule", "every_rule"],
)
def test_version_two_of_the_streams_gives_these_bytes(simulate: Callable[[], hs.Run], expected: str) -> None:
    """Whoever changes what is drawn, or an identifier, or a field, changes the past: that takes a new version."""
    digest = hashlib.sha256(b"".join(map(encode, simulate().events))).hexdigest()
    assert (STREAM_VERSION, SCHEMA_VERSION) == (2, 1)
    assert digest == expected
