"""A copy of a lake is the lake, whatever happened on the way, and promises nothing that is not in it yet."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from lakes import FailingStore, PowerCut, QuickStore, admission, contents, put_all, put_event, put_record, some_events
from s3_servers import S3Server

from elt import EltError, WrongCallError
from elt.lake import layout
from elt.lake.copy import copy_lake
from elt.lake.lake import Lake
from elt.staging import stage
from hospital_sim.events.keys import LARGEST_EVENT, is_record_key, record_key
from hospital_sim.storage import LocalStore, ObjectStore, OverwritingStoreError, StoreRefusedError, open_store

pytestmark = pytest.mark.integration


@pytest.fixture
def lake(tmp_path: Path) -> LocalStore:
    """A lake with two stagings, a late file, an object in quarantine and a finished run."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(3))
    store.create("raw/notes.txt", b"hello")
    put_record(store, date(2024, 3, 31))
    stage(Lake(store))
    put_event(store, admission(900))
    store.create(f"raw/{record_key('f' * 32)}", b"[" * (LARGEST_EVENT + 1))
    stage(Lake(store))
    return store


def _events(lake: ObjectStore) -> set[str]:
    return {key for key in lake.keys("raw/") if "/_runs/" not in key}


def _check_named_objects_exist(store: ObjectStore, counted: set[str]) -> None:
    there = set(store.keys())
    assert all(file.key in there for file in Lake(store).staged_files())
    for run in Lake(store).staging_runs():
        named = [output.inputs for output in run.plan.outputs]
        assert all(key in there for key in named)
    if any(is_record_key(key.removeprefix("raw/")) for key in there):
        assert counted <= there


def test_a_copy_has_every_object_and_says_so(lake: LocalStore, tmp_path: Path) -> None:
    copy = LocalStore(tmp_path / "copy")
    progress: list[tuple[str, int, int | None]] = []

    summary = copy_lake(Lake(lake), copy, lambda *counts: progress.append(counts))

    expected = contents(lake)
    count = len(expected)
    assert contents(copy) == expected
    assert (progress[0], progress[-1]) == (("copying objects", 0, count), ("copying objects", count, count))
    assert summary.as_dict() == {
        "source": lake.url, "destination": copy.url, "copied": count, "already_there": 0, "objects": count,
        "bytes": sum(map(len, expected.values())), "skipped": {},
    }  # fmt: skip


def test_a_copy_interrupted_anywhere_names_only_objects_that_it_holds_and_is_completed(
    lake: LocalStore, tmp_path: Path
) -> None:
    expected = contents(lake)
    for point in range(len(expected)):
        url = str(tmp_path / f"copy{point}")
        with pytest.raises(PowerCut):
            copy_lake(Lake(lake), FailingStore(url, point))
        copy = LocalStore(url)
        _check_named_objects_exist(copy, _events(lake))
        there = len(contents(copy))

        summary = copy_lake(Lake(lake), copy)

        assert contents(copy) == expected
        assert (summary.copied, summary.already_there) == (len(expected) - there, there)


def test_the_copy_of_a_growing_lake_names_only_objects_that_it_holds(lake: LocalStore, tmp_path: Path) -> None:
    class Growing(LocalStore):
        grown = False

        def keys(self, prefix: str = "") -> "object":  # type: ignore[override]
            if prefix == layout.STAGING and not self.grown:
                self.grown = True
                put_event(self, admission(901))
                stage(Lake(LocalStore(self.url)))
            return super().keys(prefix)

    growing, copy, counted = Growing(lake.url), LocalStore(tmp_path / "copy"), _events(lake)
    copy_lake(Lake(growing), copy)
    assert len(Lake(copy).staging_runs()) == 2
    _check_named_objects_exist(copy, counted)

    copy_lake(Lake(growing), copy)

    assert len(Lake(copy).staging_runs()) == 3
    assert contents(copy) == contents(lake)


