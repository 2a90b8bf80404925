"""A process that used S3 ends as it should, however slowly the client's threads come back from their last results."""

import subprocess
import sys

import pytest
from s3_servers import S3Server

pytestmark = pytest.mark.integration

# A thread of the client takes its time after it has woken the loop, and the interpreter takes longer to go: without
# an orderly end the thread comes back to an interpreter that is gone, and the system aborts the process.
SLOW_THREADS = """
import asyncio, sys, threading, time
real = asyncio.SelectorEventLoop._write_to_self
def slow(loop):
    real(loop)
    if threading.current_thread() is not threading.main_thread():
        time.sleep(0.4)
asyncio.SelectorEventLoop._write_to_self = slow
class TakesLongToGo:
    def __del__(self, sleep=time.sleep):
        sleep(1)
sys.takes_long_to_go = TakesLongToGo()
"""
OPEN = """
import sys
from hospital_sim.storage import open_store
store = open_store(sys.argv[1])
"""


def _end_of(script: str, url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", script, url], check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "use",
    [
        "store.create('a/b', b'x')",
        "store.create_many((f'a/{n}', b'x') for n in range(20))",
        "for n in range(20): store.create(f'{n}/a', b'x')\nfound = store.keys(); next(found)",
        "for n in range(20): store.create(f'{n}/a', b'x')\nnext(store.read_many(f'{n}/a' for n in range(20)))",
        "store.create('a/b', b'x')\nraise SystemExit(3)",
    ],
    ids=["one object", "many objects", "a listing left unfinished", "reads left unfinished", "an error"],
)
def test_a_process_whose_client_is_slow_ends_with_its_own_code(seaweed: S3Server, use: str) -> None:
    ended = _end_of(SLOW_THREADS + OPEN + use, seaweed.new_url())

    assert (ended.returncode, ended.stderr) == (3 if "SystemExit" in use else 0, "")


def test_processes_end_as_they_should_again_and_again(seaweed: S3Server, soak: bool) -> None:
    use = "store.create_many((f'a/{n}', b'x') for n in range(200))\nlist(store.read_many(store.keys()))"
    for _ in range(300 if soak else 3):
        ended = _end_of(OPEN + use, seaweed.new_url())

        assert (ended.returncode, ended.stderr) == (0, "")


def test_a_store_that_cannot_be_reached_ends_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in S3Server("http://127.0.0.1:9", [], None).environment().items():  # type: ignore[arg-type]
        monkeypatch.setenv(name, value)
    patience = "from hospital_sim.storage import retries\nretries.SECONDS = 0.5\n"

    ended = _end_of(SLOW_THREADS + OPEN + patience + "store.create('a', b'')", "s3://bucket/lake")

    assert ended.returncode == 1
    assert "StoreUnreachableError" in ended.stderr
    assert "Fatal" not in ended.stderr
