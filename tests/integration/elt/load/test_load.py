"""Each staged file and run record is loaded exactly once, whatever is killed when."""

import hashlib
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kills import KilledAtStep
from lakes import put_all, put_record, some_events
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt import BrokenLakeError, EltError, EmptyLakeError
from elt.lake.lake import Lake
from elt.lake.manifests import StagedFile
from elt.load.run import load, load_into
from elt.staging import stage
from elt.warehouse import open_warehouse
from elt.warehouse.clickhouse.chdb import ChdbWarehouse
from elt.warehouse.tables import EVENT_TABLES, event_table
from hospital_sim.storage import LocalStore, ObjectStore

pytestmark = pytest.mark.integration


class KilledWarehouse(KilledAtStep, ChdbWarehouse):
    """A real warehouse whose process is killed before or after one of the statements that change it."""

    def execute(self, sql: str) -> None:
        self._count()
        super().execute(sql)
        self._count()

    def insert(self, table: object, rows: object) -> None:
        self._count()
        super().insert(table, rows)  # type: ignore[arg-type]
        self._count()


LOAD_UNTIL_KILLED = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[3] / "support")!r}]
from pathlib import Path
from test_load import KilledWarehouse, Lake, LocalStore, load_into
lake, warehouse, left = sys.argv[1:]
with KilledWarehouse(Path(warehouse), create=True) as opened:
    opened.left = int(left)
    load_into(opened, Lake(LocalStore(lake)))
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of a hospital, staged."""
    folder = tmp_path_factory.mktemp("lake")
    hs.load("small").simulate("2024-01-20", "2024-02-10", seed=3, sink=folder / "raw")
    stage(Lake(LocalStore(folder)))
    return folder


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    return f"chdb://{tmp_path / 'warehouse'}"


def contents(dsn: str) -> dict[str, tuple[int, int]]:
    with open_warehouse(dsn) as warehouse:
        return raw_digests(warehouse)


def altered(lake: Path, copy: Path, file: StagedFile, rows: pa.Table) -> Path:
    """Return a copy of a lake in which a staged file has other rows, with its manifest's word for it unchanged."""
    shutil.copytree(lake, copy)
    pq.write_table(rows, copy / file.key)
    return copy


def test_every_staged_value_is_in_the_warehouse(lake: Path, dsn: str) -> None:
    load(Lake.open(str(lake)), dsn)
    with open_warehouse(dsn) as warehouse:
        for table in EVENT_TABLES:
            files = [file for file in Lake(LocalStore(lake)).staged_files() if file.event_type == table.name]
            staged = pa.concat_tables(pq.read_table(lake / file.key, partitioning=None) for file in files)
            found = warehouse.query(f"SELECT * EXCEPT source_file FROM hospital_raw.{table.name}")
            assert found.column_names == staged.column_names
            by_id = [("event_id", "ascending")]
            assert found.sort_by(by_id).to_pylist() == staged.sort_by(by_id).to_pylist()


def test_every_row_names_its_file(lake: Path, dsn: str) -> None:
    load(Lake.open(str(lake)), dsn)
    with open_warehouse(dsn) as warehouse:
        for file in Lake(LocalStore(lake)).staged_files():
            found = warehouse.query(
                f"SELECT count() AS n FROM hospital_raw.{file.event_type} WHERE source_file = '{file.key}'"
            )
            assert found["n"].to_pylist() == [file.rows]


def test_loading_again_changes_nothing(lake: Path, dsn: str) -> None:
    first = load(Lake.open(str(lake)), dsn)
    before = contents(dsn)
    second = load(Lake.open(str(lake)), dsn)
    assert contents(dsn) == before
    assert (second.files, second.rows, second.runs) == (0, 0, 0)
    assert second.files_before == first.files > 0
    assert second.rows_in_warehouse == first.rows_in_warehouse


def test_only_new_files_are_loaded(tmp_path: Path, dsn: str) -> None:
    store = LocalStore(tmp_path / "lake")
    put_all(store, some_events(30))
    stage(Lake(store))
    assert load(Lake.open(store.url, read_only=True), dsn).rows == 120
    put_all(store, some_events(5, first=900))
    stage(Lake(store))
    again = load(Lake.open(store.url, read_only=True), dsn)
    assert (again.files, again.rows, again.files_before) == (4, 20, 4)
    assert again.rows_in_warehouse == dict.fromkeys(("admission", "discharge", "wait_snapshot", "dep_snapshot"), 35)