def test_an_altered_object_of_the_copy_is_named_and_stays(lake: LocalStore, tmp_path: Path) -> None:
    for number, prefix in enumerate(("staging/", "raw/admission/")):
        copy = LocalStore(tmp_path / f"copy{number}")
        copy_lake(Lake(lake), copy)
        *_, key = copy.keys(prefix)  # not the first, by which the store is tried
        Path(copy.url, key).write_bytes(b"other")
        with pytest.raises(EltError, match=rf"{key}: is already there with other bytes.*run the same command again"):
            copy_lake(Lake(lake), copy)
        assert copy.read(key) == b"other"


def test_a_destination_that_stores_other_bytes_is_detected(lake: LocalStore, tmp_path: Path) -> None:
    class Rotten(LocalStore):
        def read_many(self, keys: "object") -> "object":  # type: ignore[override]
            return ((key, data[:-1]) for key, data in super().read_many(keys))  # type: ignore[arg-type]

    with pytest.raises(EltError, match="does not read back as it was written"):
        copy_lake(Lake(lake), Rotten(tmp_path / "copy"))


def test_another_lake_and_the_lake_itself_are_refused_as_a_destination(lake: LocalStore, tmp_path: Path) -> None:
    other = LocalStore(tmp_path / "other")
    put_record(other, date(2024, 3, 31), run=2)
    before = contents(other)
    with pytest.raises(WrongCallError, match=r"DST: .*/other holds raw/_runs/0+2\.json, which the lake does not"):
        copy_lake(Lake(lake), other)
    assert contents(other) == before
    for place in ("", "inside", ".."):
        with pytest.raises(WrongCallError, match="give another place"):
            copy_lake(Lake(lake), LocalStore(Path(lake.url, place).resolve()))


def test_a_lake_goes_to_s3_and_back_but_not_to_a_missing_bucket(
    lake: LocalStore, tmp_path: Path, seaweed: S3Server
) -> None:
    for url in (seaweed.new_url(), f"memory://{uuid4().hex}"):
        distant, back = open_store(url), LocalStore(tmp_path / url.partition(":")[0])
        copy_lake(Lake(lake), distant)
        assert contents(distant) == contents(lake)
        copy_lake(Lake(distant), back)
        assert contents(back) == contents(lake)
    with pytest.raises(StoreRefusedError, match="there is no bucket 'no-such-bucket'") as refused:
        copy_lake(Lake(lake), open_store("s3://no-such-bucket/lake"))
    assert refused.value.exit_code == 2


def test_a_destination_that_overwrites_is_refused_and_allowed_when_nothing_else_writes(
    lake: LocalStore,
    rclone_s3: S3Server,
) -> None:
    url = rclone_s3.new_url()
    with pytest.raises(
        OverwritingStoreError, match="ignores the condition to create an object only if its key is free"
    ):
        copy_lake(Lake(lake), open_store(url))
    single = open_store(url, single_writer=True)
    copy_lake(Lake(lake), single)
    assert contents(single) == contents(lake)


def test_objects_that_the_copy_has_are_compared_and_not_written_again(lake: LocalStore, tmp_path: Path) -> None:
    class Counting(LocalStore):
        written: list[str]

        def create_many(self, objects: "object") -> int:  # type: ignore[override]
            kept = list(objects)  # type: ignore[call-overload]
            self.written += [key for key, _ in kept]
            return super().create_many(kept)

        def create(self, key: str, data: bytes) -> bool:
            self.written.append(key)
            return super().create(key, data)

    copy = Counting(tmp_path / "copy")
    copy.written = []
    copy_lake(Lake(lake), copy)
    events = _events(lake)
    assert events <= set(copy.written)

    put_event(lake, admission(902))
    (new,) = _events(lake) - events
    copy.written = []
    copy_lake(Lake(lake), copy)

    assert events & set(copy.written) == set()
    assert new in copy.written
