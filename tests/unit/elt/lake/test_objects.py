"""Objects of partitions are read together from any store, compiled or plain: whole, or with the error of the object."""

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from compiled_code import use_way

from elt.lake.objects import object_names, read_objects
from elt.native.files import LARGE
from elt.native.names import NAME_END
from hospital_sim.events.keys import LARGEST_EVENT
from hospital_sim.storage import LocalStore, ObjectStore, ObjectUnreadableError, open_store

pytestmark = pytest.mark.unit

PREFIXES = ["raw/admission/event_date=2024-01-01/", "raw/admission/event_date=2024-01-02/"]


@pytest.fixture(params=["compiled", "plain"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    use_way(request.param, monkeypatch)


@pytest.fixture(params=[LocalStore, lambda folder: open_store(f"memory://partitions{folder}")], ids=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    make_store: Callable[[Path], ObjectStore] = request.param
    return make_store(tmp_path)


def filled(store: ObjectStore, objects: dict[str, bytes]) -> dict[str, bytes]:
    """Put objects into two partitions, half of them into each."""
    for number, (name, data) in enumerate(objects.items()):
        store.create(PREFIXES[number >= len(objects) // 2] + name, data)
    return objects


def listed(store: ObjectStore, prefixes: list[str]) -> list[list[str]]:
    """Return the names below each prefix, sorted."""
    names = object_names(store, prefixes)
    spans = pairwise([0, *names.ends.tolist()])
    return [sorted(map(os.fsdecode, names.buffer[start:end].split(NAME_END)[:-1])) for start, end in spans]


def read(store: ObjectStore, names: list[str]) -> tuple[list[bytes], dict[int, ObjectUnreadableError]]:
    rows = np.array([list(name.encode()) for name in names], np.uint8)
    half = len(names) // 2
    objects, unreadable = read_objects(store, PREFIXES, [half, len(names) - half], rows)
    return list(objects), unreadable


# The last are more than a buffer holds at first.
MANY = [LARGE + number % 3 - 1 for number in range(250)]


SIZES = [[0], [LARGE - 1], [LARGE], [LARGE + 1], [0, LARGEST_EVENT, 1], [LARGE, LARGE, 0], MANY]


@pytest.mark.parametrize("sizes", SIZES)
def test_an_object_of_any_size_is_read_whole_and_so_is_the_next(store: ObjectStore, sizes: list[int]) -> None:
    objects = filled(store, {f"{number:03d}": bytes([number]) * size for number, size in enumerate(sizes)})
    assert read(store, list(objects)) == (list(objects.values()), {})


def test_names_are_listed_without_their_prefix_and_those_in_nested_folders_too(store: ObjectStore) -> None:
    objects = filled(store, {f"{number:04d}é": b"" for number in range(100)})
    assert listed(store, PREFIXES) == [list(objects)[:50], list(objects)[50:]]
    assert object_names(store, ["raw/admission/event_date=2024-01-03/"]).buffer == b""
    store.create("raw/admission/event_date=2024-01-03/2/3", b"")
    assert listed(store, ["raw/admission/event_date=2024-01-03/"]) == [["2/3"]]


def test_names_of_any_characters_are_listed(tmp_path: Path) -> None:
    names = {"é\n", "\udcff", "x" * 255, "..x", ".x", " "}
    names |= {f"{number}" + "x" * (number % 200) for number in range(300)}
    folder = tmp_path / PREFIXES[0]
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    assert listed(LocalStore(tmp_path), PREFIXES[:1]) == [sorted(names)]


@pytest.mark.parametrize("missing", [50, 150])
def test_an_object_that_is_gone_or_too_large_has_no_bytes_but_an_error_and_the_others_are_read(
    store: ObjectStore, missing: int
) -> None:
    large = b" " * (LARGEST_EVENT + 1)
    names = list(filled(store, {f"{number:04d}": large if number % 100 == 7 else b"a" for number in range(200)}))
    names[missing] = "0xxx"

    contents, unreadable = read(store, names)

    assert contents == [b"" if number in unreadable else b"a" for number in range(200)]
    assert {number: error.reason for number, error in unreadable.items()} == {
        7: "has 65,537 bytes, more than 65,536",
        107: "has 65,537 bytes, more than 65,536",
        missing: "there is no such object",
    }
    assert unreadable[missing].location.endswith("/0xxx")


def test_what_is_no_file_is_neither_opened_nor_followed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    filled(store, {"0001": b"a", "0004": b"b"})
    (tmp_path / PREFIXES[0] / "0002").mkdir()
    (tmp_path / PREFIXES[0] / "0003").symlink_to(tmp_path / PREFIXES[0] / "0001")
    os.mkfifo(tmp_path / PREFIXES[1] / "0005")
    contents, unreadable = read(store, ["0002", "0003", "0005", "0004"])
    assert contents == [b"", b"", b"", b"b"]
    reasons = {number: error.reason for number, error in unreadable.items()}
    no_file = "cannot be read: it is no file, but a folder, a pipe or a device"
    link = "cannot be read: it is a link and no object; put the object itself there"
    assert reasons == {0: no_file, 1: link, 2: no_file}
