"""Staging a lake: the files it writes, the same bytes in any way, and nothing twice."""

import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from compiled_code import needed_library, without_library
from hospitals import department, hospital
from lakes import (
    DAY,
    OverwritingStore,
    QuickStore,
    admission,
    contents,
    dep_snapshot,
    discharge,
    put_all,
    put_event,
    row_of,
    some_events,
)
from msgspec import structs

from elt import BrokenLakeError, EltError, EmptyLakeError, WrongCallError
from elt.contracts import EVENT_TYPES, arrow_schema
from elt.lake.digests import digest
from elt.lake.lake import Lake
from elt.staging import StageSummary, input_lists, parquet, stage
from hospital_sim.distributions import Fixed
from hospital_sim.events import encode
from hospital_sim.events.keys import key_of
from hospital_sim.storage import LocalStore, OverwritingStoreError

pytestmark = pytest.mark.integration

MARCH_FILE = "staging/admission/event_date=2024-03/admission.parquet"
SECOND_FILE = "staging/admission/event_date=2024-03/admission-0002.parquet"
EVENTS = some_events(175)
"""Ten of each type on each day from 15 March on, and five on 1 April."""


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    return QuickStore(tmp_path / "lake")


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[QuickStore, StageSummary]:
    """Return a staged lake, only to be read."""
    store = QuickStore(tmp_path_factory.mktemp("staged") / "lake")
    put_all(store, EVENTS)
    return store, stage(Lake(store))


def rows(store: LocalStore, key: str) -> list[dict[str, object]]:
    return pq.read_table(f"{store.url}/{key}", partitioning=None).to_pylist()


def _identity(row: dict[str, object]) -> tuple[str, str]:
    return str(row["event_type"]), str(row["event_id"])


def test_every_event_is_staged_once_with_its_values(staged: tuple[QuickStore, StageSummary]) -> None:
    store, summary = staged
    files = Lake(store).staged_files()
    all_rows = [row for file in files for row in rows(store, file.key)]
    assert sorted(all_rows, key=_identity) == sorted(map(row_of, EVENTS), key=_identity)
    assert summary.staged == dict.fromkeys(EVENT_TYPES, 175)
    assert (summary.raw_objects, summary.quarantined, summary.late, summary.files) == (700, {}, 0, len(files))


def test_a_file_holds_one_type_and_month_as_its_manifest_says(staged: tuple[QuickStore, StageSummary]) -> None:
    store, _ = staged
    files = Lake(store).staged_files()
    assert {file.month for file in files} == {date(2024, 3, 1), date(2024, 4, 1)}
    for file in files:
        data, in_file = store.read(file.key), rows(store, file.key)
        assert (file.bytes, file.sha256, file.rows) == (len(data), digest(data), len(in_file))
        assert pq.read_schema(f"{store.url}/{file.key}").equals(arrow_schema(file.event_type))
        for row in in_file:
            assert row["event_type"] == file.event_type
            assert isinstance(row["event_time"], datetime)
            assert row["event_time"].date().replace(day=1) == file.month
    counts = Lake(store).staged_counts()
    assert counts["admission", "city", "acute", date(2024, 3, 15)] == 10
    assert counts["admission", "city", "acute", date(2024, 4, 1)] == 5
    assert counts.total() == 700
    metadata = pq.read_metadata(f"{store.url}/{MARCH_FILE}")
    column = metadata.row_group(0).column(3)
    assert (column.path_in_schema, column.compression, column.is_stats_set) == ("event_time", "SNAPPY", True)
    assert metadata.format_version == "1.0"
    assert metadata.metadata[parquet.CONTRACT_KEY] == b"1"


def test_rows_are_sorted_by_time_and_identifier(lake: QuickStore) -> None:
    at = [DAY + timedelta(hours=hour) for hour in (9, 7, 9, 8)]
    put_all(lake, [admission(number, moment) for number, moment in zip((4, 3, 2, 1), at, strict=True)])
    stage(Lake(lake))
    order = [(row["event_time"], row["event_id"]) for row in rows(lake, MARCH_FILE)]
    assert order == sorted(order, key=str)
    assert len(order) == 4


