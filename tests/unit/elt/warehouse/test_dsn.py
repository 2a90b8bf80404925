"""DSNs are parsed as documented, and errors hide their passwords."""

from pathlib import Path

import pytest

from elt import WrongCallError
from elt.warehouse import dbt_target, open_warehouse
from elt.warehouse.clickhouse.s3_url import s3_url
from elt.warehouse.dsn import ChdbDsn, ClickHouseDsn, RedshiftDsn, parse_dsn

pytestmark = pytest.mark.unit


def test_a_relative_directory_starts_at_the_working_directory() -> None:
    assert parse_dsn("chdb:///data/warehouse") == ChdbDsn(Path("/data/warehouse"))
    assert parse_dsn("chdb://demo/warehouse") == ChdbDsn(Path.cwd() / "demo" / "warehouse")


ROLE = "arn:aws:iam::123456789012:role/path/reader"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("clickhouse://ann@host:9000/", ClickHouseDsn("host", 9000, "ann", "of the environment", secure=False)),
        ("clickhouse://host", ClickHouseDsn("host", 9000, "default", "of the environment", secure=False)),
        ("clickhouse://ann:p%40ss@[::1]:9001", ClickHouseDsn("::1", 9001, "ann", "p@ss", secure=False)),
        ("clickhouse://ann:@host/?secure=true", ClickHouseDsn("host", 9440, "ann", "", secure=True)),
        ("clickhouse://a%2Fb:@host/?secure=true&ca=/a%20b.pem",
         ClickHouseDsn("host", 9440, "a/b", "", secure=True, ca="/a b.pem")),
        ("redshift://ann@host:5439/lake", RedshiftDsn("host", 5439, "lake", "ann", "of the environment", ROLE)),
        ("redshift://ann:p%40ss@host/lake", RedshiftDsn("host", 5439, "lake", "ann", "p@ss", ROLE)),
        (f"redshift://a%2Fb:@host/lake?iam_role={ROLE},{ROLE}",
         RedshiftDsn("host", 5439, "lake", "a/b", "", f"{ROLE},{ROLE}")),
        ("redshift://ann:@host/lake?iam_role=default&sslmode=verify-ca",
         RedshiftDsn("host", 5439, "lake", "ann", "", "default", "verify-ca")),
        ("redshift://ann:@host/lake?iam_role=", RedshiftDsn("host", 5439, "lake", "ann", "", "")),
    ],
)  # fmt: skip
def test_a_server_is_read_with_its_defaults_and_written_without_its_password(
    written: str, read: ClickHouseDsn | RedshiftDsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICKHOUSE_PASSWORD", "of the environment")
    monkeypatch.setenv("REDSHIFT_PASSWORD", "of the environment")
    monkeypatch.setenv("REDSHIFT_IAM_ROLE", ROLE)
    dsn = parse_dsn(written)
    assert dsn == read
    assert not any(password in f"{dsn} {dsn!r}" for password in ("p@ss", "p%40ss", "of the environment"))
    assert str(parse_dsn(str(read))) == str(read)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("postgres://u:secret@h/d", "no such kind; known are chdb"),
        ("warehouse", "no such kind"),
        ("chdb://", "the path is missing"),
        ("chdb://a?b", r"chDB reads no further than '\?'; give a path without one: /.*/a\?b"),
        ("clickhouse://u:secret@/", "the host is missing"),
        ("clickhouse://u:secret@h:port/", "the port is not a number"),
        ("clickhouse://u:secret@h:99999/", "the port is not a number"),
        ("clickhouse://u:secret@h/database", "it names no database"),
        ("clickhouse://u:secret@h/?secure=maybe", "only secure=true"),
        ("clickhouse://u:secret@h/?compression=lz4", "only secure=true"),
        ("clickhouse://u:secret@h/?ca=/own.pem", "only secure=true, and ca=/path with it"),
        ("redshift://u:secret@h:5439/", "it must name one database"),
        ("redshift://u:secret@h/a/b", "it must name one database"),
        ("redshift://h/dev", "the user is missing"),
        ("redshift://u:secret@/dev", "the host is missing"),
        ("redshift://u:secret@h:port/dev", "the port is not a number"),
        ("redshift://u:secret@h/dev?iam_role=reader", "must be the ARN of a role"),
        ("redshift://u:secret@h/dev?iam_role=arn:aws:iam::123456789012:role/a'b", "must be the ARN of a role"),
        ("redshift://u:secret@h/dev?sslmode=prefer", "sslmode must be one of verify-full, verify-ca, disable"),
        ("redshift://u:secret@h/dev?ssl=true", "there may be only iam_role"),
    ],
)
def test_the_error_for_a_wrong_dsn_hides_its_password(written: str, told: str) -> None:
    with pytest.raises(WrongCallError, match=told) as error:
        parse_dsn(written)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("dsn", "password", "address"),
    [
        ("clickhouse://loader:p%40ss@cluster.example:9001/?secure=true&ca=/own.pem", "CLICKHOUSE_PASSWORD",
         {"TARGET": "clickhouse", "PORT": "9001", "SECURE": "true", "CA": "/own.pem"}),
        ("redshift://loader:p%40ss@cluster.example/lake?sslmode=verify-ca", "REDSHIFT_PASSWORD",
         {"TARGET": "redshift", "PORT": "5439", "DATABASE": "lake", "SSLMODE": "verify-ca"}),
    ],
)  # fmt: skip
def test_dbt_gets_the_address_of_a_server_in_its_environment_only(
    dsn: str, password: str, address: dict[str, str]
) -> None:
    with dbt_target(dsn, "trust") as target:
        variables = {name: value for name, value in target.environment.items() if name.startswith("HOSPITAL_WAREHOUSE")}
        assert target.environment[password] == "p@ss"
    address |= {"HOST": "cluster.example", "USER": "loader", "PREFIX": "trust"}
    assert variables == {f"HOSPITAL_WAREHOUSE_{name}": value for name, value in address.items()}
    assert not target.workspace.exists()


def test_a_server_reads_a_lake_on_s3_at_its_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    key = "staging/admission/event_date=2024-03/admission.parquet"
    assert s3_url("/data/lake", key) is None
    assert s3_url("s3://bucket/a/lake", key) == f"https://bucket.s3.amazonaws.com/a/lake/{key}"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert s3_url("s3://bucket", key) == f"https://bucket.s3.eu-west-2.amazonaws.com/{key}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8333/")
    assert s3_url("s3://bucket/lake/", key) == f"http://127.0.0.1:8333/bucket/lake/{key}"


def test_the_error_for_an_unknown_kind_names_it_and_lists_the_kinds_without_the_password() -> None:
    shown = {dsn: dsn for dsn in ("warehouse", "duckdb:///data", "/data/warehouse", "")}
    shown |= {"postgres://me:s3cret@host/db": "postgres://me:***@host/db",
              "mysql://me:s3@cret@host:1/db": "mysql://me:***@host:1/db"}  # fmt: skip
    for dsn, named in shown.items():
        with pytest.raises(WrongCallError, match="chdb:///absolute/path") as error:
            parse_dsn(dsn)
        assert repr(named) in str(error.value)
        assert error.value.exit_code == 2


def test_a_prefix_must_be_a_name(tmp_path: Path) -> None:
    for prefix in ("", "Hospital", "a-b", "x; drop", "1a"):
        with pytest.raises(WrongCallError, match="prefix"):
            open_warehouse(f"chdb://{tmp_path}/warehouse", prefix)
