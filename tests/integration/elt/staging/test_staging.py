"""Staging a lake: the files it writes, nothing twice, and the treatment of late and of broken objects."""

import os
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from compiled_code import needed_library, without_library
from lakes import DAY, admission, contents, discharge, put_all, put_event, put_record, some_events

from elt import BrokenLakeError, EltError, EmptyLakeError, WrongCallError
from elt.contracts import EVENT_TYPES, arrow_schema
from elt.lake import objects
from elt.lake import workers as lake_workers
from elt.lake.digests import digest
from elt.lake.lake import Lake
from elt.lake.quarantine import Reason
from elt.native.buffers import ObjectBuffer, TextRows
from elt.staging import input_lists, parquet, sorting, stage, write
from hospital_sim.events import encode, event_type
from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore, ObjectStore, OverwritingStoreError, StorageError

pytestmark = pytest.mark.integration

MARCH_FILE = "staging/admission/event_date=2024-03/admission.parquet"
SECOND_FILE = "staging/admission/event_date=2024-03/admission-0002.parquet"


@pytest.fixture
def lake(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "lake")


def rows(store: LocalStore, key: str) -> list[dict[str, object]]:
    return pq.read_table(f"{store.url}/{key}", partitioning=None).to_pylist()


def test_every_event_is_staged_once_with_its_values(lake: LocalStore) -> None:
    events = some_events(400)
    put_all(lake, events)

    summary = stage(Lake(lake))

    staged = [row for file in Lake(lake).staged_files() for row in rows(lake, file.key)]
    expected = [
        {"event_type": event_type(event)} | {name: getattr(event, name) for name in event.__struct_fields__}
        for event in events
    ]
    assert sorted(staged, key=_identity) == sorted(expected, key=_identity)
    assert summary.staged == dict.fromkeys(EVENT_TYPES, 400)
    assert (summary.raw_objects, summary.quarantined, summary.late) == (1600, {}, 0)
    assert summary.files == len(Lake(lake).staged_files())


def _identity(row: dict[str, object]) -> tuple[str, str]:
    return str(row["event_type"]), str(row["event_id"])


def test_a_file_holds_one_type_and_month_with_the_schema_of_the_contract(lake: LocalStore) -> None:
    put_all(lake, some_events(400))
    stage(Lake(lake))

    files = Lake(lake).staged_files()

    assert {file.month for file in files} == {date(2024, 3, 1), date(2024, 4, 1)}
    for file in files:
        assert pq.read_schema(f"{lake.url}/{file.key}").equals(arrow_schema(file.event_type))
        for row in rows(lake, file.key):
            assert row["event_type"] == file.event_type
            assert isinstance(row["event_time"], datetime)
            assert row["event_time"].date().replace(day=1) == file.month


def test_rows_are_sorted_by_time_and_identifier(lake: LocalStore) -> None:
    at = [DAY + timedelta(hours=hour) for hour in (9, 7, 9, 8)]
    put_all(lake, [admission(number, moment) for number, moment in zip((4, 3, 2, 1), at, strict=True)])

    stage(Lake(lake))

    order = [(row["event_time"], row["event_id"]) for row in rows(lake, MARCH_FILE)]
    assert order == sorted(order, key=str)
    assert len(order) == 4


def test_a_file_is_compressed_has_statistics_and_names_its_contract(lake: LocalStore) -> None:
    put_all(lake, some_events(20))
    stage(Lake(lake))

    metadata = pq.read_metadata(f"{lake.url}/{MARCH_FILE}")

    column = metadata.row_group(0).column(3)
    assert (column.path_in_schema, column.compression, column.is_stats_set) == ("event_time", "ZSTD", True)
    assert metadata.metadata[parquet.CONTRACT_KEY] == b"1"


def test_the_manifest_lists_each_file_and_counts_by_department_and_day(lake: LocalStore) -> None:
    put_all(lake, some_events(25))
    stage(Lake(lake))

    for file in Lake(lake).staged_files():
        data = lake.read(file.key)
        assert (file.bytes, file.sha256) == (len(data), digest(data))
        assert file.rows == len(rows(lake, file.key))
    counts = Lake(lake).staged_counts()
    assert counts["admission", "city", "acute", date(2024, 3, 15)] == 10
    assert counts["admission", "city", "acute", date(2024, 3, 17)] == 5
    assert counts.total() == 100


def test_staging_again_writes_nothing(lake: LocalStore) -> None:
    put_all(lake, some_events(30))
    lake.create("raw/notes.txt", b"hello")
    lake.create(f"raw/{key_of('admission', DAY.date(), 'f' * 8 + '-0000-0000-0000-000000000000')}", b"{")
    stage(Lake(lake))
    before = contents(lake)

    summary = stage(Lake(lake))

    assert summary.manifests == []
    assert summary.raw_objects == 0
    assert contents(lake) == before


