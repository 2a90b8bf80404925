"""Objects of one partition are read together: every one of them whole, whatever the system allows."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

import pytest

from elt.joined import JoinedObjects, ObjectBuffer
from elt.partitions import read_objects
from hospital_sim.storage import LocalStore, ObjectNotFoundError, StorageError, open_store

pytestmark = pytest.mark.unit

PREFIX = "raw/admission/event_date=2024-01-01/"
LARGE = 1 << 16


def contents(objects: int = 300) -> dict[str, bytes]:
    return {f"{number:04d}": bytes([number % 251]) * (number % 7) for number in range(objects)}


def filled(store: LocalStore, objects: dict[str, bytes]) -> LocalStore:
    for name, data in objects.items():
        store.create(PREFIX + name, data)
    return store


def read(store: LocalStore, names: list[str]) -> list[bytes]:
    buffer = ObjectBuffer()
    read_objects(store, PREFIX, names, buffer)
    return list(JoinedObjects(*buffer.end()))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


@contextmanager
def at_most_open(more: int) -> Iterator[None]:
    """Let this process open so many more files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = set(map(int, os.listdir("/proc/self/fd")))  # noqa: PTH208
    free = (number for number in count() if number not in taken)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next(islice(free, more, None)), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("sizes", [[LARGE - 1], [LARGE], [LARGE + 1], [0, 5 * LARGE, 1], [LARGE, LARGE, 0]])
def test_an_object_of_any_size_is_read_whole_and_so_is_the_next(tmp_path: Path, sizes: list[int]) -> None:
    objects = {f"{number}": bytes([65 + number]) * size for number, size in enumerate(sizes)}
    store = filled(LocalStore(tmp_path), objects)
    assert read(store, list(objects)) == list(objects.values())


def test_a_buffer_that_must_grow_keeps_what_it_has(tmp_path: Path) -> None:
    objects = {f"{number:02d}": bytes([number]) * (LARGE + number) for number in range(40)}
    for store in (LocalStore(tmp_path), open_store("memory://partitions/grows")):
        for name, data in objects.items():
            store.create(PREFIX + name, data)
        buffer = ObjectBuffer()
        for _ in range(5):
            read_objects(store, PREFIX, list(objects), buffer)
        assert list(JoinedObjects(*buffer.end())) == 5 * list(objects.values())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell which files are open")
@pytest.mark.parametrize("more", [2, 3, 60, 500])
def test_all_is_read_however_few_files_may_be_open(tmp_path: Path, more: int) -> None:
    objects = contents()
    store = filled(LocalStore(tmp_path), objects)
    before = open_files()
    with at_most_open(more):
        found = read(store, list(objects))
    assert found == list(objects.values())
    assert open_files() == before


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell which files are open")
def test_files_that_others_open_in_between_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = contents(20)
    store = filled(LocalStore(tmp_path), objects)
    others: list[int] = []
    opened = os.open

    def open_two(*arguments: object, **names: object) -> int:
        others.append(opened("/dev/null", os.O_RDONLY))
        return opened(*arguments, **names)  # type: ignore[arg-type]

    before = open_files()
    monkeypatch.setattr(os, "open", open_two)
    assert read(store, list(objects)) == list(objects.values())
    monkeypatch.undo()
    for other in others:
        os.close(other)  # an error if it was closed with the files between which it lay
    assert open_files() == before


def test_what_cannot_be_read_is_named_and_nothing_stays_open(tmp_path: Path) -> None:
    objects = contents(200)
    store = filled(LocalStore(tmp_path), objects)
    (tmp_path / PREFIX / "0150").unlink()
    (tmp_path / PREFIX / "0100x").mkdir()
    (tmp_path / PREFIX / "0050x").symlink_to(tmp_path / PREFIX / "0001")
    before = open_files()
    with pytest.raises(ObjectNotFoundError, match="0150: there is no such object"):
        read(store, list(objects))
    with pytest.raises(StorageError, match="0100x: cannot be read: Is a directory"):
        read(store, ["0001", "0100x", "0002"])
    with pytest.raises(StorageError, match="0050x: is a link and no object"):
        read(store, ["0001", "0050x", "0002"])
    with pytest.raises(ObjectNotFoundError, match="there is no such partition"):
        read_objects(store, "raw/admission/event_date=2025-01-01/", ["0001"], ObjectBuffer())
    assert open_files() == before
