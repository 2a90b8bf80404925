"""Each staged file and run record is loaded exactly once, whatever is killed when."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lakes import contents, put_all, some_events
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt import BrokenLakeError, EltError, EmptyLakeError
from elt.contracts import EVENT_TYPES
from elt.lake.lake import Lake
from elt.lake.staging_runs import StagedFile
from elt.load.run import load, load_into
from elt.staging import stage
from elt.warehouse import Warehouse, open_warehouse
from elt.warehouse.tables import EVENT_TABLES
from elt.warehouse.version import WAREHOUSE_VERSION
from hospital_sim.storage import FinishedRun, LocalStore, open_store

pytestmark = pytest.mark.integration


def lake_at(folder: Path | str) -> Lake:
    return Lake(LocalStore(folder))


def file_of(lake: Path) -> StagedFile:
    return next(file for file in lake_at(lake).staged_files() if file.rows > 10)


def altered(lake: Path, copy: Path, file: StagedFile, rows: pa.Table) -> Lake:
    """Return a copy of a lake in which a staged file has other rows, with its manifest's word for it unchanged."""
    shutil.copytree(lake, copy)
    pq.write_table(rows, copy / file.key)
    return lake_at(copy)


def forget(warehouse: Warehouse, key: str, *, rows_of: str, where: str = "true") -> None:
    """Leave what a killed load leaves: no word that a file is loaded, and not all of its rows."""
    warehouse.execute(f"ALTER TABLE hospital_raw.loaded_file DELETE WHERE source_file = '{key}'")
    warehouse.execute(f"ALTER TABLE hospital_raw.{rows_of} DELETE WHERE source_file = '{key}' AND {where}")


def test_every_staged_value_is_in_the_warehouse_with_the_name_of_its_file(lake: Path, warehouse: Warehouse) -> None:
    for table in EVENT_TABLES:
        staged = [
            pq.read_table(lake / file.key, partitioning=None).append_column(
                "source_file", pa.array([file.key] * file.rows)
            )
            for file in lake_at(lake).staged_files()
            if file.event_type == table.name
        ]
        expected = pa.concat_tables(staged)
        rows = warehouse.query(f"SELECT * FROM hospital_raw.{table.name}")
        assert rows.column_names == expected.column_names
        assert rows.sort_by("event_id").to_pylist() == expected.sort_by("event_id").to_pylist()


def test_a_run_record_becomes_rows(lake: Path, warehouse: Warehouse) -> None:
    [finished] = lake_at(lake).runs().finished()
    assert isinstance(finished, FinishedRun)
    record = finished.record
    [row] = warehouse.query("SELECT * FROM hospital_raw.run").to_pylist()
    departments = warehouse.query("SELECT * FROM hospital_raw.run_department ORDER BY department_id").to_pylist()
    months = warehouse.query("SELECT * FROM hospital_raw.run_month").to_pylist()
    counts = warehouse.query("SELECT * FROM hospital_raw.run_count").to_pylist()
    assert (row["run_id"], row["start_date"], row["end_date"], row["source_file"]) == (
        record.run.run_id, record.run.start, record.run.end, f"raw/{finished.key}"
    )  # fmt: skip
    promised = sorted(record.run.departments, key=lambda promise: promise.department_id)
    assert [row["mean_stay_days"] for row in departments] == [promise.mean_stay_days for promise in promised]
    multipliers = {(row["department_id"], row["month_number"]): row["multiplier"] for row in months}
    expected = {(each.department_id, at): each.month_multipliers[at - 1] for each in promised for at in range(1, 13)}
    assert multipliers == expected
    assert len(counts) == len(record.counts)
    assert sum(row["count"] for row in counts) == sum(count.count for count in record.counts)