@pytest.mark.parametrize("batch", [1, 7, 100_000])
def test_batch_size_does_not_change_the_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    stores = [LocalStore(tmp_path / name) for name in ("usual", "other")]
    for store in stores:
        put_all(store, some_events(60))
    stage(Lake(stores[0]))
    monkeypatch.setattr(write, "BATCH_OBJECTS", batch)

    stage(Lake(stores[1]))

    assert contents(stores[0]) == contents(stores[1])


def test_sorting_a_day_in_a_temporary_file_does_not_change_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = [LocalStore(tmp_path / name) for name in ("usual", "other")]
    for store in stores:
        put_all(store, some_events(60))
    stage(Lake(stores[0]))
    monkeypatch.setattr(write, "BATCH_OBJECTS", 3)
    monkeypatch.setattr(sorting, "HELD_ROWS", 0)

    stage(Lake(stores[1]))

    assert contents(stores[0]) == contents(stores[1])


def test_a_month_with_too_many_objects_continues_in_numbered_files(
    lake: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_lists, "LARGEST_OUTPUT", 7)
    put_all(lake, some_events(25))

    summary = stage(Lake(lake))

    files = [file for file in Lake(lake).staged_files() if file.event_type == "admission"]
    assert [file.key.rpartition("/")[2] for file in files] == [
        "admission.parquet",
        "admission-0002.parquet",
        "admission-0003.parquet",
        "admission-0004.parquet",
    ]
    assert [file.rows for file in files] == [7, 7, 7, 4]
    assert summary.rows == 100
    assert len({row["event_id"] for file in files for row in rows(lake, file.key)}) == 25
    assert stage(Lake(lake)).manifests == []
    put_event(lake, admission(901))
    assert stage(Lake(lake)).files == 1
    assert Lake(lake).staged_files()[-1].key.endswith("admission-0005.parquet")


def test_row_groups_do_not_depend_on_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 16)
    stores = [LocalStore(tmp_path / name) for name in ("usual", "other")]
    for store in stores:
        put_all(store, some_events(60))
    stage(Lake(stores[0]))
    monkeypatch.setattr(write, "BATCH_OBJECTS", 1)

    stage(Lake(stores[1]))

    assert pq.read_metadata(f"{stores[0].url}/{MARCH_FILE}").num_row_groups > 1
    assert contents(stores[0]) == contents(stores[1])


def test_the_error_about_a_full_temporary_folder_says_what_to_do(
    lake: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_all(lake, some_events(400))
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", 100)
        patch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        with pytest.raises(EltError, match=r"gone: a staged file too large for memory .* TMPDIR"):
            stage(Lake(lake))
    stage(Lake(lake))
    assert sum(file.rows for file in Lake(lake).staged_files()) == 1600


def test_several_processes_write_the_same_bytes_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake_workers, "processors", lambda: 8)
    stores = [LocalStore(tmp_path / name) for name in ("one", "two")]
    for store in stores:
        put_all(store, some_events(200))
        store.create("raw/notes.txt", b"hello")

    for workers, store in zip((1, 3), stores, strict=True):
        stage(Lake(store), workers=workers)

    assert contents(stores[0]) == contents(stores[1])


def test_without_the_compiled_library_the_same_bytes_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed_library()
    stores = [LocalStore(tmp_path / name) for name in ("compiled", "plain")]
    for store in stores:
        put_all(store, some_events(200))
        spaced = encode(admission(901)).replace(b":", b": ")
        for number, data in enumerate((encode(admission(901))[:100], spaced, b"[]"), start=901):
            store.create(f"raw/{key_of('admission', DAY.date(), admission(number).event_id)}", data)
        store.create("raw/admission/event_date=2024-03-15/readme.md", b"hello")
    stage(Lake(stores[0]))
    without_library(monkeypatch)

    stage(Lake(stores[1]))

    assert contents(stores[0]) == contents(stores[1])


def test_later_events_go_to_a_numbered_file_and_the_first_stays(lake: LocalStore) -> None:
    put_all(lake, some_events(10))
    stage(Lake(lake))
    first = lake.read(MARCH_FILE)
    put_all(lake, [admission(901), admission(902)])

    summary = stage(Lake(lake))

    assert lake.read(MARCH_FILE) == first
    assert [row["event_id"] for row in rows(lake, SECOND_FILE)] == [admission(901).event_id, admission(902).event_id]
    assert (summary.raw_objects, summary.files, summary.manifests) == (2, 1, [2])


