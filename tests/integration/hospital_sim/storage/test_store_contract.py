"""The contract of an object store: all of it on stores that need no server and on one server, else what differs."""

import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from file_systems import store_that

from hospital_sim.storage import (
    ObjectConflictError,
    ObjectNotFoundError,
    ObjectStore,
    ObjectTooLargeError,
    ObjectUnreadableError,
    UnfitKeyError,
    create_once,
    open_store,
)
from hospital_sim.storage.fsspec_store import FsspecStore

pytestmark = pytest.mark.integration

SHARED = ("local", "local, linked", "local, renamed", "memory", "seaweed")
SERVERS = (*SHARED, "moto_s3")
SINGLE_WRITER = ("local, looked for", "memory, single writer", "rclone_s3, single writer", "s3fs, single writer")
"""Stores that look for a key before each write, because nothing else writes to them."""

MANY = {"moto_s3": 45, "seaweed": 1100}
"""Objects that a listing has in more than one page: moto sends 20 in each, SeaweedFS 1,000."""


@pytest.fixture(params=SHARED)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """A store for several writers, of each kind of code."""
    return _open(request, tmp_path)


@pytest.fixture(params=SERVERS)
def served_store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """A store for several writers, on each server."""
    return _open(request, tmp_path)


@pytest.fixture(params=SERVERS + SINGLE_WRITER)
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return _open(request, tmp_path)


