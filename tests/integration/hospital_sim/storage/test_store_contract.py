"""The contract of an object store, on real ones: a directory, memory, SeaweedFS, moto."""

import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from hospital_sim.storage import (
    ObjectConflictError,
    ObjectNotFoundError,
    ObjectStore,
    StorageError,
    create_once,
    open_store,
)
from hospital_sim.storage.fsspec_store import FsspecStore

pytestmark = pytest.mark.integration

STORES = ("local", "memory", "seaweed", "moto_s3")
SINGLE_WRITER = ("memory, single writer", "rclone_s3, single writer", "s3fs, single writer")
"""Stores that look for a key before each write, because nothing else writes to them."""


@pytest.fixture(params=STORES + SINGLE_WRITER)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return _open(request, tmp_path)


@pytest.fixture(params=STORES)
def shared_store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """A store for several writers."""
    return _open(request, tmp_path)


def _open(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    name, _, single_writer = request.param.partition(", ")
    if name == "local":
        return open_store(tmp_path / "store")
    if name == "s3fs":
        # As any other file system of fsspec over a network.
        return FsspecStore(request.getfixturevalue("seaweed").new_url(), single_writer=True)
    url = f"memory://{uuid4().hex}" if name == "memory" else request.getfixturevalue(name).new_url()
    return open_store(url, single_writer=bool(single_writer))


def test_creating_the_same_bytes_again_returns_false(store: ObjectStore) -> None:
    assert store.create("a/b.json", b"one") is True
    assert store.create("a/b.json", b"one") is False
    assert store.read("a/b.json") == b"one"
    assert store.exists("a/b.json")


def test_other_bytes_under_a_key_are_an_error_that_names_it_and_change_nothing(store: ObjectStore) -> None:
    store.create("a/b.json", b"one")
    with pytest.raises(ObjectConflictError, match=r"a/b\.json: is already there with other bytes") as refused:
        store.create("a/b.json", b"two")
    assert refused.value.location == f"{store.url}/a/b.json"
    assert store.read("a/b.json") == b"one"


def test_many_objects_are_created_and_the_new_ones_counted(shared_store: ObjectStore) -> None:
    objects = [(f"day={number % 7}/{number:04d}", b"%d" % number) for number in range(300)]
    shared_store.create_many(objects[::50])
    assert shared_store.create_many(iter(objects)) == 300 - 6
    assert shared_store.create_many(objects) == 0
    assert list(shared_store.read_many(key for key, _ in objects)) == objects
    assert list(shared_store.keys()) == sorted(key for key, _ in objects)


def test_create_many_stops_at_a_conflict_and_counts_the_objects_that_exist(store: ObjectStore) -> None:
    store.create("0300", b"other")
    with pytest.raises(ObjectConflictError, match="0300") as refused:
        store.create_many((f"{number:04d}", b"%d" % number) for number in range(5000))
    existing = len(list(store.keys())) - 1
    assert refused.value.done == existing
    assert 0 < existing < 1000


def test_read_many_yields_objects_up_to_the_first_missing_one(store: ObjectStore) -> None:
    store.create_many((f"{number:04d}", b"%d" % number) for number in range(300) if number != 200)
    read = []
    with pytest.raises(ObjectNotFoundError, match="0200: there is no such object"):
        read += [key for key, _ in store.read_many(f"{number:04d}" for number in range(300))]
    assert len(read) in (0, 200)


def test_create_many_and_read_many_accept_no_objects(store: ObjectStore) -> None:
    assert store.create_many([]) == 0
    assert list(store.read_many([])) == []


def test_reading_a_missing_object_is_an_error(store: ObjectStore) -> None:
    with pytest.raises(ObjectNotFoundError, match="a/b: there is no such object"):
        store.read("a/b")
    assert not store.exists("a/b")
    assert list(store.keys()) == list(store.folders()) == list(store.objects("x/")) == []
    store.create("a/b", b"")
    assert (store.exists("a/b"), store.exists("a")) == (True, False)


def test_keys_folders_and_objects_come_sorted_as_keys(store: ObjectStore) -> None:
    keys = ["a", "b-c/d", "b/z", "b/a/x", "b.json", "c/é", "c/x y", "c/z", "d=1/e&f+g"]
    store.create_many((key, key.encode()) for key in keys)
    assert list(store.keys()) == sorted(keys)
    assert list(store.keys("b/")) == ["b/a/x", "b/z"]
    assert list(store.folders()) == ["b-c/", "b/", "c/", "d=1/"]
    assert list(store.folders("b/")) == ["b/a/"]
    assert list(store.objects()) == ["a", "b.json"]
    assert list(store.objects("b/")) == ["b/z"]
    assert dict(store.read_many(keys)) == {key: key.encode() for key in keys}


def test_a_listing_is_complete_when_the_server_sends_it_in_pages(shared_store: ObjectStore) -> None:
    keys = [f"many/{number:05d}" for number in range(1100)]
    shared_store.create_many((key, b"") for key in keys)
    assert list(shared_store.objects("many/")) == list(shared_store.keys()) == keys


def test_a_listing_is_complete_with_more_folders_than_are_prefetched(store: ObjectStore) -> None:
    keys = [f"{number:02d}/{part}/x" for number in range(40) for part in "ab"]
    store.create_many((key, b"") for key in keys)
    assert list(store.keys()) == keys


def test_objects_of_every_size_are_read_back_whole(store: ObjectStore) -> None:
    objects = {f"{size}": os.urandom(size) for size in (0, 1, 65_536, 65_537, 6_000_000)}
    store.create_many(objects.items())
    assert dict(store.read_many(objects)) == objects


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "..", "a\0b"])
def test_a_key_that_could_leave_the_store_is_refused(store: ObjectStore, key: str) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: store.create(key, b""),
        lambda: store.create_many([(key, b"")]),
        lambda: store.read(key),
        lambda: list(store.read_many([key])),
        lambda: store.exists(key),
    )
    for call in calls:
        with pytest.raises(ValueError, match="not an object key"):
            call()


