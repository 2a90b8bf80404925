"""Redshift loads each staged file on S3 completely and once; files that do not fit their table are refused first."""

import io
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kills import KilledAtStep
from redshift.rewriting import code_of
from redshift.stand_in import ROLE
from redshift_fixtures import Redshift
from s3_servers import SECRET
from warehouse_tables import differences, sorted_rows

import hospital_sim as hs
from elt import BrokenLakeError, EltError, WrongCallError
from elt.lake.lake import Lake
from elt.lake.staging_runs import StagedFile
from elt.load.run import LoadSummary, load, load_into
from elt.staging import stage
from elt.warehouse import NoWarehouseError, Warehouse, open_warehouse
from elt.warehouse.dsn import RedshiftDsn, parse_dsn
from elt.warehouse.redshift.cluster import RedshiftWarehouse
from elt.warehouse.redshift.copy_from_s3 import Access
from elt.warehouse.redshift.session import RedshiftSession
from elt.warehouse.tables import EVENT_TABLES, RAW_TABLES, event_table
from hospital_sim.storage import LocalStore, ObjectStore, open_store

pytestmark = pytest.mark.integration

Contents = dict[str, list[dict[str, object]]]
LOAD_UNTIL_KILLED = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[3] / "support")!r}]
from test_redshift_loading import KilledSession, Lake, RedshiftWarehouse, load_into, open_store, parse_dsn
lake, dsn, prefix, words, left = sys.argv[1:]
with RedshiftWarehouse(parse_dsn(dsn), prefix, create=True) as opened:
    opened._session.__class__ = KilledSession
    opened._session.words, opened._session.left = words, int(left)
    load_into(opened, Lake(open_store(lake)))
"""


class KilledSession(KilledAtStep, RedshiftSession):
    """A real session whose process is killed before or after one of the statements that begin with some words.

    Attributes:
        words: The words; each such statement counts twice, before and after it.
    """

    words = ""

    def run(self, sql: str, values: object = ()) -> object:
        counts = sql.startswith(self.words)
        if counts:
            self._count()
        cursor = super().run(sql, values)  # type: ignore[arg-type]
        if counts:
            self._count()
        return cursor


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    """Two months of a hospital, staged on this machine."""
    store = LocalStore(tmp_path_factory.mktemp("lake"))
    hs.load("small").simulate("2024-01-20", "2024-02-10", seed=3, sink=f"{store.url}/raw")
    stage(Lake(store))
    return store


def on_s3(local: LocalStore, redshift: Redshift, without: str = "", instead: bytes = b"") -> ObjectStore:
    """Bring to S3 what a load reads; one file may be left out, or have other bytes."""
    store = open_store(redshift.new_lake())
    for folder in ("raw/_runs/", "staging/", "manifests/"):
        for key in local.keys(folder):
            if key != without:
                store.create(key, local.read(key))
            elif instead:
                store.create(key, instead)
    return store


@pytest.fixture(scope="module")
def lake(local: LocalStore, redshift_server: Redshift) -> ObjectStore:
    with redshift_server.reached():
        return on_s3(local, redshift_server)


@pytest.fixture
def prefix(redshift: Redshift) -> Iterator[str]:
    name = redshift.new_prefix()
    yield name
    redshift.drop(name)


@pytest.fixture
def warehouse(redshift: Redshift, prefix: str) -> Iterator[Warehouse]:
    with open_warehouse(redshift.dsn, prefix, create=True) as opened:
        yield opened


def contents(warehouse: Warehouse) -> Contents:
    """Return the rows of every raw table; when they were loaded left out."""
    found = {table.name: sorted_rows(warehouse, "raw", table.name) for table in RAW_TABLES}
    return {name: [row | {"loaded_at": None} for row in rows] for name, rows in found.items()}


@pytest.fixture(scope="module")
def whole(local: LocalStore, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What the same lake is in chDB."""
    dsn = f"chdb://{tmp_path_factory.mktemp('whole')}/warehouse"
    load(Lake.open(local.url, read_only=True), dsn)
    with open_warehouse(dsn) as warehouse:
        return contents(warehouse)


