"""A process that used S3 ends cleanly, however late the client's threads return from their last results."""

import subprocess
import sys

import pytest
from s3_servers import S3Server

pytestmark = pytest.mark.integration

# A thread of the client returns late from waking the loop, and the interpreter ends even later. Without a clean end,
# the thread returns to an interpreter that no longer exists, and the system aborts the process.
SLOW_THREADS = """
import asyncio, sys, threading, time
real = asyncio.SelectorEventLoop._write_to_self
def slow(loop):
    real(loop)
    if threading.current_thread() is not threading.main_thread():
        time.sleep(0.4)
asyncio.SelectorEventLoop._write_to_self = slow
class EndsLate:
    def __del__(self, sleep=time.sleep):
        sleep(1)
sys.ends_late = EndsLate()
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
        "for n in range(20): store.create(f'{n}/a', b'x')\nkeys = store.keys(); next(keys)",
        "for n in range(20): store.create(f'{n}/a', b'x')\nnext(store.read_many(f'{n}/a' for n in range(20)))",
        "store.create('a/b', b'x')\nraise SystemExit(3)",
    ],
    ids=["one object", "a listing left unfinished", "reads left unfinished", "an error"],
)
def test_a_process_with_a_slow_client_ends_with_its_own_exit_code(seaweed: S3Server, use: str) -> None:
    ended = _end_of(SLOW_THREADS + OPEN + use, seaweed.new_url())

    assert (ended.returncode, ended.stderr) == (3 if "SystemExit" in use else 0, "")


def test_processes_with_a_store_end_without_an_error(seaweed: S3Server, soak: bool) -> None:
    use = "store.create_many((f'a/{n}', b'x') for n in range(200))\nlist(store.read_many(store.keys()))"
    for _ in range(300 if soak else 2):
        ended = _end_of(OPEN + use, seaweed.new_url())

        assert (ended.returncode, ended.stderr) == (0, "")


def test_a_process_whose_store_is_unreachable_ends_with_that_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in S3Server("http://127.0.0.1:9", [], None).environment().items():  # type: ignore[arg-type]
        monkeypatch.setenv(name, value)
    short_deadline = "from hospital_sim.storage import retries\nretries.SECONDS = 0.5\n"

    ended = _end_of(SLOW_THREADS + OPEN + short_deadline + "store.create('a', b'')", "s3://bucket/lake")

    assert ended.returncode == 1
    assert "StoreUnreachableError" in ended.stderr
    assert "Fatal" not in ended.stderr
