"""A lake lists what it holds and names what is missing or broken; its quarantine keeps the first bytes and reason."""

import hashlib
import json
import os
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import numpy as np
import pytest
from lakes import put_record

from elt import BrokenLakeError, EmptyLakeError, WrongCallError
from elt.lake.digests import RawDigest, digest
from elt.lake.lake import Lake
from elt.lake.layout import commit_key, plan_key
from elt.lake.manifests import MANIFEST_VERSION, ClosedMonths, Commit, CommittedOutput, OutputCounts, Plan
from elt.lake.quarantine import Entry, Quarantine, Reason
from hospital_sim.storage import (
    FinishedRun,
    ObjectConflictError,
    ObjectStore,
    OverwritingStoreError,
    StoreUnreachableError,
    open_store,
    retries,
)

pytestmark = pytest.mark.unit

MARCH = date(2024, 3, 1)


@pytest.fixture
def lake() -> Lake:
    return Lake(open_store(f"memory://{uuid4().hex}"))


def put_run(store: ObjectStore, number: int, late: dict[str, int] | None, *, event_type: str = "admission") -> None:
    """Put a staging run into a lake; without a commit if ``late`` is None."""
    plan = Plan(MANIFEST_VERSION, number, 1, ClosedMonths(), ClosedMonths(), (), None, 0)
    store.create(plan_key(number), msgspec.json.encode(plan))
    if late is not None:
        counts = OutputCounts(5, late, {"city": {"acute": [5]}}, {})
        output = CommittedOutput(event_type, MARCH, f"staging/{number}", 1, "0a", counts)
        store.create(commit_key(number), msgspec.json.encode(Commit(MANIFEST_VERSION, number, "0b", (output,), 0)))


def test_the_tree_of_a_lake_has_its_partitions_its_records_and_the_rest(lake: Lake) -> None:
    record = f"_runs/{1:032x}.json"
    put_record(lake.store, MARCH)
    partitions = {
        "admission": [date(2024, 2, 29), date(2024, 3, 1)],
        "dep_snapshot": [date(2024, 3, 1)],
    }
    for kind, days in partitions.items():
        for day in days:
            lake.store.create(f"raw/{kind}/event_date={day}/any name", b"")
    unrecognised = [
        "admission/event_date=2024-02-30/x", "admission/event_date=2024-3-1/y/z", "admission/notes.txt",
        "_runs/notes.txt", "event_date=2024-03-01/x", "notes.txt", "visit/event_date=2024-03-01/x",
    ]  # fmt: skip
    for key in unrecognised:
        lake.store.create(f"raw/{key}", b"data")
    lake.store.create(f"raw/_runs/{1:032x}.started.json", b"{}")
    lake.store.create("staging/elsewhere", b"")

    tree = lake.raw_tree()

    assert tree.days == partitions
    assert tree.records == [record]
    assert tree.unrecognised == sorted(unrecognised)
    assert list(lake.raw_keys("_runs/")) == [f"_runs/{1:032x}.json", f"_runs/{1:032x}.started.json", "_runs/notes.txt"]
    assert len(list(lake.raw_keys())) == len(unrecognised) + 5
    assert list(lake.read_raw(["notes.txt"], 4)) == [("notes.txt", b"data")]
    [finished] = lake.runs().finished()
    assert isinstance(finished, FinishedRun)
    assert finished.key == record
    assert [start.key for start in lake.runs().unfinished()] == [f"_runs/{1:032x}.started.json"]


def test_staging_runs_come_in_the_order_of_their_numbers(lake: Lake) -> None:
    assert lake.staging_runs() == list(lake.quarantine.entries()) == []
    put_run(lake.store, 1, {"city": 2})
    put_run(lake.store, 2, {"city": 1, "coast": 4})
    put_run(lake.store, 3, {"city": 8}, event_type="discharge")
    for number in range(4, 12):
        put_run(lake.store, number, {} if number < 11 else None)
    lake.store.create("manifests/staging/notes.txt", b"")
    runs = lake.staging_runs()
    assert [run.plan.number for run in runs] == list(range(1, 12))
    assert [run.commit is not None for run in runs] == [True] * 10 + [False]
    assert [file.key for file in lake.staged_files()] == [f"staging/{number}" for number in range(1, 11)]
    counts = {("admission", "city", "acute", MARCH): 45, ("discharge", "city", "acute", MARCH): 5}
    assert lake.staged_counts() == counts
    late = {("admission", "city", MARCH): 3, ("admission", "coast", MARCH): 4, ("discharge", "city", MARCH): 8}
    assert lake.late_counts() == late


def test_a_plan_that_is_missing_between_others_is_named(lake: Lake) -> None:
    put_run(lake.store, 1, {})
    put_run(lake.store, 3, {})
    with pytest.raises(BrokenLakeError, match=r"^manifests/staging/000002/plan\.json: missing; put back the plan"):
        lake.staging_runs()


def test_a_lake_is_opened_where_there_is_one(tmp_path: Path) -> None:
    for url in (str(tmp_path), f"memory://{uuid4().hex}"):
        with pytest.raises(EmptyLakeError, match=rf"^{url}: there is no lake here .*--sink {url}/raw"):
            Lake.open(url)
        put_record(open_store(url), MARCH)
        assert Lake.open(url).url == url
    with pytest.raises(WrongCallError, match=r"^--lake: .*no store knows the scheme 'nowhere'"):
        Lake.open("nowhere://lake")