def assert_same(warehouse: Warehouse, expected: Contents) -> None:
    rows = contents(warehouse)
    assert [(name, *each) for name in expected for each in differences(rows[name], expected[name])] == []


class Loaded(NamedTuple):
    """A warehouse into which the lake was loaded twice.

    Attributes:
        warehouse: The warehouse.
        first: Summary of the load.
        second: Summary of the load after it.
        statements: Statements that both sent to the stand-in; empty on a real cluster.
    """

    warehouse: Warehouse
    first: LoadSummary
    second: LoadSummary
    statements: list[str]


@pytest.fixture(scope="module")
def loaded(redshift_server: Redshift, lake: ObjectStore) -> Iterator[Loaded]:
    sent = redshift_server.statements
    begin, name = len(sent), redshift_server.new_prefix()
    with redshift_server.reached():
        with open_warehouse(redshift_server.dsn, name, create=True) as opened:
            first, second = load_into(opened, Lake(lake)), load_into(opened, Lake(lake))
            yield Loaded(opened, first, second, sent[begin:])
        redshift_server.drop(name)


def test_every_staged_row_is_there_once(lake: ObjectStore, loaded: Loaded, whole: Contents) -> None:
    first, second = loaded.first, loaded.second
    assert not any("_newer" in statement for statement in loaded.statements), "a table is made once"
    assert_same(loaded.warehouse, whole)
    staged = Lake(lake).staged_files()
    assert (first.files, first.rows) == (len(staged), sum(file.rows for file in staged))
    assert (second.files, second.rows, second.rows_in_warehouse) == (0, 0, first.rows_in_warehouse)


def test_a_loader_killed_around_any_statement_is_completed_by_the_next(
    redshift: Redshift, lake: ObjectStore, prefix: str, whole: Contents, soak: bool
) -> None:
    raw = f"{prefix}_raw"
    moments = [
        ("COPY", 3),
        (f"INSERT INTO {raw}.discharge", 1),
        (f"INSERT INTO {raw}.loaded_file", 2),
        ("COMMIT", 1),
    ]
    for words, left in [("", number) for number in range(0, 400, 3)] if soak else moments:
        command = [sys.executable, "-c", LOAD_UNTIL_KILLED, lake.url, redshift.dsn, prefix, words, str(left)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if soak and done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        with open_warehouse(redshift.dsn, prefix, create=True) as warehouse:
            for table in EVENT_TABLES:
                assert loaded_in_part(warehouse, table.name) == []
    load(Lake.open(lake.url, read_only=True), redshift.dsn, prefix)
    with open_warehouse(redshift.dsn, prefix) as warehouse:
        assert_same(warehouse, whole)


def loaded_in_part(warehouse: Warehouse, table: str) -> list[object]:
    """Return the files of which there are rows but no word that they are loaded."""
    raw = warehouse.schema("raw")
    if not warehouse.has_table("raw", "loaded_file") or not warehouse.has_table("raw", table):
        return []
    return warehouse.query(
        f"SELECT DISTINCT source_file FROM {raw}.{table} "
        f"WHERE source_file NOT IN (SELECT source_file FROM {raw}.loaded_file)"
    )["source_file"].to_pylist()


def test_a_file_is_copied_by_role_from_a_manifest_in_one_transaction(lake: ObjectStore, loaded: Loaded) -> None:
    sent = loaded.statements
    if not sent:
        pytest.skip("only the stand-in keeps what it is sent")
    [*_, start] = [number for number, statement in enumerate(sent) if statement.startswith("COPY")]
    before = max(number for number in range(start) if sent[number] == "BEGIN")
    end = min(number for number in range(start, len(sent)) if sent[number] == "COMMIT")
    words = [" ".join(code_of(statement).split()[:3]) for statement in sent[before : end + 1]]
    raw = loaded.warehouse.schema("raw")
    assert words == [
        "BEGIN",
        "SELECT column_name, data_type",
        "CREATE TEMP TABLE",
        "COPY copied FROM",
        f"DELETE FROM {raw}.wait_snapshot",
        f"INSERT INTO {raw}.wait_snapshot",
        "DROP TABLE copied",
        "SELECT count(*) AS",
        f"INSERT INTO {raw}.loaded_file",
        "COMMIT",
    ]
    assert sent[start].startswith(f"COPY copied FROM '{lake.url}/redshift/")
    assert sent[start].endswith(f".manifest' IAM_ROLE '{ROLE}' FORMAT AS PARQUET MANIFEST")


def with_column(rows: pa.Table, name: str, values: object) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), name, values)


