"""A killed simulation that is called again writes the lake of an undisturbed one; an interrupt is reported."""

import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from kills import hear_interrupts, kill_in_the_middle, run_and_kill, run_whole
from s3_servers import S3Server, seaweedfs

from hospital_sim.events.keys import is_record_key
from hospital_sim.storage import ObjectStore, open_store

pytestmark = pytest.mark.e2e

COMMAND = ["hospital-sim", "simulate", "small", "--seed", "1"]


def _command(end: str, sink: str, *options: str) -> list[str]:
    return [*COMMAND, "--start", "2024-01-01", "--end", end, "--sink", sink, "--json", *options]


def _contents(store: ObjectStore) -> dict[str, bytes]:
    return dict(store.read_many(list(store.keys())))


def _begun(store: ObjectStore) -> bool:
    """Tell whether the first event is there; until then a kill is not in the middle."""
    return any(store.folders("wait_snapshot/"))


def _killed_and_called_again(
    command: list[str], store: ObjectStore, whole: Mapping[str, bytes], choices: random.Random, seconds: float
) -> bool:
    """Kill a simulation, check its objects, and complete it; return True if it was killed in the middle."""
    killed = run_and_kill(command, choices, seconds, begun=lambda: _begun(store))
    partial = _contents(store)
    assert partial.items() <= whole.items()
    if any(is_record_key(key) for key in partial):
        assert len(partial) == len(whole)

    run_whole(command)

    assert _contents(store) == whole
    return killed and 2 < len(partial) < len(whole)


@pytest.mark.parametrize(
    ("place", "end", "options", "kills"),
    [
        ("disk", "2024-02-15", (), 2),
        # test_migration kills such a run too.
        pytest.param("s3", "2024-01-31", (), 1, marks=pytest.mark.soak),
        ("disk", "2024-06-30", ("--bundle",), 9),
        ("s3", "2024-03-31", ("--bundle",), 1),
    ],
)
def test_a_simulation_that_was_killed_is_completed_by_the_same_command(
    place: str,
    end: str,
    options: tuple[str, ...],
    kills: int,
    seaweed: S3Server,
    tmp_path: Path,
    soak: bool,
    record_property: Callable[[str, object], None],
) -> None:
    def new_store() -> ObjectStore:
        return open_store(seaweed.new_url() if place == "s3" else tempfile.mkdtemp(dir=tmp_path))

    reference, choices = new_store(), random.Random(5)
    seconds = run_whole(_command(end, reference.url, *options), begun=lambda: _begun(reference))
    if not soak:
        # In the other half the process ends: such a kill does not count.
        seconds /= 2
    whole = _contents(reference)

    def attempt() -> bool:
        store = new_store()
        return _killed_and_called_again(_command(end, store.url, *options), store, whole, choices, seconds)

    kill_in_the_middle(50 if soak else kills, attempt, record_property)


@pytest.fixture
def own_seaweed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A server that may be stopped in the middle of a test."""
    folder = tmp_path / "seaweedfs"
    folder.mkdir()
    with seaweedfs(folder) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


def test_a_simulation_outlives_a_restart_of_its_server(own_seaweed: S3Server, tmp_path: Path) -> None:
    end = "2024-01-31"
    whole = open_store(tmp_path / "raw")
    run_whole(_command(end, whole.url))
    store = open_store(own_seaweed.new_url())
    command = _command(end, store.url)

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not any(store.folders()):
            pass
        own_seaweed.stop()
        unfinished = process.poll() is None
        own_seaweed.start()
        _, errors = process.communicate(timeout=120)
    if process.returncode:
        # A busy machine may start the server only after the deadline of a request.
        assert process.returncode == 1
        assert "the store cannot be reached" in errors
        run_whole(command)

    assert unfinished
    assert _contents(store) == _contents(whole)


def test_an_interrupted_simulation_ends_with_1_and_says_that_it_can_be_completed(tmp_path: Path) -> None:
    store, pipe = open_store(tmp_path / "raw"), subprocess.PIPE
    command = _command("2060-12-31", store.url)
    with subprocess.Popen(command, stderr=pipe, stdout=pipe, text=True, preexec_fn=hear_interrupts) as process:
        # Counted, not timed, because a suspended machine would interrupt the command before it began.
        for _ in range(1200):
            if any(store.folders("dep_snapshot/")):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    assert output == ""
    assert errors == "error: interrupted; run the same command again to complete the work\n"