def test_a_run_record_becomes_rows(lake: Path, dsn: str) -> None:
    load(Lake.open(str(lake)), dsn)
    run = hs.load("small").simulate("2024-01-20", "2024-02-10", seed=3)
    record = run.record
    with open_warehouse(dsn) as warehouse:
        rows = warehouse.query("SELECT * FROM hospital_raw.run").to_pylist()
        departments = warehouse.query("SELECT * FROM hospital_raw.run_department ORDER BY department_id").to_pylist()
        months = warehouse.query("SELECT * FROM hospital_raw.run_month").to_pylist()
        counted = warehouse.query("SELECT sum(count) AS n FROM hospital_raw.run_count")["n"].to_pylist()
    assert [(row["run_id"], row["start_date"], row["end_date"]) for row in rows] == [
        (record.run.run_id, record.run.start, record.run.end)
    ]
    promised = sorted(record.run.departments, key=lambda promise: promise.department_id)
    assert [row["mean_stay_days"] for row in departments] == [promise.mean_stay_days for promise in promised]
    multipliers = {(row["department_id"], row["month_number"]): row["multiplier"] for row in months}
    assert multipliers == {
        (promise.department_id, month): factor
        for promise in promised
        for month, factor in enumerate(promise.month_multipliers, start=1)
    }
    assert counted == [sum(count.count for count in record.counts)]


def test_a_load_killed_at_any_statement_is_completed_by_the_next(lake: Path, tmp_path: Path, soak: bool) -> None:
    whole = f"chdb://{tmp_path / 'whole'}"
    load(Lake.open(str(lake)), whole)
    killed = tmp_path / "killed"
    # The version and the tables take 46 counts, 40 once the version is there; the run record some 20 more while it is
    # not loaded; then each file four to six.
    for left in range(400) if soak else (3, 16, 45, 57, 61, 41, 42, 43, 46):
        ended = subprocess.run(
            [sys.executable, "-c", LOAD_UNTIL_KILLED, str(lake), str(killed), str(left)],
            check=False,
            capture_output=True,
            text=True,
        )
        if soak and ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    load(Lake.open(str(lake)), f"chdb://{killed}")
    assert contents(f"chdb://{killed}") == contents(whole)


def test_rows_of_a_killed_insert_are_removed(lake: Path, tmp_path: Path, dsn: str) -> None:
    whole = f"chdb://{tmp_path / 'whole'}"
    load(Lake.open(str(lake)), whole)
    load(Lake.open(str(lake)), dsn)
    file = next(file for file in Lake(LocalStore(lake)).staged_files() if file.rows > 10)
    with open_warehouse(dsn) as warehouse:
        # What such a kill leaves: some of the rows, and no word that the file is loaded.
        warehouse.execute(f"ALTER TABLE hospital_raw.loaded_file DELETE WHERE source_file = '{file.key}'")
        warehouse.execute(
            f"ALTER TABLE hospital_raw.{file.event_type} DELETE WHERE source_file = '{file.key}' "
            "AND cityHash64(event_id) % 3 = 0"
        )
    again = load(Lake.open(str(lake)), dsn)
    assert (again.files, again.rows) == (1, file.rows)
    assert contents(dsn) == contents(whole)


@pytest.mark.parametrize("fault", ["a column less", "another type", "another order", "a nullable column"])
def test_a_file_with_another_schema_is_refused_before_anything_is_loaded(
    lake: Path, tmp_path: Path, dsn: str, fault: str
) -> None:
    file = Lake(LocalStore(lake)).staged_files()[-1]
    rows = pq.read_table(lake / file.key, partitioning=None)
    match fault:
        case "a column less":
            rows = rows.drop_columns(["department_id"])
        case "another type":
            at = rows.schema.get_field_index("department_id")
            rows = rows.set_column(
                at, pa.field("department_id", pa.binary(), nullable=False), rows[at].cast(pa.binary())
            )
        case "another order":
            rows = rows.select(rows.column_names[::-1])
        case "a nullable column":
            at = rows.schema.get_field_index("department_id")
            rows = rows.set_column(at, pa.field("department_id", pa.string()), rows[at])
    broken = altered(lake, tmp_path / "broken", file, rows)
    with pytest.raises(BrokenLakeError, match="schema is not the contract's") as told:
        load(Lake.open(str(broken)), dsn)
    assert file.key in str(told.value)
    assert fault == "another order" or "department_id" in str(told.value)
    assert all(count == 0 for count, _ in contents(dsn).values())
    assert load(Lake.open(str(lake)), dsn).rows > 0


def test_a_file_that_is_not_parquet_is_refused_by_name(lake: Path, tmp_path: Path, dsn: str) -> None:
    file = Lake(LocalStore(lake)).staged_files()[0]
    broken = shutil.copytree(lake, tmp_path / "broken")
    (broken / file.key).write_bytes(b"half a file")
    with pytest.raises(BrokenLakeError, match=file.key):
        load(Lake.open(str(broken)), dsn)