FAULTY: dict[str, Callable[[pa.Table], pa.Table]] = {
    "a column too many": lambda rows: rows.append_column("ward_colour", pa.nulls(rows.num_rows, pa.string())),
    "a column too few": lambda rows: rows.drop_columns(["bed_number"]),
    "another type": lambda rows: with_column(rows, "bed_number", rows["bed_number"].cast(pa.int32())),
    "another order": lambda rows: rows.select(rows.column_names[::-1]),
}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("a column too many", "column 'ward_colour'"),
        ("a column too few", "column 'bed_number'"),
        ("another type", "column 'bed_number' is int32 in the file and bigint in the table"),
        ("another order", "column 1 is 'admission_date' in the file and 'event_id' in the table"),
    ],
)
def test_a_file_that_does_not_fit_its_table_is_refused_before_anything_is_copied(
    redshift: Redshift, local: LocalStore, warehouse: Warehouse, fault: str, message: str
) -> None:
    file, rows = staged_admissions(local)
    broken = on_s3(local, redshift, without=file.key, instead=parquet(FAULTY[fault](rows)))
    sent = redshift.statements
    before = len(sent)
    with pytest.raises(BrokenLakeError, match="nothing was loaded") as error:
        load_into(warehouse, Lake(broken))
    assert file.key in str(error.value)
    assert contents(warehouse)["loaded_file"] == []
    with pytest.raises(BrokenLakeError, match="nothing of it was loaded") as error:
        warehouse.load_parquet(event_table("admission"), broken, file.key)
    assert file.key in str(error.value)
    assert message in str(error.value)
    assert warehouse.query(f"SELECT * FROM {warehouse.schema('raw')}.admission").num_rows == 0
    assert [statement for statement in sent[before:] if statement.startswith("COPY")] == []


def staged_admissions(local: LocalStore) -> tuple[StagedFile, pa.Table]:
    """Return a staged file of admissions and its rows."""
    file = next(file for file in Lake(local).staged_files() if file.event_type == "admission")
    return file, pq.read_table(io.BytesIO(local.read(file.key)))


def parquet(rows: pa.Table) -> bytes:
    written = io.BytesIO()
    pq.write_table(rows, written, version="1.0")
    return written.getvalue()


def test_what_redshift_itself_refuses_leaves_nothing_of_the_file(
    redshift: Redshift, local: LocalStore, warehouse: Warehouse
) -> None:
    file, rows = staged_admissions(local)
    too_long = with_column(rows, "admission_method", pa.array(["é" * 300] * rows.num_rows))
    broken = on_s3(local, redshift, without=file.key, instead=parquet(too_long))
    warehouse.create_raw_table(event_table("admission"))
    with pytest.raises(EltError, match=r"Redshift does not copy it: .*longer than the length defined"):
        warehouse.load_parquet(event_table("admission"), broken, file.key)
    assert warehouse.query(f"SELECT * FROM {warehouse.schema('raw')}.admission").num_rows == 0


def test_a_lake_on_this_machine_is_refused_before_anything_is_made(
    redshift: Redshift, local: LocalStore, warehouse: Warehouse
) -> None:
    with pytest.raises(WrongCallError, match=r"loads from S3 alone .*hospital-elt copy .* s3://BUCKET/lake") as error:
        load_into(warehouse, Lake(local))
    assert local.url in str(error.value)
    assert error.value.exit_code == 2
    with pytest.raises(NoWarehouseError):
        open_warehouse(redshift.dsn, warehouse.prefix)