def _open(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    name, _, way = request.param.partition(", ")
    if name == "local":
        return store_that(way, tmp_path / "store") if way else open_store(tmp_path / "store")
    if name == "s3fs":
        # As any other file system of fsspec over a network.
        return FsspecStore(request.getfixturevalue("seaweed").new_url(), single_writer=True)
    url = f"memory://{uuid4().hex}" if name == "memory" else request.getfixturevalue(name).new_url()
    return open_store(url, single_writer=bool(way))


def test_an_object_is_created_once_and_no_other_bytes_take_its_key(any_store: ObjectStore) -> None:
    assert any_store.create("a/b.json", b"one") is True
    assert any_store.create("a/b.json", b"one") is False
    with pytest.raises(ObjectConflictError, match=r"a/b\.json: is already there with other bytes") as refused:
        any_store.create("a/b.json", b"two")
    assert refused.value.location == f"{any_store.url}/a/b.json"
    assert any_store.read("a/b.json") == b"one"
    assert create_once(any_store, "probe", b"1") is True
    assert create_once(any_store, "probe", b"1") is False
    any_store.flush()


def test_objects_are_deleted_and_no_others(any_store: ObjectStore) -> None:
    many = MANY.get(any_store.url.partition("://")[0], 45)
    any_store.create_many((f"a/{number}", b"x") for number in range(many))
    for key in ("a/kept", "ab", "b/1", "b/2"):
        any_store.create(key, b"y")
    any_store.delete_many(f"a/{number}" for number in range(many))
    assert list(any_store.keys()) == ["a/kept", "ab", "b/1", "b/2"]
    # Those that are gone already are passed over, so that an interrupted call can be made again.
    any_store.delete_many(["a/1", "b/1", "none/such"])
    assert list(any_store.keys()) == ["a/kept", "ab", "b/2"]
    any_store.delete_many([])
    assert any_store.create("b/1", b"another") is True
    with pytest.raises(ValueError, match="not an object key"):
        any_store.delete_many(["../a"])


def test_reading_a_missing_object_is_an_error_that_names_it(any_store: ObjectStore) -> None:
    with pytest.raises(ObjectNotFoundError, match="a/b: there is no such object") as refused:
        any_store.read("a/b")
    assert str(refused.value).startswith(any_store.url)
    assert not any_store.exists("a/b")
    assert list(any_store.keys()) == list(any_store.folders()) == any_store.level("x/")[0] == []
    any_store.create("a/b", b"")
    assert (any_store.exists("a/b"), any_store.exists("a")) == (True, False)


def test_keys_folders_and_objects_come_sorted_as_keys(any_store: ObjectStore) -> None:
    keys = ["a", "b-c/d", "b/z", "b/a/x", "b.json", "c/é", "c/x y", "c/z", "d=1/e&f+g"]
    any_store.create_many((key, key.encode()) for key in keys)
    assert list(any_store.keys()) == sorted(keys)
    assert list(any_store.keys("b/")) == ["b/a/x", "b/z"]
    assert list(any_store.folders()) == any_store.level()[1] == ["b-c/", "b/", "c/", "d=1/"]
    assert list(any_store.folders("b/")) == ["b/a/"]
    assert any_store.level()[0] == ["a", "b.json"]
    assert any_store.level("b/")[0] == ["b/z"]
    assert dict(any_store.read_many(keys)) == {key: key.encode() for key in keys}


def test_the_objects_of_several_folders_are_listed_together(any_store: ObjectStore) -> None:
    keys = ["d/y", "d=1-x/y", "d=1/a", "d=1/b/c", "d=1/b-c", "d=2", "d=3/x", "d=4/x", "d=5/z", "d=55/z", "d=6/x", "e"]
    any_store.create_many((key, b"" if key == "d=5/z" else b"1") for key in keys)
    folders = ["d=1/", "d=3/", "d=33/", "d=5/", "d=7/"]
    assert list(any_store.keys_in(folders)) == [["d=1/a", "d=1/b-c", "d=1/b/c"], ["d=3/x"], [], ["d=5/z"], []]
    for some in (folders[:1], folders[2:3], folders[1:3], ["d/"], ["d=1-x/", "d=1/"]):
        assert list(any_store.keys_in(some)) == [list(any_store.keys(folder)) for folder in some]


def test_a_store_works_in_another_process(any_store: ObjectStore) -> None:
    any_store.create("a", b"1")
    again = pickle.loads(pickle.dumps(any_store))
    assert (again.url, again.read("a"), again.create("a", b"1")) == (any_store.url, b"1", False)


def test_one_of_many_writers_of_a_key_creates_it_and_the_others_are_refused(served_store: ObjectStore) -> None:
    won: list[bytes] = []
    lost: list[bytes] = []

    def write(number: int) -> None:
        try:
            served_store.create("raced", b"%d" % number)
        except ObjectConflictError:
            lost.append(b"%d" % number)
        else:
            won.append(b"%d" % number)

    _in_threads(write, 8)
    assert (len(won), len(lost)) == (1, 7)
    assert served_store.read("raced") == won[0]


def test_a_listing_is_complete_when_the_server_sends_it_in_pages(
    served_store: ObjectStore, request: pytest.FixtureRequest
) -> None:
    many = MANY.get(request.node.callspec.params["served_store"], 20)
    keys = [f"many/{number:05d}" for number in range(many)]
    served_store.create_many((key, b"") for key in keys)
    assert served_store.level("many/")[0] == list(served_store.keys()) == keys


def test_many_objects_are_created_and_the_new_ones_counted(store: ObjectStore) -> None:
    objects = [(f"day={number % 7}/{number:04d}", b"%d" % number) for number in range(300)]
    store.create_many(objects[::50])
    assert store.create_many(iter(objects)) == 300 - 6
    assert store.create_many(objects) == 0
    assert list(store.read_many(key for key, _ in objects)) == objects
    assert list(store.keys()) == sorted(key for key, _ in objects)
    assert store.create_many([]) == 0
    assert list(store.read_many([])) == []


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


def test_a_listing_is_complete_with_more_folders_than_are_prefetched(store: ObjectStore) -> None:
    keys = [f"{number:02d}/{part}/x" for number in range(40) for part in "ab"]
    store.create_many((key, b"") for key in keys)
    assert list(store.keys()) == keys


def test_objects_of_every_size_are_read_back_whole(store: ObjectStore) -> None:
    objects = {f"{size}": os.urandom(size) for size in (0, 1, 65_536, 65_537, 6_000_000)}
    store.create_many(objects.items())
    assert dict(store.read_many(objects)) == objects


def test_a_key_that_could_leave_the_store_is_refused(store: ObjectStore) -> None:
    calls: tuple[Callable[[str], object], ...] = (
        lambda key: store.create(key, b""),
        lambda key: store.create_many([(key, b"")]),
        store.read,
        lambda key: list(store.read_many([key])),
        store.exists,
    )
    for key in ("", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a/.", "..", "a\0b"):
        for call in calls:
            with pytest.raises(ValueError, match="not an object key"):
                call(key)
    assert list(store.keys()) == []


def test_a_prefix_that_could_leave_the_store_is_refused(store: ObjectStore) -> None:
    for prefix in ("a", "/", "../", "a/../", "a//", "./", "a\0/"):
        for listing in (store.keys, store.folders, store.level):
            with pytest.raises(ValueError, match="not a prefix of object keys"):
                list(listing(prefix))


def test_each_object_is_read_or_the_error_of_that_object_is_given(any_store: ObjectStore) -> None:
    any_store.create_many([("a", b"123"), ("b", b"1234"), ("empty", b""), ("c/d", b"1")])
    keys = ["a", "b", "a//b", "gone", "..", "empty", "c", "c/d"]

    objects = dict(any_store.read_each(iter(keys), 3))

    assert list(objects) == keys
    read = {key: data for key, data in objects.items() if isinstance(data, bytes)}
    assert read == {"a": b"123", "empty": b"", "c/d": b"1"}
    errors = [type(objects[key]) for key in ("b", "a//b", "..", "gone")]
    assert errors == [ObjectTooLargeError, ObjectUnreadableError, ObjectUnreadableError, ObjectNotFoundError]
    assert str(objects["b"]) == f"{any_store.url}/b: has 4 bytes, more than 3"
    assert pickle.loads(pickle.dumps(objects["b"])).size == 4


@pytest.mark.parametrize("server", ["seaweed", "moto_s3"])
def test_a_listing_of_s3_has_no_markers_but_all_other_names(request: pytest.FixtureRequest, server: str) -> None:
    s3 = request.getfixturevalue(server)
    store = open_store(s3.new_url())
    bucket, _, prefix = store.url.removeprefix("s3://").partition("/")
    keys = ["a/b", "d/e/f", "z"]
    store.create_many((key, b"") for key in keys)
    names = ["a/tab\t", "d/del\x7f/x", "\x7f"] + (["//x", "a//x", "a/./x", "d/e/.."] if server == "moto_s3" else [])
    for name in [*names, "", "a/", "d/e/", "new/"]:
        s3.client().put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=b"")

    assert sorted(store.keys()) == sorted([*keys, *names])
    listed = store.keys()
    assert [key for key in listed if key in keys] == keys
    assert set(store.folders()) == {"a/", "d/", "new/"}
    assert set(store.level()[0]) == {"z", "\x7f", *(name for name in names if name == "//x")}
    assert (set(store.folders("d/")), store.level("d/")[0]) == ({"d/del\x7f/", "d/e/"}, [])
    for folders in (["a/", "d/", "new/"], ["a/"], ["d/e/"], ["d/del\x7f/", "d/e/"]):
        assert [set(names) for names in store.keys_in(folders)] == [set(store.keys(folder)) for folder in folders]
    assert {key for key, data in store.read_each(store.keys(), 1) if data == b""} == set(keys)
    for name in ("\x7f", "x" * 1024, "\udcff"):
        with pytest.raises(UnfitKeyError, match="cannot be written: a name in S3 has up to 1,024 bytes of UTF-8"):
            store.create(name, b"")
    for call in (store.exists, lambda name: store.delete_many([name])):
        with pytest.raises(UnfitKeyError, match="no request can name it, because it has a control character"):
            call("d/tab\t")


def test_a_store_can_be_used_from_several_threads_at_once(store: ObjectStore) -> None:
    _in_threads(lambda part: store.create_many((f"{part}/{number}", b"%d" % number) for number in range(30)), 4)
    assert len(list(store.keys())) == 120


def _in_threads(work: Callable[[int], object], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
