"""Bundles: copies of many small objects in one, which add nothing to a folder and take nothing from it."""

import gzip
from collections.abc import Callable
from hashlib import sha256
from uuid import uuid4

import pytest

from hospital_sim.events.keys import bundle_name, is_record_key, is_run_bundle_key, parse_bundle_name
from hospital_sim.storage import BundledFolder, ObjectNotFoundError, ObjectStore, bundles, copied, open_store
from hospital_sim.storage.bundles import LARGEST_COPY

pytestmark = pytest.mark.unit

OBJECTS = {"notes/a.json": b"{}", "notes/b.json": b"", "notes/c/d.json": b"\n\x00\n" * 50}
UNREAD = dict.fromkeys(OBJECTS, b"not read")


@pytest.fixture
def store() -> ObjectStore:
    return open_store(f"memory://{uuid4()}")


def put(store: ObjectStore, objects: dict[str, bytes]) -> None:
    store.create_many(objects.items())


def read_all(store: ObjectStore) -> dict[str, object]:
    folder = BundledFolder(store, "notes/")
    return dict(folder.read_each(folder.keys, 1000))


def test_objects_are_read_from_the_newest_bundle_and_the_others_themselves(store: ObjectStore) -> None:
    put(store, UNREAD | {"notes/new.json": b"new"})
    BundledFolder(store, "notes/").add_bundle({"notes/a.json": b"older"})
    BundledFolder(store, "notes/").add_bundle(OBJECTS)

    folder = BundledFolder(store, "notes/")

    assert folder.keys == [*OBJECTS, "notes/new.json"]
    assert list(folder.read_each(reversed(folder.keys), 1000)) == [
        ("notes/new.json", b"new"), *reversed(OBJECTS.items())
    ]  # fmt: skip
    assert [folder.copies(key) for key in folder.bundles] == [{"notes/a.json": b"older"}, OBJECTS]


def test_an_object_that_is_gone_is_not_listed_although_a_bundle_has_it(store: ObjectStore) -> None:
    put(store, {"notes/a.json": b"{}"})
    BundledFolder(store, "notes/").add_bundle(OBJECTS)
    assert read_all(store) == {"notes/a.json": b"{}"}


def test_the_bytes_of_a_bundle_depend_on_its_objects_alone(store: ObjectStore) -> None:
    other = open_store(f"memory://{uuid4()}")
    BundledFolder(store, "notes/").add_bundle(OBJECTS)
    BundledFolder(other, "other/").add_bundle(
        {key.replace("notes", "other"): OBJECTS[key] for key in reversed(OBJECTS)}
    )
    [bundle], [same] = store.keys("notes/"), other.keys("other/")
    assert bundle.removeprefix("notes/") == same.removeprefix("other/")
    assert store.read(bundle) == other.read(same)


def _named(data: bytes) -> tuple[str, bytes]:
    return bundle_name(3, sha256(data).hexdigest()), data


@pytest.mark.parametrize(
    "broken",
    [
        lambda _, data: (bundle_name(3, "0" * 64), data),
        lambda name, data: (name, data[:-1]),
        lambda _, data: _named(data[:-1]),
        lambda _, data: _named(gzip.decompress(data)),
        lambda _, data: _named(gzip.compress(gzip.decompress(data)[:-1])),
        lambda _, data: _named(gzip.compress(gzip.decompress(data) + b"more")),
        lambda *_: _named(gzip.compress(b'[["a.json", -1], ["b.json", 4]]\nabc')),
        lambda *_: _named(gzip.compress(b'["a.json"]\nabc')),
        lambda *_: _named(gzip.compress(b"[]")),
        lambda *_: _named(gzip.compress(b"[" * 100_000 + b"\n")),
        lambda *_: _named(gzip.compress(b"[]\n" + bytes(2000))),
    ],
    ids=["of another name", "cut off", "cut off and renamed", "unpacked", "shorter", "longer", "negative", "no size",
         "no line", "deep",
         "unpacks to more than is read"],
)  # fmt: skip
def test_a_broken_bundle_is_ignored(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, broken: Callable[[str, bytes], tuple[str, bytes]]
) -> None:
    scratch = open_store(f"memory://{uuid4()}")
    BundledFolder(scratch, "notes/").add_bundle(OBJECTS)
    [key] = scratch.keys("notes/")
    name, data = broken(key.removeprefix("notes/"), scratch.read(key))
    put(store, UNREAD | {f"notes/{name}": data})
    monkeypatch.setattr(bundles, "LARGEST_BUNDLE", 1000)

    folder = BundledFolder(store, "notes/")

    assert folder.copies(f"notes/{name}") is None
    assert read_all(store) == UNREAD


def test_a_bundle_that_could_not_be_read_is_not_written(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "LARGEST_BUNDLE", 100)
    BundledFolder(store, "notes/").add_bundle(OBJECTS)
    assert list(store.keys()) == []


def test_an_object_that_vanished_is_an_error_of_its_own(store: ObjectStore) -> None:
    put(store, OBJECTS)
    folder = BundledFolder(store, "notes/")
    store.delete_many(["notes/b.json"])
    assert isinstance(dict(folder.read_each(folder.keys, 1000))["notes/b.json"], ObjectNotFoundError)


def test_a_bundle_is_due_after_sixteen_runs_and_seldom_in_very_large_folders(store: ObjectStore) -> None:
    put(store, {"notes/a.json": b"{}"})
    assert [BundledFolder(store, "notes/").is_due(objects) for objects in (31, 32)] == [False, True]
    put(store, {f"notes/{bundle_name(100, '0' * 64)}": b""})
    assert [BundledFolder(store, "notes/").is_due(objects) for objects in (131, 132)] == [False, True]
    put(store, {f"notes/{bundle_name(2_560_000, '0' * 64)}": b""})
    assert [BundledFolder(store, "notes/").is_due(objects) for objects in (2_569_999, 2_570_000)] == [False, True]


def test_the_name_of_a_bundle_is_recognised() -> None:
    name = bundle_name(32, "0f" * 32)
    assert name == f"bundle-000032-{'0f' * 32}.gz"
    assert parse_bundle_name(name) == 32
    assert is_run_bundle_key(f"_runs/{name}")
    assert not is_record_key(f"_runs/{name}")
    for other in (name.upper(), f"{name}.gz", name.replace("000032", "32"), f"x{name}", f"{name}\n"):
        assert parse_bundle_name(other) is None
    assert not any(map(is_run_bundle_key, (name, f"_runs/x/{name}", f"other/{name}", f"_runs/{name}/x")))


def test_a_large_object_is_counted_by_a_bundle_and_read_itself(store: ObjectStore) -> None:
    large = b"x" * (LARGEST_COPY + 1)
    objects = {**OBJECTS, "notes/large.json": large}
    put(store, objects)
    BundledFolder(store, "notes/").add_bundle({key: copied(data) for key, data in objects.items()})

    folder = BundledFolder(store, "notes/")

    assert folder.copies(folder.bundles[0]) == OBJECTS
    assert dict(folder.read_each(folder.keys, 1 << 20)) == objects
    assert not folder.is_due(len(objects) + 31)
    assert len(store.read(folder.bundles[0])) < LARGEST_COPY
