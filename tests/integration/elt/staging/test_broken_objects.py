"""An object that violates the contract, belongs to no event or cannot be read stops nothing else."""

import gzip
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from lakes import (
    DAY,
    FailingStore,
    PowerCut,
    QuickStore,
    admission,
    contents,
    put_all,
    put_event,
    put_record,
    some_events,
)

from elt.lake import objects
from elt.lake.lake import Lake
from elt.lake.quarantine import Reason
from elt.native.buffers import ObjectBuffer, TextRows
from elt.staging import replay, stage
from hospital_sim.events import encode
from hospital_sim.events.keys import key_of
from hospital_sim.storage import ObjectStore, ObjectUnreadableError, StorageError

pytestmark = pytest.mark.integration

BROKEN_KEY = key_of("admission", DAY.date(), admission(901).event_id)


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    """Return a lake of one event of each type."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(1))
    return store


def test_a_broken_object_is_quarantined_and_the_rest_goes_on(lake: QuickStore) -> None:
    data = encode(admission(901))[:100]
    lake.create(f"raw/{BROKEN_KEY}", data)

    summary = stage(Lake(lake))

    assert (summary.quarantined, summary.rows, summary.raw_objects) == ({"not_json": 1}, 4, 5)
    assert lake.read(f"quarantine/objects/{BROKEN_KEY}") == data
    [entry] = Lake(lake).quarantine.entries()
    assert (entry.key, entry.reason, entry.manifest) == (BROKEN_KEY, Reason.NOT_JSON, 1)
    assert Lake(lake).quarantine.open_counts() == {Reason.NOT_JSON: 1}


@pytest.mark.parametrize("length", [0, 1, 100])
def test_an_object_that_was_read_in_part_is_not_quarantined(
    lake: QuickStore, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    read_objects = objects.read_objects

    def read_in_part(
        store: ObjectStore, prefixes: Sequence[str], counts: Sequence[int], names: TextRows
    ) -> tuple[ObjectBuffer, dict[int, ObjectUnreadableError]]:
        whole, unreadable = read_objects(store, prefixes, counts, names)
        return ObjectBuffer.of(data[:length] for data in whole), unreadable

    with monkeypatch.context() as patch:
        patch.setattr(objects, "read_objects", read_in_part)
        with pytest.raises(StorageError, match="gave other bytes when it was read again"):
            stage(Lake(lake))
    summary = stage(Lake(lake))
    assert (summary.rows, summary.quarantined) == (4, {})
    assert list(Lake(lake).quarantine.entries()) == []


def test_a_month_with_only_broken_objects_writes_no_file(lake: QuickStore) -> None:
    lake.create(f"raw/{key_of('admission', date(2024, 5, 1), admission(901).event_id)}", b"{")
    stage(Lake(lake))
    put_event(lake, admission(902, DAY.replace(month=5)))

    stage(Lake(lake))

    keys = [file.key for file in Lake(lake).staged_files() if file.month == date(2024, 5, 1)]
    assert keys == ["staging/admission/event_date=2024-05/admission.parquet"]


UNRECOGNISED = [
    "notes.txt",
    "visits/2024.csv",
    "admission/readme.md",
    "admission/event_date=2024-3-15/a.json",
    "admission/event_date=2024-02-30/a.json",
    f"admission/event_date=2024-03-15/discharge_{admission().event_id}.json",
    f"admission/event_date=2024-03-15/admission_{admission().event_id}.json.tmp",
    "admission/event_date=2024-03-15/deeper/x.json",
    "admission/event_date=2024-03-15/ADMISSION_\udcff.json",
    "_runs/readme.md",
]


def test_an_unrecognised_object_is_quarantined_once(lake: QuickStore) -> None:
    for key in UNRECOGNISED:
        lake.create(f"raw/{key}", key.encode(errors="surrogateescape"))

    summary = stage(Lake(lake))

    assert (summary.quarantined, summary.rows) == ({"foreign_key": len(UNRECOGNISED)}, 4)
    assert sorted(entry.key for entry in Lake(lake).quarantine.entries()) == sorted(UNRECOGNISED)
    lake.create("raw/another.txt", b"one more")
    assert stage(Lake(lake)).quarantined == {"foreign_key": 1}
    assert b'[\n"another.txt"\n]' in contents(lake, "manifests/inputs/foreign/").values()


def test_run_records_are_not_quarantined(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31))
    lake.create(f"raw/_runs/{1:032x}.started.json", b"{}")
    assert stage(Lake(lake)).quarantined == {}


def test_broken_run_records_do_not_stop_staging(lake: QuickStore) -> None:
    put_record(lake, date(2024, 3, 31), "coast", run=7)
    for name, data in enumerate((b'{"run":', b"\xff\xfe", b"[" * 100_000, b"{}")):
        lake.create(f"raw/_runs/{name:032x}.json", data)
    # A record under the name of another run, and one that ends at the end of all days.
    lake.create(f"raw/_runs/{8:032x}.json", lake.read(f"raw/_runs/{7:032x}.json"))
    put_record(lake, date.max, run=9)

    summary = stage(Lake(lake))

    assert (summary.rows, summary.quarantined) == (4, {"broken_run_record": 6})
    names = [f"{number:032x}" for number in (0, 1, 2, 3, 8, 9)]
    assert [entry.key for entry in Lake(lake).quarantine.entries()] == [f"_runs/{name}.json" for name in names]
    put_event(lake, admission(901, hospital="coast"))
    assert stage(Lake(lake)).late == 1, "the other record closes its month"


def as_link(path: Path) -> None:
    (path.parents[4] / "secret").write_bytes(b"not of this lake")
    path.symlink_to(path.parents[4] / "secret")


def as_large(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 30)


UNREADABLE = {
    "link": (as_link, Reason.UNREADABLE, "it is a link and no object"),
    "link to nothing": (lambda path: path.symlink_to("nothing"), Reason.UNREADABLE, "it is a link and no object"),
    "pipe": (os.mkfifo, Reason.UNREADABLE, "it is no file, but a folder, a pipe or a device"),
    "sparse gigabyte": (as_large, Reason.TOO_LARGE, "has 1,073,741,824 bytes, more than 65,536, so it is no event"),
}


@pytest.mark.parametrize("name", [BROKEN_KEY, "stray", "admission/stray", "visits/2024/stray"])
@pytest.mark.parametrize(("make", "reason", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_object_that_cannot_be_read_is_quarantined_by_name(
    lake: QuickStore, name: str, make: Callable[[Path], None], reason: Reason, words: str
) -> None:
    path = Path(lake.url, "raw", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)

    summary = stage(Lake(lake))

    expected = reason if name == BROKEN_KEY else Reason.FOREIGN_KEY
    assert (summary.rows, summary.quarantined, summary.rejected) == (4, {expected: 1}, int(name == BROKEN_KEY))
    [entry] = Lake(lake).quarantine.open_entries()
    assert (entry.key, entry.sha256) == (name, "")
    assert words in entry.detail
    assert list(lake.keys("quarantine/objects/")) == []
    assert stage(Lake(lake)).manifests == []


def test_an_event_that_could_not_be_read_is_staged_by_a_replay_once_it_can(lake: QuickStore, tmp_path: Path) -> None:
    path = Path(lake.url, "raw", BROKEN_KEY)
    path.symlink_to(tmp_path / "elsewhere")
    stage(Lake(lake))
    path.unlink()
    assert replay(Lake(lake)).closed == 0
    path.write_bytes(encode(admission(901)))

    assert (replay(Lake(lake)).staged.rows, Lake(lake).quarantine.open_counts()) == (1, {})
    assert replay(Lake(lake)).staged.rows == 0


class Vanishing(QuickStore):
    """A store of which one object vanishes once it has been planned."""

    name = ""

    def create(self, key: str, data: bytes) -> bool:
        if key.endswith("plan.json"):
            Path(self.url, self.name).rename(Path(self.url, self.name).with_name("renamed"))
        return super().create(key, data)


@pytest.mark.parametrize("name", [BROKEN_KEY, f"{BROKEN_KEY}.Ab12Cd", "stray"])
def test_an_object_that_vanishes_while_staging_runs_stops_nothing(tmp_path: Path, name: str) -> None:
    store = Vanishing(tmp_path / "lake")
    put_all(store, some_events(1))
    store.create(f"raw/{name}", encode(admission(901)))
    store.name = f"raw/{name}"
    with suppress(FileNotFoundError):  # when the plan is created again, to try the store
        stage(Lake(store))

    lake = Lake(QuickStore(store.url))
    summary = stage(lake)

    assert (summary.rows, summary.quarantined) == (4, {"gone": 1, "foreign_key": 1})
    [gone] = (entry for entry in lake.quarantine.entries() if entry.reason is Reason.GONE)
    assert gone.key == name
    # An event may come back; of another name nothing is expected any more.
    assert lake.quarantine.is_closed(name) == (name != BROKEN_KEY)
    assert stage(lake).manifests == []


def test_an_event_that_came_back_before_a_killed_run_is_completed_is_staged_once(lake: QuickStore) -> None:
    lake.create(f"raw/{BROKEN_KEY}", encode(admission(901)))
    path = Path(lake.url, "raw", BROKEN_KEY)
    # Killed after the object was quarantined, before its file was written.
    killed = FailingStore(lake.url, 10**6)
    killed.create = lambda key, data: _create_until(killed, path, key, data)  # type: ignore[method-assign]
    with pytest.raises(PowerCut):
        stage(Lake(killed))
    assert Lake(lake).quarantine.open_counts() == {Reason.GONE: 1}
    path.write_bytes(encode(admission(901)))

    assert stage(Lake(lake)).rows == 5
    assert Lake(lake).quarantine.open_counts() == {}
    assert replay(Lake(lake)).staged.rows == 0


def _create_until(store: FailingStore, path: Path, key: str, data: bytes) -> bool:
    if key.startswith("staging/"):
        raise PowerCut(key)
    created = QuickStore.create(store, key, data)
    if key.endswith("plan.json"):
        path.unlink(missing_ok=True)
    return created


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        ("{}".encode("utf-16"), "UTF-16"),
        ("{}".encode("utf-16-le"), "UTF-16"),
        ("{}".encode("utf-16-be"), "UTF-16"),
        (gzip.compress(b"{}", mtime=0), "compressed with gzip"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"", "not one JSON object"),
    ],
)
def test_the_quarantine_names_the_format_of_bytes_that_are_no_json(lake: QuickStore, data: bytes, words: str) -> None:
    lake.create(f"raw/{BROKEN_KEY}", data)
    stage(Lake(lake))
    [entry] = Lake(lake).quarantine.entries()
    assert (entry.reason, words in entry.detail) == (Reason.NOT_JSON, True)