def test_events_are_counted_by_hospital_department_and_day(lake: QuickStore) -> None:
    wards = [(hospital, ward) for hospital in ("city", "coast") for ward in ("acute", "elderly", "acute")]
    events = [
        structs.replace(admission(number, DAY + timedelta(days=number % 4), hospital), department_id=ward)
        for number, (hospital, ward) in enumerate(wards)
    ]
    put_all(lake, events)
    stage(Lake(lake))
    assert Lake(lake).staged_counts() == Counter(
        ("admission", event.hospital_id, event.department_id, event.event_time.date()) for event in events
    )


def test_staging_again_writes_nothing(lake: QuickStore) -> None:
    put_all(lake, some_events(30))
    lake.create("raw/notes.txt", b"hello")
    lake.create(f"raw/{key_of('admission', DAY.date(), 'f' * 8 + '-0000-0000-0000-000000000000')}", b"{")
    stage(Lake(lake))
    before = contents(lake)

    summary = stage(Lake(lake))

    assert (summary.manifests, summary.raw_objects) == ([], 0)
    assert contents(lake) == before


def put_any_objects(store: LocalStore) -> None:
    """Put good objects of two months, broken ones and one in another spelling into a lake."""
    put_all(store, some_events(25) + some_events(5, first=100, day=DAY + timedelta(days=30)))
    spaced = encode(admission(901)).replace(b":", b": ")
    for number, data in enumerate((spaced, encode(admission(902))[:100], b"[]"), start=901):
        store.create(f"raw/{key_of('admission', DAY.date(), admission(number).event_id)}", data)
    store.create("raw/admission/event_date=2024-03-15/readme.md", b"hello")
    store.create("raw/notes.txt", b"hello")


def test_batches_temporary_files_and_the_plain_way_write_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed_library()
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 16)
    usual = QuickStore(tmp_path / "usual")
    put_any_objects(usual)
    stage(Lake(usual))
    expected = contents(usual)
    assert pq.read_metadata(f"{usual.url}/{MARCH_FILE}").num_row_groups == 2
    ways = {
        "batches of one": {"elt.staging.write.BATCH_OBJECTS": 1},
        "batches of seven": {"elt.staging.write.BATCH_OBJECTS": 7},
        "days sorted in a file": {"elt.staging.write.BATCH_OBJECTS": 3, "elt.staging.sorting.HELD_ROWS": 0},
        "few names at once": {"elt.native.files.MANY_NAME_BYTES": 600},
        "plain": {"elt.native.names.MANY_NAME_BYTES": 600},
    }
    for name, values in ways.items():
        store = QuickStore(tmp_path / name)
        put_any_objects(store)
        with monkeypatch.context() as patch:
            for place, value in values.items():
                patch.setattr(place, value)
            if name == "plain":
                without_library(patch)
            stage(Lake(store))
        assert contents(store) == expected, f"staging with {name} writes other objects"


def test_several_processes_write_the_same_bytes_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elt.lake.workers.processors", lambda: 8)
    stores = [QuickStore(tmp_path / name) for name in ("one", "two")]
    for workers, store in zip((1, 2), stores, strict=True):
        put_any_objects(store)
        stage(Lake(store), workers=workers)
    assert contents(stores[0]) == contents(stores[1])


def test_a_month_with_too_many_objects_continues_in_numbered_files(
    lake: QuickStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_lists, "LARGEST_OUTPUT", 9)
    put_all(lake, some_events(25))

    summary = stage(Lake(lake))

    files = [file for file in Lake(lake).staged_files() if file.event_type == "admission"]
    names = ["admission.parquet", *(f"admission-000{number}.parquet" for number in (2, 3))]
    assert [(file.key.rpartition("/")[2], file.rows) for file in files] == list(zip(names, (9, 9, 7), strict=True))
    assert summary.rows == 100
    assert len({row["event_id"] for file in files for row in rows(lake, file.key)}) == 25
    assert stage(Lake(lake)).manifests == []
    put_event(lake, admission(901))
    assert stage(Lake(lake)).files == 1
    assert Lake(lake).staged_files()[-1].key.endswith("admission-0004.parquet")


