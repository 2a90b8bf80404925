"""The errors of ``simulate`` when its sink fails; the same command then completes the work."""

import json
import os
import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from command_lines import Done, call
from command_server import quick_path
from lakes import files_in
from s3_servers import KEY, S3Server, free_ports
from small_disk import run_on_small_disk

from hospital_sim.storage import open_store

pytestmark = pytest.mark.e2e

WORDS = ["simulate", "small", "--start", "2024-01-01", "--end", "2024-01-31", "--seed", "1", "--json", "--sink"]
SIMULATE = ["hospital-sim", *WORDS]


def _simulate(sink: str, *options: str) -> Done:
    return call("hospital-sim", *WORDS, sink, *options)


def _simulate_at_once(environment: Mapping[str, str], *sinks: list[str]) -> list[Done]:
    begun = [
        subprocess.Popen(
            ["env", "hospital-sim", *WORDS, *sink],
            env=os.environ | {"PATH": quick_path()} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for sink in sinks
    ]
    texts = [process.communicate(timeout=120) for process in begun]
    return [Done(process.returncode, *text) for process, text in zip(begun, texts, strict=True)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The objects of an undisturbed run."""
    root = tmp_path_factory.mktemp("whole") / "raw"
    subprocess.run([*SIMULATE, str(root)], capture_output=True, timeout=120, check=True)
    return files_in(root)


@pytest.mark.parametrize(
    ("before", "code", "repair", "message"),
    [
        ("true", 1, "size=64m", "No space left on device; "),
        ('mount -o remount,size=64m,ro "$0"', 2, "rw", "Read-only file system"),
    ],
)
def test_after_a_full_disk_or_a_lost_permission_the_same_command_completes_the_run(
    tmp_path: Path, whole: dict[str, bytes], before: str, code: int, repair: str, message: str
) -> None:
    script = (
        f'{before}; "$@" "$0/raw"; echo "code $?"; mount -o remount,{repair} "$0"; '
        '"$@" "$0/raw" && cp -r "$0/raw" "$0-kept"'
    )
    disk = tmp_path / "disk"
    done = run_on_small_disk(script, disk, *SIMULATE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"code {code}\n")
    assert f": cannot be written: {message}" in done.stderr
    # Nothing is written to a disk that can only be read.
    advice = "events of the run are written, run the same command again for the rest"
    assert (advice in done.stderr) is (code == 1)
    assert files_in(Path(f"{disk}-kept")) == whole


def test_an_object_that_the_system_refuses_to_write_is_named(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """No file may be larger than 2,000 bytes here, and the first object of a run is."""
    done = subprocess.run(
        [*SIMULATE, str(tmp_path / "raw")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )
    assert done.returncode == 1
    assert done.stderr.endswith(".started.json: cannot be written: File too large\n")
    assert not files_in(tmp_path / "raw")


def test_a_run_to_s3_writes_the_same_objects_as_to_a_disk(seaweed: S3Server, whole: dict[str, bytes]) -> None:
    store = open_store(seaweed.new_url())
    first, again = (json.loads(_simulate(store.url).stdout) for _ in range(2))
    assert dict(store.read_many(list(store.keys()))) == whole
    assert (first["created"], first["already_there"]) == (first["events"], 0)
    assert (again["created"], again["already_there"]) == (0, first["events"])


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_wrong_credentials_are_reported_without_a_secret(
    seaweed: S3Server, debug: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "wrong-secret-9fwz"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    done = _simulate(seaweed.new_url(), *debug)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the store does not accept the credentials (SignatureDoesNotMatch)" in done.stderr
    assert secret not in done.stderr
    assert KEY not in done.stderr


def test_a_store_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    by_ftp = f"ftp://user:secret-7hqz@127.0.0.1:{port}/raw"
    # Begun at once, because each waits for its deadline.
    of_s3, *of_ftp = _simulate_at_once(
        S3Server(endpoint, [], tmp_path).environment(), ["s3://bucket/raw"], [by_ftp], [by_ftp, "--single-writer"]
    )

    assert of_s3.returncode == 1
    assert f"the store cannot be reached: no connection to {endpoint}" in of_s3.stderr
    for done in of_ftp:
        assert done.returncode in (1, 2)
        assert "secret-7hqz" not in done.stdout + done.stderr


def test_a_store_that_overwrites_needs_single_writer(rclone_s3: S3Server, whole: dict[str, bytes]) -> None:
    store = open_store(rclone_s3.new_url())
    refused = _simulate(store.url)
    assert refused.returncode == 2
    assert "the store ignores the condition to create an object only if its key is free" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    allowed = _simulate(store.url, "--single-writer")
    assert allowed.returncode == 0, allowed.stderr
    assert dict(store.read_many(list(store.keys()))) == whole