def test_a_file_with_fewer_rows_than_its_manifest_says_is_not_kept(lake: Path, tmp_path: Path, dsn: str) -> None:
    file = next(file for file in Lake(LocalStore(lake)).staged_files() if file.rows > 1)
    rows = pq.read_table(lake / file.key, partitioning=None)
    broken = altered(lake, tmp_path / "broken", file, rows.slice(1))
    with pytest.raises(BrokenLakeError, match=f"{file.key}: has {file.rows - 1} rows"):
        load(Lake.open(str(broken)), dsn)
    with open_warehouse(dsn) as warehouse:
        assert warehouse.query(
            f"SELECT count() AS n FROM hospital_raw.{file.event_type} WHERE source_file = '{file.key}'"
        )["n"].to_pylist() == [0]
    load(Lake.open(str(lake)), dsn)
    assert contents(dsn)["admission"][0] == sum(
        file.rows for file in Lake(LocalStore(lake)).staged_files() if file.event_type == "admission"
    )


def test_another_lake_with_the_same_names_is_refused(tmp_path: Path, dsn: str) -> None:
    for name, first in (("one", 1), ("two", 5000)):
        store = LocalStore(tmp_path / name)
        put_all(store, some_events(20, first=first))
        stage(Lake(store))
    load(Lake.open(str(tmp_path / "one")), dsn)
    before = contents(dsn)
    with pytest.raises(EltError, match="loaded from another lake"):
        load(Lake.open(str(tmp_path / "two")), dsn)
    assert contents(dsn) == before


def test_another_history_of_a_hospital_is_refused(tmp_path: Path, dsn: str) -> None:
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        hs.load("small").simulate(f"202{seed}-01-01", f"202{seed}-01-03", seed=seed, sink=folder / "raw")
        stage(Lake(LocalStore(folder)))
    load(Lake.open(str(tmp_path / "1")), dsn)
    before = contents(dsn)
    with pytest.raises(EltError, match="'small' has another history"):
        load(Lake.open(str(tmp_path / "2")), dsn)
    assert contents(dsn) == before


def test_a_lake_without_a_staged_file_is_a_wrong_call(tmp_path: Path, dsn: str) -> None:
    with pytest.raises(EmptyLakeError, match="no lake here") as told:
        load(Lake.open(str(tmp_path / "nothing")), dsn)
    assert told.value.exit_code == 2
    store = LocalStore(tmp_path / "unstaged")
    put_all(store, some_events(1))
    with pytest.raises(EmptyLakeError, match="hospital-elt stage"):
        load(Lake.open(store.url, read_only=True), dsn)
    assert not (tmp_path / "warehouse").exists()


def test_a_lake_whose_path_looks_like_a_pattern_is_loaded(tmp_path: Path, dsn: str) -> None:
    store = LocalStore(tmp_path / "la{ke} [1]* 'quoted'")
    put_all(store, some_events(10))
    stage(Lake(store))
    assert load(Lake.open(store.url, read_only=True), dsn).rows == 40


def test_a_store_that_is_no_directory_is_read_through_its_objects(tmp_path: Path) -> None:
    local = LocalStore(tmp_path / "lake")
    put_all(local, some_events(10))
    put_record(local, end=some_events(1)[0].event_time.date())
    stage(Lake(local))
    with ChdbWarehouse(tmp_path / "warehouse", create=True) as warehouse:
        summary = load_into(warehouse, Lake(DistantStore(local)))
    assert summary.rows == 40
    assert summary.runs == 1


class DistantStore:
    """A store whose objects are reached by reading alone, as those of a bucket are."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.url = "s3://bucket/lake"

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_a_broken_run_record_is_counted_and_loaded_once_it_is_put_back(lake: Path, tmp_path: Path, dsn: str) -> None:
    broken = Path(shutil.copytree(lake, tmp_path / "broken"))
    [record] = [path for path in (broken / "raw" / "_runs").iterdir() if not path.name.endswith(".started.json")]
    whole = record.read_bytes()
    (record.parent / f"{9:032x}.json").write_bytes(whole)
    for data in (whole[:-1], b"[" * 100_000, whole.replace(b'"seed":3', b'"seed":123456789012345678901')):
        record.write_bytes(data)
        summary = load(Lake.open(str(broken)), dsn)
        assert (summary.runs, summary.runs_broken) == (0, 2)
        assert contents(dsn)["run"][0] == 0
    assert sum(summary.rows_in_warehouse.values()) > 0
    record.write_bytes(whole)

    summary = load(Lake.open(str(broken)), dsn)

    assert (summary.runs, summary.runs_broken) == (1, 1)
    assert load(Lake.open(str(lake)), dsn).runs == 0


def test_the_recorded_digest_is_that_of_the_file(lake: Path, dsn: str) -> None:
    load(Lake.open(str(lake)), dsn)
    with open_warehouse(dsn) as warehouse:
        booked = warehouse.query("SELECT * FROM hospital_raw.loaded_file").to_pylist()
    for row in booked:
        assert row["sha256"] == hashlib.sha256((lake / row["source_file"]).read_bytes()).hexdigest()
        assert row["table_name"] in {"run", *(event_table(kind).name for kind in hs_types())}


def hs_types() -> tuple[str, ...]:
    return tuple(table.name for table in EVENT_TABLES)