def test_without_a_finished_run_nothing_closes(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    stage(Lake(lake))
    put_event(lake, admission(901))

    assert stage(Lake(lake)).late == 0


def test_an_event_of_a_month_closed_earlier_is_late_and_still_staged(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    put_record(lake, date(2024, 3, 31))
    stage(Lake(lake))
    put_all(lake, [admission(901), discharge(902), admission(903, DAY + timedelta(days=20))])

    summary = stage(Lake(lake))

    assert (summary.late, summary.rows) == (2, 3)
    assert Lake(lake).late_counts() == {
        ("admission", "city", date(2024, 3, 1)): 1,
        ("discharge", "city", date(2024, 3, 1)): 1,
    }


def test_a_month_closes_only_for_the_hospital_whose_run_ended_it(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    put_record(lake, date(2024, 3, 31), "city", run=1)
    put_record(lake, date(2024, 3, 30), "coast", run=2)
    stage(Lake(lake))
    put_all(lake, [admission(901), admission(902, hospital="coast")])

    summary = stage(Lake(lake))

    assert (summary.late, summary.rows) == (1, 2)


def test_a_nightly_staging_of_the_current_month_is_never_late(lake: LocalStore) -> None:
    for night in range(5):
        put_all(lake, some_events(1, first=1 + night, day=DAY + timedelta(days=night)))
        put_record(lake, DAY.date() + timedelta(days=night), run=1 + night)

        assert stage(Lake(lake)).late == 0
    assert len([file for file in Lake(lake).staged_files() if file.event_type == "admission"]) == 5


def test_an_explicit_day_closes_for_every_hospital(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    stage(Lake(lake), as_of=date(2024, 4, 1))
    put_event(lake, admission(901, hospital="coast"))

    assert stage(Lake(lake)).late == 1


def test_a_run_that_finishes_after_its_events_were_staged_still_closes_its_months(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    stage(Lake(lake))
    put_record(lake, date(2024, 3, 31))
    assert stage(Lake(lake)).manifests == [2]
    assert stage(Lake(lake)).manifests == []
    put_event(lake, admission(901))

    assert stage(Lake(lake)).late == 1


def test_a_broken_object_is_quarantined_and_the_rest_goes_on(lake: LocalStore) -> None:
    put_all(lake, some_events(10))
    broken = key_of("admission", DAY.date(), admission(901).event_id)
    data = encode(admission(901))[:100]
    lake.create(f"raw/{broken}", data)

    summary = stage(Lake(lake))

    assert summary.quarantined == {"not_json": 1}
    assert summary.staged["admission"] == 10
    assert summary.raw_objects == summary.rows + 1
    assert lake.read(f"quarantine/objects/{broken}") == data
    [entry] = Lake(lake).quarantine.entries()
    assert (entry.key, entry.reason, entry.manifest) == (broken, Reason.NOT_JSON, 1)
    assert Lake(lake).quarantine.open_counts() == {Reason.NOT_JSON: 1}


@pytest.mark.parametrize("length", [0, 1, 100])
def test_an_object_that_was_read_in_part_is_not_quarantined(
    lake: LocalStore, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    put_all(lake, some_events(50))
    read_objects = objects.read_objects

    def read_in_part(
        store: ObjectStore, prefixes: Sequence[str], counts: Sequence[int], names: TextRows
    ) -> ObjectBuffer:
        return ObjectBuffer.of(data[:length] for data in read_objects(store, prefixes, counts, names))

    with monkeypatch.context() as patch:
        patch.setattr(objects, "read_objects", read_in_part)
        with pytest.raises(StorageError, match="gave other bytes when it was read again"):
            stage(Lake(lake))
    summary = stage(Lake(lake))
    assert (sum(summary.staged.values()), summary.quarantined) == (200, {})
    assert list(Lake(lake).quarantine.entries()) == []


def test_a_month_with_only_broken_objects_writes_no_file(lake: LocalStore) -> None:
    put_event(lake, discharge())
    lake.create(f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}", b"{")
    stage(Lake(lake))
    put_event(lake, admission(902))

    stage(Lake(lake))

    keys = [file.key for file in Lake(lake).staged_files() if file.event_type == "admission"]
    assert keys == [MARCH_FILE]


FOREIGN = [
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


def test_an_unrecognised_object_is_quarantined_once(lake: LocalStore) -> None:
    put_all(lake, some_events(3))
    for key in FOREIGN:
        lake.create(f"raw/{key}", key.encode(errors="surrogateescape"))

    summary = stage(Lake(lake))

    assert summary.quarantined == {"foreign_key": len(FOREIGN)}
    assert [entry.key for entry in Lake(lake).quarantine.entries()] == sorted(FOREIGN)
    assert summary.rows == 12
    lake.create("raw/another.txt", b"one more")
    assert stage(Lake(lake)).quarantined == {"foreign_key": 1}


def test_run_records_are_not_quarantined(lake: LocalStore) -> None:
    put_all(lake, some_events(3))
    put_record(lake, date(2024, 3, 31))
    lake.create(f"raw/_runs/{1:032x}.started.json", b"{}")

    assert stage(Lake(lake)).quarantined == {}


@pytest.mark.parametrize("data", [b'{"run":', b"\xff\xfe", b"[" * 100_000, b"{}"])
def test_a_broken_run_record_does_not_stop_staging(lake: LocalStore, data: bytes) -> None:
    put_all(lake, some_events(1))
    put_record(lake, date(2024, 3, 31), "coast", run=7)
    lake.create("raw/_runs/abc.json", data)

    summary = stage(Lake(lake))

    assert (summary.rows, summary.quarantined) == (4, {"broken_run_record": 1})
    [entry] = Lake(lake).quarantine.entries()
    assert entry.key == "_runs/abc.json"
    put_event(lake, admission(901, hospital="coast"))
    assert stage(Lake(lake)).late == 1, "the other record closes its month"


def test_a_record_under_the_name_of_another_run_is_broken(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    put_record(lake, date(2024, 3, 31), run=7)
    lake.create(f"raw/_runs/{8:032x}.json", lake.read(f"raw/_runs/{7:032x}.json"))

    assert stage(Lake(lake)).quarantined == {"broken_run_record": 1}


def test_a_record_that_ends_at_the_end_of_all_days_is_broken(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    put_record(lake, date.max, run=7)

    assert stage(Lake(lake)).quarantined == {"broken_run_record": 1}


def test_the_error_names_a_link_that_leads_out_of_the_lake(lake: LocalStore, tmp_path: Path) -> None:
    put_all(lake, some_events(1))
    (tmp_path / "secret").write_bytes(b"not of this lake")
    key = f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}"
    Path(lake.url, key).symlink_to(tmp_path / "secret")

    with pytest.raises(StorageError, match=f"{key}: cannot be read: it is a link and no object"):
        stage(Lake(lake))

    assert not any(b"not of this lake" in data for data in contents(lake, "quarantine/").values())
    Path(lake.url, key).unlink()
    Path(lake.url, key).write_bytes(encode(admission(901)))
    assert stage(Lake(lake)).rows == 5


def test_staging_does_not_wait_for_a_pipe(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    os.mkfifo(Path(lake.url, f"raw/{key_of('admission', DAY.date(), admission(901).event_id)}"))

    assert stage(Lake(lake)).quarantined == {"not_json": 1}


def test_a_missing_lake_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(EmptyLakeError, match="no lake here"):
        Lake.open(str(tmp_path / "nowhere"))
    with pytest.raises(WrongCallError, match="gopher"):
        Lake.open("gopher://lake")
    assert EmptyLakeError.exit_code == 2


def test_a_lake_without_events_is_a_wrong_call_and_is_left_alone(lake: LocalStore) -> None:
    lake.create("raw/holiday/photo.jpg", b"not ours")
    Path(lake.url, "raw/admission/event_date=2024-03-15").mkdir(parents=True)
    before = contents(lake)

    with pytest.raises(EmptyLakeError, match="no events"):
        stage(Lake(lake))

    assert contents(lake) == before


def test_a_store_that_overwrites_is_refused(lake: LocalStore) -> None:
    class Overwriting(LocalStore):
        def create(self, key: str, data: bytes) -> bool:
            path = Path(self.url, key)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return True

    put_all(lake, some_events(1))

    with pytest.raises(OverwritingStoreError, match="overwrite"):
        stage(Lake(Overwriting(lake.url)))
    assert list(lake.keys("staging/")) == []


def test_the_error_names_a_file_in_the_place_of_an_output(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    lake.create(MARCH_FILE, b"not parquet")

    with pytest.raises(BrokenLakeError, match=r"admission\.parquet"):
        stage(Lake(lake))


def test_the_error_names_a_changed_list_of_inputs(lake: LocalStore) -> None:
    put_all(lake, some_events(1))
    stage(Lake(lake))
    key = next(key for key in lake.keys("manifests/inputs/admission/"))
    Path(lake.url, key).write_bytes(b"{}")

    with pytest.raises(BrokenLakeError, match=key):
        stage(Lake(lake))