@pytest.mark.parametrize("prefix", ["a", "/", "../", "a/../", "a//", "./", "a\0/"])
def test_a_prefix_that_could_leave_the_store_is_refused(store: ObjectStore, prefix: str) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: list(store.keys(prefix)),
        lambda: list(store.folders(prefix)),
        lambda: list(store.objects(prefix)),
    )
    for call in calls:
        with pytest.raises(ValueError, match="not a prefix of object keys"):
            call()


def test_one_of_many_writers_of_a_key_creates_it_and_the_others_are_refused(shared_store: ObjectStore) -> None:
    won: list[bytes] = []
    lost: list[bytes] = []

    def write(data: bytes) -> None:
        try:
            shared_store.create("raced", data)
        except ObjectConflictError:
            lost.append(data)
        else:
            won.append(data)

    threads = [threading.Thread(target=write, args=(b"%d" % number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert shared_store.read("raced") == won[0]


def test_a_store_can_be_used_from_several_threads_at_once(store: ObjectStore) -> None:
    def write(part: int) -> None:
        store.create_many((f"{part}/{number}", b"%d" % number) for number in range(100))

    threads = [threading.Thread(target=write, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.keys())) == 400


def test_a_store_works_in_another_process(store: ObjectStore) -> None:
    store.create("a", b"1")
    again = pickle.loads(pickle.dumps(store))
    assert (again.url, again.read("a")) == (store.url, b"1")


def test_create_once_accepts_a_store_that_does_not_overwrite(store: ObjectStore) -> None:
    assert create_once(store, "probe", b"1") is True
    assert create_once(store, "probe", b"1") is False


def test_an_error_names_the_object(store: ObjectStore) -> None:
    with pytest.raises(StorageError) as refused:
        store.read("nothing")
    assert str(refused.value).startswith(store.url)
    store.flush()
