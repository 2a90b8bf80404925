"""What a directory alone does as an object store, in each way that it creates files.

The contract of all stores is in ``tests/integration/hospital_sim/storage/test_store_contract.py``.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path

import file_systems
import pytest
from file_systems import WAYS, store_that
from hostile_lakes import nested_folders

import hospital_sim.storage.file_systems
from hospital_sim.storage import (
    LocalStore,
    ObjectConflictError,
    ObjectTooLargeError,
    ObjectUnreadableError,
    StorageError,
    UnfitKeyError,
)

pytestmark = pytest.mark.unit


@pytest.fixture(params=WAYS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStore:
    return store_that(request.param, tmp_path / "raw")


def test_an_object_is_one_file_that_others_can_read(store: LocalStore) -> None:
    store.create("a/b", b"one")
    files = [path.relative_to(store.url) for path in Path(store.url).rglob("*") if path.is_file()]
    assert files == [Path("a/b")]
    assert not [path for path in Path(f"{store.url}.incoming").rglob("*") if path.is_file()]
    assert Path(store.url, "a/b").stat().st_mode & 0o777 == 0o644


def test_a_file_in_place_of_a_folder_and_a_folder_in_place_of_a_file_are_named(store: LocalStore) -> None:
    store.create("a", b"")
    with pytest.raises(StorageError, match="a/b"):
        store.create("a/b", b"")
    store.create("c/d", b"")
    with pytest.raises(StorageError, match=r"/c: "):
        store.create("c", b"")


def test_a_root_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=rf"cannot be written: {tmp_path}/file is not a folder, .*; put the folder"):
        LocalStore(tmp_path / "file").create("a", b"")
    with pytest.raises(StorageError, match="cannot be listed"):
        list(LocalStore(tmp_path / "file").keys())


@pytest.mark.parametrize("way", WAYS[:3])
def test_many_writers_of_the_same_bytes_all_succeed_and_one_creates(way: str, tmp_path: Path) -> None:
    store = store_that(way, tmp_path / "raw")
    created: list[bool] = []
    data = b"the same object of bytes"
    threads = [threading.Thread(target=lambda: created.append(store.create("same", data))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False] * 7 + [True]
    assert store.read("same") == data


_WRITE_SLOWLY = """
import os, sys, time
from file_systems import store_that
real = os.write
def slowly(descriptor, data):
    written = real(descriptor, data[: len(data) // 2])
    print("half", flush=True)
    time.sleep(60)
    return written
store = store_that(sys.argv[2], sys.argv[1])
store.create("whole", b"one")
os.write = slowly
store.create("half", b"0123456789")
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_kill_in_the_middle_of_a_write_leaves_no_half_object(way: str, tmp_path: Path) -> None:
    root = tmp_path / "raw"
    command = [sys.executable, "-c", _WRITE_SLOWLY, str(root), way]
    support = {"PYTHONPATH": str(Path(file_systems.__file__).parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | support) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    store = LocalStore(root)
    assert list(store.keys()) == ["whole"]
    assert store.create("half", b"0123456789")
    assert store.read("half") == b"0123456789"


def test_a_temporary_file_of_a_killed_writer_is_never_written_to(tmp_path: Path) -> None:
    """Such a file may be linked under a key already, so writing to it would change an object."""
    store = store_that("linked", tmp_path / "raw")
    store.create("kept", b"kept")
    leftover = Path(f"{store.url}.incoming", "leftover")
    os.link(Path(store.url, "kept"), leftover)
    for number in range(50):
        store.create(f"{number}", b"other")
    assert store.read("kept") == leftover.read_bytes() == b"kept"


def test_a_full_disk_is_an_error_that_names_the_object(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hospital_sim.storage.file_systems.os.write", full)
    with pytest.raises(StorageError, match="a/b: cannot be written: No space left on device"):
        store.create("a/b", b"one")
    monkeypatch.undo()
    assert list(store.keys()) == []
    assert not [path for path in Path(f"{store.url}.incoming").rglob("*") if path.is_file()]


def test_an_error_of_a_store_can_be_pickled() -> None:
    error = ObjectConflictError("lake/a", "is already there")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.location) == (ObjectConflictError, "lake/a: is already there", "lake/a")


def test_a_link_cannot_lead_out_of_the_store(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    store = LocalStore(tmp_path / "raw")
    store.create("a/b", b"one")
    (tmp_path / "raw" / "folder").symlink_to(outside)
    (tmp_path / "raw" / "a" / "file").symlink_to(outside / "secret")

    assert list(store.keys()) == ["a/b", "a/file", "folder"]
    for key in ("a/file", "folder"):
        with pytest.raises(StorageError, match=f"{key}: cannot be read: it is a link and no object"):
            store.read(key)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    os.mkfifo(tmp_path / "raw" / "pipe")

    with pytest.raises(ObjectUnreadableError, match="/pipe: cannot be read: it is no file"):
        LocalStore(tmp_path / "raw").read("pipe")


def test_folders_within_each_other_are_listed_however_deep_they_are(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "raw")
    store.create("z", b"")
    with nested_folders(tmp_path / "raw", 1200) as deepest:
        assert list(store.keys()) == [deepest, "z"]
        assert dict(store.read_each([deepest], 0)) == {deepest: b""}
    with nested_folders(tmp_path / "raw", 2500):
        cut, last = store.keys()
        assert (last, len(f"{store.url}/{cut}") > 4080, set(cut)) == ("z", True, {"d", "/"})
        ((_, error),) = store.read_each([cut], 0)
        assert isinstance(error, ObjectUnreadableError)


def test_an_object_is_read_to_its_end_whatever_size_the_file_system_names() -> None:
    version = Path("/proc/version")
    assert version.stat().st_size == 0
    assert LocalStore(version.parent).read("version") == version.read_bytes()


def test_a_large_object_is_read_in_few_calls_and_not_at_all_if_it_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 1 << 25)
    calls: list[int] = []
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: calls.append(size) or read(file, size))

    assert len(store.read("large")) == 1 << 25
    assert len(calls) <= 3
    calls.clear()
    ((_, error),) = store.read_each(["large"], 1 << 16)
    assert (type(error), calls) == (ObjectTooLargeError, [])


def test_a_file_or_a_link_in_place_of_a_folder_has_no_objects(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "raw")
    store.create("file", b"")
    (tmp_path / "raw" / "loop").symlink_to("loop")
    assert list(store.keys("file/")) == list(store.keys("loop/")) == list(store.folders("file/a/")) == []
    (tmp_path / "raw" / "gone").symlink_to("nowhere")
    for name in ("file", "loop", "gone"):
        for key in (f"{name}/a", f"{name}/a/b"):
            with pytest.raises(
                UnfitKeyError, match=rf"{key}: cannot be written: {tmp_path}/raw/{name} is not a folder,"
            ):
                store.create(key, b"")
    for key in ("file/a", "loop/a/b"):
        with pytest.raises(ObjectUnreadableError, match=rf"{key}: cannot be read: {tmp_path}/raw/.* is not a folder,"):
            store.read(key)
    with pytest.raises(UnfitKeyError, match="cannot be written"):
        store.create("x" * 256, b"")


def test_objects_that_exist_are_compared_and_not_written_once_more(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    write_all = hospital_sim.storage.file_systems.write_all
    objects = [(f"a/{number}", str(number).encode()) for number in range(20)]
    store.create_many(objects[:5] + objects[6:10] + objects[15:])
    monkeypatch.setattr(
        hospital_sim.storage.file_systems,
        "write_all",
        lambda descriptor, data: (written.append(data), write_all(descriptor, data)),
    )

    assert store.create_many(objects) == 6

    # The six, and the first of those that exist each time, because nobody knows before.
    assert sorted(map(int, written)) == [0, 5, 6, 10, 11, 12, 13, 14, 15]
    assert dict(store.read_many(store.keys())) == dict(objects)
    for other in (b"", b"other"):
        with pytest.raises(ObjectConflictError, match="a/3"):
            store.create_many([*objects[:3], ("a/3", other), *objects[4:]])


@pytest.mark.parametrize("make", ["symlink_to", "mkdir"])
def test_what_is_no_object_is_an_error_after_objects_that_exist_too(make: str, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "raw")
    store.create_many([("a/1", b"1"), ("a/2", b"2")])
    path, target = tmp_path / "raw" / "a" / "3", tmp_path / "outside"
    target.write_bytes(b"3")
    path.symlink_to(target) if make == "symlink_to" else path.mkdir()

    with pytest.raises(StorageError, match="a/3"):
        store.create_many([("a/1", b"1"), ("a/2", b"2"), ("a/3", b"3")])