def test_a_store_that_overwrites_is_opened_for_reading_or_a_single_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "SECONDS", 0.1)
    with pytest.raises(OverwritingStoreError):
        Lake.open("ftp://127.0.0.1:1/lake")
    for option in ("read_only", "single_writer"):
        with pytest.raises(StoreUnreachableError):
            Lake.open("ftp://127.0.0.1:1/lake", **{option: True})


def test_the_digest_of_a_day_tells_where_its_objects_end(lake: Lake) -> None:
    def day(*objects: bytes) -> str:
        raw = RawDigest()
        for data in objects:
            raw.add(memoryview(data), np.array([len(data)]))
        return raw.hexdigest()

    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert day(b"ab", b"c") == day(b"ab", b"c") != day(b"a", b"bc")
    assert day(b"ab", b"c") != day(b"ab", b"d")
    parts = hashlib.sha256(b"abc"), hashlib.sha256(bytes([2, *[0] * 7, 1, *[0] * 7]))
    assert day(b"ab", b"c") == hashlib.sha256(b"".join(part.digest() for part in parts)).hexdigest()


KEY = f"admission/event_date=2024-03-15/admission_{UUID(int=1)}.json"
RECORD = f"_runs/{1:032x}.json"


@pytest.fixture
def store() -> ObjectStore:
    return open_store(f"memory://{uuid4().hex}")


def entry(key: str = KEY, reason: Reason = Reason.NOT_JSON, manifest: int = 1) -> Entry:
    return Entry(key, reason, "the words", "0a", 3, manifest)


def test_an_object_is_kept_with_its_first_bytes_and_its_first_reason(store: ObjectStore) -> None:
    quarantine = Quarantine(store)
    assert quarantine.entry_of(KEY) is None
    assert quarantine.put(entry(), b"[1,") is Reason.NOT_JSON
    assert quarantine.entry_of(KEY) == entry()
    assert list(quarantine.entries()) == list(quarantine.open_entries()) == [entry()]
    assert store.read(f"quarantine/objects/{KEY}") == b"[1,"
    written = {"key": KEY, "reason": "not_json", "detail": "the words", "sha256": "0a", "bytes": 3, "manifest": 1}
    assert store.read(f"quarantine/entries/{KEY}") == json.dumps(written, indent=1).encode()
    # The first bytes and the first reason stand.
    assert quarantine.put(entry(reason=Reason.WRONG_TYPE, manifest=2), b"[2]") is Reason.NOT_JSON
    assert list(quarantine.entries()) == [entry()]
    assert store.read(f"quarantine/objects/{KEY}") == b"[1,"


UNRECOGNISED = ["\xe9\udcff", "a//b", "..", "x" * 5000, "a/" * 1500 + "b", "a\nb", "admission", "_unrecognised/a"]


@pytest.mark.parametrize("key", UNRECOGNISED, ids=ascii)
def test_an_object_of_any_name_is_kept_under_a_name_that_every_store_can_hold(store: ObjectStore, key: str) -> None:
    quarantine = Quarantine(store)
    quarantine.put(entry(key), b"data")
    quarantine.put(entry(), None)
    assert list(quarantine.entries()) == [entry(key), entry()]
    names = [name.removeprefix("quarantine/") for name in store.keys("quarantine/")]
    assert names == [f"entries/_unrecognised/{digest(os.fsencode(key))}", f"entries/{KEY}", f"objects/{names[0][8:]}"]
    assert all(store.read(f"quarantine/{name}").isascii() for name in names)
    quarantine.close(key, None)
    assert list(quarantine.open_entries()) == [entry()]


def test_an_object_that_left_stays_in_the_history_but_is_not_open(store: ObjectStore) -> None:
    quarantine = Quarantine(store)
    for key, reason in ((KEY, Reason.NOT_JSON), (RECORD, Reason.FOREIGN_KEY), ("c", Reason.FOREIGN_KEY)):
        quarantine.put(entry(key, reason), b"")
    assert quarantine.open_counts() == {Reason.NOT_JSON: 1, Reason.FOREIGN_KEY: 2}
    assert not quarantine.is_closed(RECORD)

    quarantine.close(RECORD, 7)
    quarantine.close(RECORD, 7)

    assert quarantine.is_closed(RECORD)
    assert json.loads(store.read(f"quarantine/replayed/{RECORD}")) == {"key": RECORD, "manifest": 7}
    assert [each.key for each in quarantine.open_entries()] == ["c", KEY]
    assert [each.key for each in quarantine.entries()] == [RECORD, "c", KEY]
    assert quarantine.open_counts() == {Reason.NOT_JSON: 1, Reason.FOREIGN_KEY: 1}
    with pytest.raises(ObjectConflictError):
        quarantine.close(RECORD, None)


@pytest.mark.parametrize("data", [b"[", b"{}", b'{"key": 1}'])
def test_a_broken_entry_is_named(store: ObjectStore, data: bytes) -> None:
    store.create(f"quarantine/entries/{KEY}", data)
    with pytest.raises(BrokenLakeError, match=rf"^quarantine/entries/{KEY}: not an entry of the quarantine \("):
        list(Quarantine(store).entries())
    store = open_store(f"memory://{uuid4().hex}")
    for name in ("notes.txt", f".{KEY[-10:]}.Ab12Cd", f"admission/event_date=2024-03-15/{KEY[-10:]}"):
        store.create(f"quarantine/entries/{name}", data)
    Quarantine(store).put(entry(), None)
    assert list(Quarantine(store).entries()) == [entry()]