def test_each_file_is_recorded_as_loaded_with_its_digest(lake: Path, warehouse: Warehouse) -> None:
    files = lake_at(lake).staged_files()
    [record] = lake_at(lake).runs().finished()
    expected = {(file.key, file.event_type, file.month, file.rows) for file in files}
    expected.add((f"raw/{record.key}", "run", None, 1))
    rows = warehouse.query("SELECT * FROM hospital_raw.loaded_file").to_pylist()
    assert {(row["source_file"], row["table_name"], row["month"], row["row_count"]) for row in rows} == expected
    assert len(rows) == len(expected)
    for row in rows:
        assert row["sha256"] == hashlib.sha256((lake / row["source_file"]).read_bytes()).hexdigest()
        assert isinstance(row["loaded_at"], datetime)
    versions = warehouse.query("SELECT version FROM hospital_raw.warehouse_version")["version"].to_pylist()
    assert versions == [WAREHOUSE_VERSION]


def test_loading_again_adds_new_files_alone(
    lake: Path, tmp_path: Path, warehouse: Warehouse, whole: dict[str, tuple[int, int]]
) -> None:
    copy = lake_at(shutil.copytree(lake, tmp_path / "copy"))
    files = len(copy.staged_files())
    counts: list[tuple[str, int, int | None]] = []

    again = load_into(warehouse, copy)

    assert raw_digests(warehouse) == whole
    assert (again.files, again.rows, again.runs, again.files_before) == (0, 0, 0, files)
    assert again.rows_in_warehouse == {table.name: whole[table.name][0] for table in EVENT_TABLES}
    put_all(copy.store, some_events(5, first=10**9))
    stage(copy)

    more = load_into(warehouse, copy, lambda work, done, total: counts.append((work, done, total)))

    assert (more.files, more.rows, more.runs, more.files_before) == (4, 20, 0, files)
    assert more.rows_in_warehouse == {name: rows + 5 for name, rows in again.rows_in_warehouse.items()}
    assert counts[-1] == ("loading", 4, 4)
    assert more.as_dict() == {
        "files": 4, "rows": 20, "files_before": files, "files_removed": 0, "runs": 0, "runs_broken": 0,
        "rows_in_warehouse": more.rows_in_warehouse,
    }  # fmt: skip
    named = {f"in the warehouse: {name}": rows for name, rows in more.rows_in_warehouse.items()}
    assert more.as_counts() == {
        "files": 4,
        "rows": 20,
        "files_before": files,
        "files_removed": 0,
        "runs": 0,
        "runs_broken": 0,
        **named,
    }


def test_a_file_with_another_schema_is_refused_before_anything_is_loaded(
    lake: Path, tmp_path: Path, whole: dict[str, tuple[int, int]]
) -> None:
    file = lake_at(lake).staged_files()[-1]
    rows = pq.read_table(lake / file.key, partitioning=None)
    broken = altered(lake, tmp_path / "la{ke} [1]* 'a pattern'", file, rows.drop_columns(["department_id"]))
    with open_warehouse(f"chdb://{tmp_path / 'warehouse'}", create=True) as warehouse:
        with pytest.raises(BrokenLakeError, match=rf"{file.key}: its schema is not .* column 'department_id' differs"):
            load_into(warehouse, broken)
        assert all(count == 0 for count, _ in raw_digests(warehouse).values())
        pq.write_table(rows, Path(broken.url) / file.key)
        load_into(warehouse, broken)
        assert raw_digests(warehouse) == whole


def test_rows_of_a_killed_insert_or_of_a_file_shorter_than_its_manifest_says_are_removed(
    lake: Path, tmp_path: Path, warehouse: Warehouse, whole: dict[str, tuple[int, int]]
) -> None:
    file = file_of(lake)
    rows = pq.read_table(lake / file.key, partitioning=None)
    broken = altered(lake, tmp_path / "broken", file, rows.slice(1))
    forget(warehouse, file.key, rows_of=file.event_type)
    before = raw_digests(warehouse)
    with pytest.raises(BrokenLakeError, match=f"{file.key}: has {file.rows - 1} rows"):
        load_into(warehouse, broken)
    assert raw_digests(warehouse) == before
    load_into(warehouse, lake_at(lake))
    assert raw_digests(warehouse) == whole
    unfinished = [
        next(each for each in lake_at(lake).staged_files() if each.event_type == kind) for kind in EVENT_TYPES
    ]
    for each in unfinished:
        forget(warehouse, each.key, rows_of=each.event_type, where="cityHash64(event_id) % 3 = 0")
    again = load_into(warehouse, lake_at(lake))
    assert (again.files, again.rows) == (len(EVENT_TYPES), sum(each.rows for each in unfinished))
    assert raw_digests(warehouse) == whole


