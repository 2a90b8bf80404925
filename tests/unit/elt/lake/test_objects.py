"""Objects of partitions are read together from any store, compiled or plain: whole, or an error names the object."""

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
from hospital_sim.storage import LocalStore, ObjectNotFoundError, ObjectStore, StorageError, open_store

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


def read(store: ObjectStore, names: list[str]) -> list[bytes]:
    rows = np.array([list(name.encode()) for name in names], np.uint8)
    half = len(names) // 2
    return list(read_objects(store, PREFIXES, [half, len(names) - half], rows))


# The last are more than a buffer holds at first.
MANY = [LARGE + number % 3 - 1 for number in range(250)]


@pytest.mark.parametrize("sizes", [[0], [LARGE - 1], [LARGE], [LARGE + 1], [0, 5 * LARGE, 1], [LARGE, LARGE, 0], MANY])
def test_an_object_of_any_size_is_read_whole_and_so_is_the_next(store: ObjectStore, sizes: list[int]) -> None:
    objects = filled(store, {f"{number:03d}": bytes([number]) * size for number, size in enumerate(sizes)})
    assert read(store, list(objects)) == list(objects.values())


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
def test_the_error_names_an_object_that_does_not_exist(store: ObjectStore, missing: int) -> None:
    objects = filled(store, {f"{number:04d}": b"a" for number in range(200)})
    names = list(objects)
    names[missing] = "0xxx"
    with pytest.raises(ObjectNotFoundError, match=r"event_date=2024-01-0[12]/0xxx: there is no such object"):
        read(store, names)


def test_the_error_names_a_folder_or_a_link_in_place_of_an_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    filled(store, {"0001": b"a", "0002": b"b"})
    (tmp_path / PREFIXES[0] / "0100").mkdir()
    (tmp_path / PREFIXES[0] / "0050").symlink_to(tmp_path / PREFIXES[0] / "0001")
    with pytest.raises(StorageError, match="0100: cannot be read: Is a directory"):
        read(store, ["0100", "0002"])
    with pytest.raises(StorageError, match="0050: cannot be read: it is a link and no object"):
        read(store, ["0050", "0002"])
