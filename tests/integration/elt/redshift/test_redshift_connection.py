"""A Redshift is reached under its own name alone, and what stops one is said in one line, without a secret."""

import json
import socket
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from command_lines import call
from redshift.stand_in import PASSWORD
from redshift_fixtures import Redshift
from silent_server import silent_port

from elt import WrongCallError
from elt.warehouse import WarehouseError, open_warehouse
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
    assert place.sslmode == "verify-full"
    with pytest.raises(WarehouseError, match="its certificate is not one"):
        RedshiftWarehouse(place, create=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(redshift.authority))
    elsewhere = replace(place, host="127.0.0.1")
    with pytest.raises(WarehouseError, match="its certificate is not one for this host"):
        RedshiftWarehouse(elsewhere, create=True)
    for allowed in (place, replace(elsewhere, sslmode="verify-ca")):
        with RedshiftWarehouse(allowed, create=True) as warehouse:
            assert warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


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


def test_every_error_of_the_server_is_one_line(place: RedshiftDsn) -> None:
    with RedshiftWarehouse(replace(place, sslmode="disable"), create=True) as warehouse:
        with pytest.raises(WarehouseError) as wrong_value:
            warehouse.query("SELECT cast('x\ny' AS bigint)")
        warehouse._session._connection._usock.shutdown(socket.SHUT_RDWR)
        with pytest.raises(WarehouseError, match=r"went away .*run the same command again") as broken:
            warehouse.query("SELECT 1")
    assert "\n" not in f"{wrong_value.value}{broken.value}"


def test_the_length_of_a_text_is_counted_in_bytes(place: RedshiftDsn) -> None:
    with RedshiftWarehouse(replace(place, sslmode="disable"), create=True) as warehouse:
        warehouse.execute("CREATE TEMP TABLE thing (name VARCHAR(4))")
        warehouse.execute("INSERT INTO thing VALUES ('éé')")
        with pytest.raises(WarehouseError, match="too long"):
            warehouse.execute("INSERT INTO thing VALUES ('ééé')")
        assert warehouse.query("SELECT name FROM thing")["name"].to_pylist() == ["éé"]


def test_what_begins_a_transaction_within_another_is_part_of_it(place: RedshiftDsn, redshift: Redshift) -> None:
    schema = f"{redshift.new_prefix()}_raw"
    with RedshiftWarehouse(replace(place, sslmode="disable"), create=True) as warehouse:
        with suppress(KeyError), warehouse.transaction():
            warehouse.execute(f"CREATE SCHEMA {schema}")
            with warehouse.transaction():
                warehouse.execute(f"CREATE TABLE {schema}.thing (name VARCHAR(9))")
            raise KeyError
        rows = warehouse.query(f"SELECT count(*) AS n FROM pg_namespace WHERE nspname = '{schema}'")
    assert rows["n"].to_pylist() == [0]


def test_a_conflict_of_two_writers_says_so_and_to_run_again(place: RedshiftDsn, redshift: Redshift) -> None:
    table, plain = f"{redshift.new_prefix()}_raw.thing", replace(place, sslmode="disable")
    said = (
        r"another load or build writes into it at the same time \(Serializable isolation violation on table .*\); run"
    )
    with RedshiftWarehouse(plain, create=True) as first, RedshiftWarehouse(plain, create=True) as second:
        first.execute(f"CREATE SCHEMA {table.partition('.')[0]}")
        first.execute(f"CREATE TABLE {table} (name VARCHAR(9))")
        first.execute(f"INSERT INTO {table} VALUES ('a')")
        with suppress(KeyError), second.transaction():
            second.query(f"SELECT * FROM {table}")
            first.execute(f"UPDATE {table} SET name = 'b'")
            with pytest.raises(WarehouseError, match=said) as error:
                second.execute(f"DELETE FROM {table}")
            raise KeyError
        assert (error.value.exit_code, second.query(f"SELECT * FROM {table}")["name"].to_pylist()) == (1, ["b"])
        first.execute(f"DROP SCHEMA {table.partition('.')[0]} CASCADE")


def test_a_query_is_answered_on_the_command_line(redshift: Redshift) -> None:
    prefix = redshift.new_prefix()
    with open_warehouse(redshift.dsn, prefix, create=True) as warehouse:
        warehouse.execute(f"CREATE SCHEMA {prefix}_raw")
    sql = "SELECT 1.5::numeric(9,2) AS share, cast('2024-01-01' AS date) AS day, sum(n) AS n FROM (SELECT 2 AS n) AS a"
    done = call("hospital-elt", "query", "--warehouse", redshift.dsn, "--prefix", prefix, "--format", "json", sql)
    assert json.loads(done.stdout) == [{"share": 1.5, "day": "2024-01-01", "n": 2}]
    assert PASSWORD not in done.stdout + done.stderr
    redshift.drop(prefix)