def test_the_error_about_a_full_temporary_folder_says_what_to_do(
    lake: QuickStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_all(lake, some_events(30))
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP_ROWS", 10)
        patch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        with pytest.raises(EltError, match=r"gone: a staged file too large for memory .* TMPDIR"):
            stage(Lake(lake))
    stage(Lake(lake))
    assert sum(file.rows for file in Lake(lake).staged_files()) == 120


def test_later_events_go_to_a_numbered_file_and_the_first_stays(lake: QuickStore) -> None:
    put_all(lake, some_events(10))
    stage(Lake(lake))
    first = lake.read(MARCH_FILE)
    put_all(lake, [admission(901), admission(902)])
    progress: list[tuple[str, int, int | None]] = []

    summary = stage(Lake(lake), on_progress=lambda *counts: progress.append(counts))

    assert {("listing months", 4, 4), ("staging files", 1, 1)} <= set(progress)
    assert lake.read(MARCH_FILE) == first
    assert [row["event_id"] for row in rows(lake, SECOND_FILE)] == [admission(901).event_id, admission(902).event_id]
    assert (summary.raw_objects, summary.files, summary.manifests) == (2, 1, [2])


def test_a_missing_lake_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(EmptyLakeError, match="no lake here"):
        Lake.open(str(tmp_path / "nowhere"))
    with pytest.raises(WrongCallError, match="gopher"):
        Lake.open("gopher://lake")
    assert EmptyLakeError.exit_code == 2


def test_a_lake_without_events_is_a_wrong_call_and_is_left_alone(lake: QuickStore) -> None:
    lake.create("raw/holiday/photo.jpg", b"not ours")
    Path(lake.url, "raw/admission/event_date=2024-03-15").mkdir(parents=True)
    before = contents(lake)
    with pytest.raises(EmptyLakeError, match="no events"):
        stage(Lake(lake))
    assert contents(lake) == before


def test_a_store_that_overwrites_is_refused(lake: QuickStore) -> None:
    put_event(lake, dep_snapshot())
    with pytest.raises(OverwritingStoreError, match="overwrite"):
        stage(Lake(OverwritingStore(lake.url)))
    assert list(lake.keys("staging/")) == []


def test_the_error_names_a_file_in_the_place_of_an_output(lake: QuickStore, tmp_path: Path) -> None:
    other = QuickStore(tmp_path / "other")
    put_event(other, admission(2))
    stage(Lake(other))
    put_event(lake, admission(1))
    for data in (b"not parquet", other.read(MARCH_FILE)):
        lake.create(MARCH_FILE, data)
        with pytest.raises(BrokenLakeError, match=r"admission\.parquet: not written by staging"):
            stage(Lake(lake))
        Path(lake.url, MARCH_FILE).unlink()


def test_the_error_names_a_changed_list_of_inputs(lake: QuickStore) -> None:
    put_event(lake, discharge())
    stage(Lake(lake))
    key = next(key for key in lake.keys("manifests/inputs/discharge/"))
    Path(lake.url, key).write_bytes(b"{}")
    with pytest.raises(BrokenLakeError, match=key):
        stage(Lake(lake))


@pytest.mark.parametrize("first", ["1971-01-01", "1975-06-01", "2000-02-29", "2199-12-31"])
@pytest.mark.parametrize("ages", [(0, 0, 120), (60, 110, 120)])
def test_staging_takes_every_event_that_the_simulator_writes_in_any_year(
    first: str, ages: tuple[float, float, float], lake: QuickStore
) -> None:
    ward = department(requests_per_day=20.0, stay=Fixed(value=0.3), ages=ages)
    run = hospital(ward).simulate(first, first, seed=1)
    put_all(lake, run.events)

    summary = stage(Lake(lake))

    assert (summary.quarantined, sum(summary.staged.values())) == ({}, len(run.events))