def test_another_lake_and_another_history_of_a_hospital_are_refused(
    tmp_path: Path, warehouse: Warehouse, whole: dict[str, tuple[int, int]]
) -> None:
    names, history = LocalStore(tmp_path / "names"), LocalStore(tmp_path / "history")
    put_all(names, some_events(20, day=datetime.fromisoformat("2024-01-20T00:00Z")))
    hs.load("small").simulate("2022-01-01", "2022-01-02", seed=2, sink=f"{history.url}/raw")
    for store, message in ((names, "whose file of this name differs"), (history, "'small' has another history")):
        stage(Lake(store))
        with pytest.raises(EltError, match=message):
            load_into(warehouse, Lake(store))
    assert raw_digests(warehouse) == whole


def test_another_lake_is_refused_before_the_name_of_a_file_is_the_same(
    lake: Path, tmp_path: Path, warehouse: Warehouse, whole: dict[str, tuple[int, int]]
) -> None:
    other = LocalStore(tmp_path / "other")
    put_all(other, some_events(20, day=datetime.fromisoformat("2030-06-20T00:00Z")))
    stage(Lake(other))
    with pytest.raises(EltError, match=rf"loaded from another lake: .*staging/.* load {other.url} into .* its own"):
        load_into(warehouse, Lake(other))
    assert raw_digests(warehouse) == whole
    assert load_into(warehouse, lake_at(Path(shutil.copytree(lake, tmp_path / "copy")))).files == 0


def test_a_lake_without_a_staged_file_is_a_wrong_call(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'warehouse'}"
    with pytest.raises(EmptyLakeError, match="no lake here") as refused:
        load(Lake.open(str(tmp_path / "nothing")), dsn)
    assert refused.value.exit_code == 2
    store = LocalStore(tmp_path / "unstaged")
    put_all(store, some_events(1))
    with pytest.raises(EmptyLakeError, match="hospital-elt stage"):
        load(Lake.open(store.url, read_only=True), dsn)
    assert not (tmp_path / "warehouse").exists()


def test_a_store_that_is_no_directory_is_read_through_its_objects(
    lake: Path, tmp_path: Path, warehouse: Warehouse, whole: dict[str, tuple[int, int]]
) -> None:
    [record] = lake_at(lake).runs().finished()
    forget(warehouse, file_of(lake).key, rows_of=file_of(lake).event_type)
    forget(warehouse, f"raw/{record.key}", rows_of="run")
    distant = open_store(f"memory://{tmp_path}")
    distant.create_many(contents(LocalStore(lake)).items())
    summary = load_into(warehouse, Lake(distant))
    assert (summary.files, summary.runs) == (1, 1)
    assert raw_digests(warehouse) == whole


def test_a_broken_run_record_is_counted_and_loaded_once_it_is_put_back(
    lake: Path, tmp_path: Path, warehouse: Warehouse, whole: dict[str, tuple[int, int]]
) -> None:
    broken = Path(shutil.copytree(lake, tmp_path / "broken"))
    [finished] = lake_at(lake).runs().finished()
    record = broken / "raw" / finished.key
    intact = record.read_bytes()
    (record.parent / f"{9:032x}.json").write_bytes(intact)
    forget(warehouse, f"raw/{finished.key}", rows_of="run")
    for data in (intact[:-1], b"[" * 100_000, intact.replace(b'"seed":3', b'"seed":123456789012345678901')):
        record.write_bytes(data)
        summary = load_into(warehouse, lake_at(broken))
        assert (summary.runs, summary.runs_broken) == (0, 2)
        assert raw_digests(warehouse)["run"] == (0, 0)
    record.write_bytes(intact)

    summary = load_into(warehouse, lake_at(broken))

    assert (summary.runs, summary.runs_broken) == (1, 1)
    record.write_bytes(intact + b" ")
    with pytest.raises(EltError, match=rf"{record.name}: warehouse .* was loaded from another lake"):
        load_into(warehouse, lake_at(broken))
    assert raw_digests(warehouse) == whole
