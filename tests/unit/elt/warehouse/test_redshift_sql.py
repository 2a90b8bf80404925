"""Statements for Redshift fit its rules, and its results become Arrow tables."""

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from elt.contracts import columns_schema
from elt.quality.results import CHECK_RESULT
from elt.warehouse.dsn import RedshiftDsn, parse_dsn
from elt.warehouse.errors import StatementError
from elt.warehouse.redshift.arrow_rows import arrow_table, batches
from elt.warehouse.redshift.copy_from_s3 import Access, access, copy_statement, explained, write_manifest
from elt.warehouse.redshift.redshift_sql import create_table, one_line
from elt.warehouse.tables import LOADED_FILE, RAW_TABLES
from hospital_sim.storage import LocalStore, StorageError

pytestmark = pytest.mark.unit

NEW_YEAR = datetime.fromisoformat("2024-01-01T00:00:00")
KEY = "staging/admission/event_date=2024-03/admission.parquet"


BY_TIME = "COMPOUND SORTKEY(event_time, hospital_id, department_id, event_id)"
LAYOUTS = {
    "admission": f"DISTSTYLE KEY DISTKEY(spell_id) {BY_TIME}",
    "discharge": f"DISTSTYLE KEY DISTKEY(spell_id) {BY_TIME}",
    "wait_snapshot": f"DISTSTYLE KEY DISTKEY(patient_id) {BY_TIME}",
    "dep_snapshot": f"DISTSTYLE EVEN {BY_TIME}",
    "run_count": "DISTSTYLE ALL",
}


def test_raw_tables_lie_by_what_joins_them_and_in_order_of_time() -> None:
    for table in RAW_TABLES:
        assert create_table("hospital_raw", table).endswith(LAYOUTS.get(table.name, "")), table.name


def test_every_text_column_has_a_length_and_every_name_is_quoted() -> None:
    for table in RAW_TABLES:
        sql = create_table("hospital_raw", table)
        assert sql.count("VARCHAR") == sql.count("VARCHAR(")
        assert '"source_file" VARCHAR(1024) NOT NULL' in sql or "source_file" not in sql
    assert '"detail" VARCHAR(65535) NOT NULL' in create_table("q", CHECK_RESULT, longest=True)


def test_a_copy_gets_the_credentials_that_aws_tools_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[ward]\naws_access_key_id = WARD\naws_secret_access_key = w\n")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "ward")
    dsn = parse_dsn("redshift://loader@cluster.example/lake")
    assert isinstance(dsn, RedshiftDsn)
    assert access(dsn) == Access("", "WARD", "w")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OWN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "o")
    assert access(dsn) == Access("", "OWN", "o")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(StorageError, match=r"warehouse redshift://.*: the AWS configuration cannot be used: .*nobody"):
        access(dsn)


def test_rows_are_sent_in_batches_that_fit_the_protocol() -> None:
    row = {"source_file": "k", "table_name": "t", "month": None, "row_count": 1, "sha256": "", "loaded_at": NEW_YEAR}
    rows = pa.Table.from_pylist([row] * 12_000, schema=columns_schema(LOADED_FILE.columns))
    parts = list(batches(rows, LOADED_FILE.columns))
    assert sum(count for count, _ in parts) == 12_000
    assert all(len(values) == 6 * count < 32_767 for count, values in parts)
    assert parts[0][1][:6] == ["k", "t", None, 1, "", NEW_YEAR]


def test_decimals_are_floats_and_instants_are_utc() -> None:
    found = arrow_table(
        [(Decimal("1.5"), NEW_YEAR, date(1940, 1, 1), 2**40, "é"), (None, None, None, None, None)],
        [("a", 1700), ("b", 1114), ("c", 1082), ("d", 20), ("e", 1043)],
    )
    kinds = [pa.float64(), pa.timestamp("us", tz="UTC"), pa.date32(), pa.int64(), pa.string()]
    assert found.schema.types == kinds
    assert arrow_table([], [("a", 1700)]).schema.types == [pa.float64()]


def test_a_secret_stands_in_the_statement_alone() -> None:
    how = Access("", "AKIAEXAMPLE", "a/secret", "a-token")
    sql = copy_statement("t", "s3://b/it's", how)
    assert sql == (
        "COPY t FROM 's3://b/it''s' CREDENTIALS 'aws_access_key_id=AKIAEXAMPLE;"
        "aws_secret_access_key=a/secret;token=a-token' FORMAT AS PARQUET MANIFEST"
    )
    assert "secret" not in repr(how)
    assert "token" not in repr(how)
    assert how.secrets == ("a/secret", "a-token")
    assert Access("arn:x").secrets == ()
    for role, clause in {"default": "IAM_ROLE default", "arn:x": "IAM_ROLE 'arn:x'"}.items():
        assert f" {clause} FORMAT AS PARQUET MANIFEST" in copy_statement("t", "s3://b/k", Access(role))


def test_a_manifest_names_one_file_with_its_size_and_is_written_once(tmp_path: object) -> None:
    store = LocalStore(tmp_path)  # type: ignore[arg-type]
    first, again = (write_manifest(store, KEY, 99) for _ in range(2))
    assert first == again
    assert write_manifest(store, KEY, 98) != first
    key = first.removeprefix(f"{store.url}/")
    assert store.read(key).decode() == (
        f'{{"entries": [{{"mandatory": true, "meta": {{"content_length": 99}}, "url": "{store.url}/{KEY}"}}]}}'
    )


@pytest.mark.parametrize(
    ("told", "meant", "exit_code"),
    [
        ("S3ServiceException:The bucket is in this region: us-west-1,Status 301,Error PermanentRedirect", "region", 2),
        ("S3ServiceException:Access Denied,Status 403,Error AccessDenied", "may not read it", 2),
        ("Not authorized to get credentials of role arn:x", "attached to the cluster", 2),
        ("S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey", "it is gone", 1),
        ("Spectrum Scan Error", "does not copy it: Spectrum Scan Error", 1),
    ],
)
def test_a_refused_copy_says_what_is_to_be_changed(tmp_path: object, told: str, meant: str, exit_code: int) -> None:
    error = explained(StatementError(told, wrong_sql=False), LocalStore(tmp_path), KEY, Access("arn:x"))  # type: ignore[arg-type]
    assert meant in str(error)
    assert KEY in str(error)
    assert error.exit_code == exit_code
    assert one_line("syntax error\n  at or near") == "Syntax error at or near"
