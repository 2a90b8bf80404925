"""A Redshift is reached under its own name alone, and what stops one is said in one line, without a secret."""

import json
import socket
import time
from dataclasses import replace

import pytest
from command_lines import call
from redshift.stand_in import PASSWORD
from redshift_fixtures import Redshift
from silent_server import silent_port

from elt import WrongCallError
from elt.warehouse import WarehouseError, dbt_target, open_warehouse
from elt.warehouse.dsn import RedshiftDsn, parse_dsn
from elt.warehouse.redshift.cluster import RedshiftWarehouse

pytestmark = pytest.mark.integration


@pytest.fixture
def place(redshift: Redshift) -> RedshiftDsn:
    found = parse_dsn(redshift.only_stand_in.dsn(""))
    assert isinstance(found, RedshiftDsn)
    return found


def test_the_certificate_is_verified_in_full_by_default(
    place: RedshiftDsn, redshift: Redshift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(redshift.authority))
    assert place.sslmode == "verify-full"
    with RedshiftWarehouse(place, create=True) as warehouse:
        assert warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_a_certificate_for_another_host_is_refused(
    place: RedshiftDsn, redshift: Redshift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(redshift.authority))
    elsewhere = replace(place, host="127.0.0.1")
    with pytest.raises(WarehouseError, match="its certificate is not one for this host"):
        RedshiftWarehouse(elsewhere, create=True)
    with RedshiftWarehouse(replace(elsewhere, sslmode="verify-ca"), create=True) as warehouse:
        assert warehouse.query("SELECT 1 AS one").num_rows == 1


def test_a_certificate_of_an_unknown_authority_is_refused(place: RedshiftDsn) -> None:
    with pytest.raises(WarehouseError, match="its certificate is not one"):
        RedshiftWarehouse(place, create=True)


def test_a_wrong_password_is_a_wrong_call_without_secrets(place: RedshiftDsn) -> None:
    with pytest.raises(WrongCallError, match="refuses this user or password; set REDSHIFT_PASSWORD") as told:
        RedshiftWarehouse(replace(place, password="se cret", sslmode="disable"))
    assert told.value.exit_code == 2
    assert "se cret" not in str(told.value)
    assert told.value.__cause__ is None


def test_an_unreachable_server_fails_within_20_seconds() -> None:
    with silent_port() as port:
        begin = time.monotonic()
        with pytest.raises(WarehouseError, match="cannot be reached") as told:
            open_warehouse(f"redshift://u:hidden@127.0.0.1:{port}/dev")
        assert time.monotonic() - begin < 20
    assert told.value.exit_code == 1
    assert "hidden" not in str(told.value)


def test_a_broken_connection_raises_an_error_of_one_line(place: RedshiftDsn) -> None:
    with RedshiftWarehouse(replace(place, sslmode="disable"), create=True) as warehouse:
        warehouse._session._connection._usock.shutdown(socket.SHUT_RDWR)
        with pytest.raises(WarehouseError, match=r"went away .*run the same command again") as told:
            warehouse.query("SELECT 1")
    assert "\n" not in str(told.value)


def make_and_fail(warehouse: RedshiftWarehouse, schema: str) -> None:
    with warehouse.transaction():
        warehouse.execute(f"CREATE SCHEMA {schema}")
        with warehouse.transaction():
            warehouse.execute(f"CREATE TABLE {schema}.thing (name VARCHAR(9))")
        raise KeyError


def test_what_begins_a_transaction_within_another_is_part_of_it(place: RedshiftDsn, redshift: Redshift) -> None:
    schema = f"{redshift.new_prefix()}_raw"
    with RedshiftWarehouse(replace(place, sslmode="disable"), create=True) as warehouse:
        with pytest.raises(KeyError):
            make_and_fail(warehouse, schema)
        found = warehouse.query(f"SELECT count(*) AS n FROM pg_namespace WHERE nspname = '{schema}'")
    assert found["n"].to_pylist() == [0]


def test_dbt_gets_the_address_of_the_cluster_in_its_environment_only(redshift: Redshift) -> None:
    with dbt_target("redshift://loader:p%40ss@cluster.example/lake?sslmode=verify-ca", "trust") as target:
        told = {name: target.environment[name] for name in target.environment if name.startswith("HOSPITAL_WAREHOUSE")}
        assert target.environment["REDSHIFT_PASSWORD"] == "p@ss"
        workspace = target.workspace
    assert told == {
        "HOSPITAL_WAREHOUSE_TARGET": "redshift",
        "HOSPITAL_WAREHOUSE_HOST": "cluster.example",
        "HOSPITAL_WAREHOUSE_PORT": "5439",
        "HOSPITAL_WAREHOUSE_USER": "loader",
        "HOSPITAL_WAREHOUSE_DATABASE": "lake",
        "HOSPITAL_WAREHOUSE_SSLMODE": "verify-ca",
        "HOSPITAL_WAREHOUSE_PREFIX": "trust",
    }
    assert not workspace.exists()


def test_a_query_is_answered_on_the_command_line(redshift: Redshift) -> None:
    prefix = redshift.new_prefix()
    with open_warehouse(redshift.dsn, prefix, create=True) as warehouse:
        warehouse.execute(f"CREATE SCHEMA {prefix}_raw")
    sql = "SELECT 1.5::numeric(9,2) AS share, cast('2024-01-01' AS date) AS day, sum(n) AS n FROM (SELECT 2 AS n) AS a"
    done = call("hospital-elt", "query", "--warehouse", redshift.dsn, "--prefix", prefix, "--format", "json", sql)
    assert json.loads(done.stdout) == [{"share": 1.5, "day": "2024-01-01", "n": 2}]
    assert PASSWORD not in done.stdout + done.stderr
    redshift.drop(prefix)


def test_every_error_of_the_server_is_one_line(redshift: Redshift) -> None:
    with open_warehouse(redshift.dsn, create=True) as warehouse, pytest.raises(WarehouseError) as told:
        warehouse.query("SELECT cast('x\ny' AS bigint)")
    assert "\n" not in str(told.value)
