"""The contract of stores on file systems of other kinds, mounted for a process of its own."""

import sys
from pathlib import Path

import pytest
from mounted import KINDS, run_mounted

pytestmark = pytest.mark.integration

CONTRACT = Path(__file__).with_name("test_store_contract.py")


@pytest.mark.parametrize("kind", KINDS)
def test_the_contract_of_stores_holds_on_a_file_system(kind: str, tmp_path: Path) -> None:
    # rclone's file system keeps a name free for nobody, so it is for a single writer alone.
    tests = "looked" if kind == "FUSE" else "[local]"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--basetemp={tmp_path}/{kind}/at/tests"]
    command = [sys.executable, "-m", "pytest", *options, str(CONTRACT), "-k", tests]
    done = run_mounted(kind, tmp_path / kind, command)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


_WRITE = """
import sys
from hospital_sim.storage import LocalStore, OverwritingStoreError, StorageError
root = sys.argv[1]
try:
    LocalStore(root).create("a/b", b"one")
except OverwritingStoreError as error:
    print(error.reason[:40])
store = LocalStore(root, single_writer=True)
print(store.create("a/b", b"one"), list(store.keys()))
try:
    store.create("a/B", b"one")
except StorageError as error:
    print(error.reason[:40])
store.flush()
"""


def test_a_file_system_without_links_is_refused_and_used_by_a_single_writer(tmp_path: Path) -> None:
    root = f"{tmp_path}/FUSE/at/raw"
    done = run_mounted("FUSE", tmp_path / "FUSE", [sys.executable, "-c", _WRITE, root])
    assert done.stdout.splitlines() == [
        "its file system has neither hard links n",
        "True ['a/b']",
        "cannot be written: its file system takes",
    ], done.stderr