def test_without_a_role_and_credentials_it_is_said_how_to_give_them(
    redshift: Redshift, lake: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    dsn = redshift.only_stand_in.dsn("?sslmode=disable")
    with (
        open_warehouse(dsn, redshift.new_prefix(), create=True) as warehouse,
        pytest.raises(WrongCallError, match=r"needs a role .*iam_role=arn:.*REDSHIFT_IAM_ROLE.*AWS_ACCESS_KEY_ID"),
    ):
        warehouse.require_lake(lake)


def test_a_role_that_may_not_read_is_named(redshift: Redshift, lake: ObjectStore, prefix: str) -> None:
    role = "arn:aws:iam::123456789012:role/of-another"
    dsn = redshift.only_stand_in.dsn(f"?iam_role={role}&sslmode=disable")
    with pytest.raises(WrongCallError, match=r"Redshift may not read it by role .*attached to the cluster") as error:
        load(Lake.open(lake.url, read_only=True), dsn, prefix)
    assert role in str(error.value)
    nothing_is_loaded(redshift, prefix)


def test_the_standard_credentials_copy_where_there_is_no_role(
    redshift: Redshift, lake: ObjectStore, prefix: str, whole: Contents
) -> None:
    load(Lake.open(lake.url, read_only=True), redshift.only_stand_in.dsn("?sslmode=disable"), prefix)
    with open_warehouse(redshift.dsn, prefix) as warehouse:
        assert_same(warehouse, whole)


def test_a_secret_is_in_no_error_and_no_log(
    redshift: Redshift, lake: ObjectStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    prefix, secret = redshift.new_prefix(), "of-another-secret"
    place = parse_dsn(redshift.only_stand_in.dsn("?sslmode=disable"))
    assert isinstance(place, RedshiftDsn)
    wrong = Access("", "of-another-key", secret, "of-a-token")
    monkeypatch.setattr("elt.warehouse.redshift.cluster.access", lambda place: wrong)
    with RedshiftWarehouse(place, prefix, create=True) as warehouse:
        with pytest.raises(WrongCallError, match="the AWS credentials given") as error:
            load_into(warehouse, Lake(lake))
        with pytest.raises(EltError) as echoed:
            warehouse.execute(f"SELECT '{secret}'::bigint")
    # The stand-in logs too, in threads of its own.
    logged = "\n".join(record.getMessage() for record in caplog.records if record.threadName == "MainThread")
    for told in (str(error.value), str(echoed.value), repr(wrong), logged):
        assert secret not in told
        assert "of-a-token" not in told
        assert SECRET not in told
        assert place.password not in told
    assert error.value.__cause__ is None
    assert "***" in str(echoed.value)
    redshift.drop(prefix)


def test_the_error_says_that_a_bucket_is_in_another_region(redshift: Redshift, lake: ObjectStore, prefix: str) -> None:
    regions = redshift.only_stand_in.regions
    bucket = lake.url.removeprefix("s3://").partition("/")[0]
    regions[bucket] = "us-west-1"
    try:
        with pytest.raises(WrongCallError, match=r"in another region than the cluster.*hospital-elt copy") as error:
            load(Lake.open(lake.url, read_only=True), redshift.dsn, prefix)
    finally:
        regions.clear()
    assert f"bucket {bucket}" in str(error.value)
    nothing_is_loaded(redshift, prefix)


def nothing_is_loaded(redshift: Redshift, prefix: str) -> None:
    with open_warehouse(redshift.dsn, prefix) as warehouse:
        found = contents(warehouse)
        assert all(not found[table.name] for table in EVENT_TABLES)
        assert all(row["table_name"] == "run" for row in found["loaded_file"])


def test_a_staged_file_that_is_gone_is_named_before_anything_is_loaded_and_when_it_goes_later(
    redshift: Redshift, local: LocalStore, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Lake(local).staged_files()[-1]
    broken = on_s3(local, redshift, without=file.key)
    with pytest.raises(BrokenLakeError, match=r"it is gone from .*hospital-elt verify") as error:
        load_into(warehouse, Lake(broken))
    assert file.key in str(error.value)
    assert contents(warehouse)["loaded_file"] == []

    monkeypatch.setattr(broken, "read", local.read)
    with pytest.raises(BrokenLakeError, match="a manifest names it, but it is gone"):
        warehouse.load_parquet(event_table(file.event_type), broken, file.key)
    assert contents(warehouse)[file.event_type] == []
