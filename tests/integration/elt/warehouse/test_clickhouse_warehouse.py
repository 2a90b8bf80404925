"""A ClickHouse server is loaded exactly once, even after kills; its errors are one line without secrets."""

import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from clickhouse_server import PASSWORD, ClickHouseServer, start
from command_server import dbt
from kills import KilledAtStep
from redshift.tls import HOST, authority_and_server, encrypted
from silent_server import silent_port
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt import WrongCallError
from elt.build.run import MODELS, build
from elt.lake.lake import Lake
from elt.load.run import load, load_into
from elt.staging import stage
from elt.warehouse import StatementError, WarehouseError, dbt_target, open_warehouse
from elt.warehouse.clickhouse import server
from elt.warehouse.clickhouse.server import ClickHouseWarehouse
from elt.warehouse.tables import RawTable
from hospital_sim.storage import LocalStore, ObjectStore

pytestmark = pytest.mark.integration

LOAD_UNTIL_KILLED = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[3] / "support")!r}]
from test_clickhouse_warehouse import KilledWarehouse, Lake, LocalStore, load_into
from clickhouse_server import PASSWORD
from elt.warehouse.dsn import ClickHouseDsn
lake, port, prefix, left = sys.argv[1:]
dsn = ClickHouseDsn("127.0.0.1", int(port), "loader", PASSWORD, secure=False)
with KilledWarehouse(dsn, prefix, create=True) as opened:
    opened.left = int(left)
    load_into(opened, Lake(LocalStore(lake)))
"""


class KilledWarehouse(KilledAtStep, ClickHouseWarehouse):
    """A real warehouse whose loader is killed before or after one of the inserts."""

    def load_parquet(self, table: RawTable, store: ObjectStore, key: str) -> None:
        self._count()
        super().load_parquet(table, store, key)
        self._count()

    def insert(self, table: RawTable, rows: object) -> None:
        self._count()
        super().insert(table, rows)  # type: ignore[arg-type]
        self._count()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    """Two months of a hospital, staged."""
    store = LocalStore(tmp_path_factory.mktemp("lake"))
    hs.load("small").simulate("2024-01-20", "2024-02-10", seed=3, sink=f"{store.url}/raw")
    stage(Lake(store))
    return store


@pytest.fixture
def prefix() -> str:
    return f"test_{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def whole(clickhouse: ClickHouseServer, lake: LocalStore) -> dict[str, tuple[int, int]]:
    """What a load that nothing interrupts leaves."""
    with clickhouse.open("whole") as warehouse:
        load_into(warehouse, Lake(lake))
        return raw_digests(warehouse)


def test_every_staged_row_is_on_the_server_once(
    clickhouse: ClickHouseServer, lake: LocalStore, prefix: str, whole: dict[str, tuple[int, int]]
) -> None:
    with clickhouse.open(prefix) as warehouse:
        first = load_into(warehouse, Lake(lake))
        second = load_into(warehouse, Lake(lake))
        assert raw_digests(warehouse) == whole
    staged = Lake(lake).staged_files()
    assert (first.files, first.rows) == (len(staged), sum(file.rows for file in staged))
    assert (second.files, second.rows, second.rows_in_warehouse) == (0, 0, first.rows_in_warehouse)


def test_a_loader_killed_around_any_insert_is_completed_by_the_next(
    clickhouse: ClickHouseServer, lake: LocalStore, prefix: str, whole: dict[str, tuple[int, int]], soak: bool
) -> None:
    # Two counts for the version, some twelve for the run record, then four for each file: before and after its rows,
    # before and after the word that it is loaded.
    for left in range(200) if soak else (7, 16):
        command = [sys.executable, "-c", LOAD_UNTIL_KILLED, lake.url, str(clickhouse.port), prefix, str(left)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if soak and done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    with clickhouse.open(prefix) as warehouse:
        load_into(warehouse, Lake(lake))
        assert raw_digests(warehouse) == whole


def test_a_load_completes_later_if_the_server_stops_during_it(
    tmp_path: Path, lake: LocalStore, whole: dict[str, tuple[int, int]]
) -> None:
    class Dying(KilledWarehouse):
        def _count(self) -> None:
            if self.left == 0:
                running.stop()
            self.left -= 1

    running = start(tmp_path)
    try:
        with Dying(running.dsn, create=True) as warehouse:
            warehouse.left = 19
            with pytest.raises(WarehouseError, match=r"went away .*run the same command again") as told:
                load_into(warehouse, Lake(lake))
        assert told.value.exit_code == 1
        assert "\n" not in str(told.value)
        running = start(tmp_path, running.port)
        with running.open("hospital", create=False) as warehouse:
            load_into(warehouse, Lake(lake))
            assert raw_digests(warehouse) == whole
    finally:
        running.stop()


def test_a_connection_that_breaks_during_a_query_raises_an_error(clickhouse: ClickHouseServer, prefix: str) -> None:
    with clickhouse.open(prefix) as warehouse:
        threading.Timer(0.3, warehouse._client.connection.socket.shutdown, [socket.SHUT_RDWR]).start()
        with pytest.raises(WarehouseError, match="went away"):
            warehouse.query("SELECT sleep(2)")


def test_a_wrong_password_is_a_wrong_call_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = start(tmp_path)
    try:
        monkeypatch.setenv("CLICKHOUSE_PASSWORD", PASSWORD)
        with open_warehouse(f"clickhouse://loader@127.0.0.1:{own.port}/", create=True):
            pass
        with pytest.raises(WrongCallError, match="refuses this user or password; set CLICKHOUSE_PASSWORD") as told:
            ClickHouseWarehouse(replace(own.dsn, password="se cret"))
    finally:
        own.stop()
    assert told.value.exit_code == 2
    assert "se cret" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_server_older_than_the_tested_one_is_refused_by_every_command(
    clickhouse: ClickHouseServer, lake: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    major, minor = server.OLDEST_SERVER
    monkeypatch.setattr(server, "OLDEST_SERVER", (major + 1, 0))
    refused = rf"the server is ClickHouse {major}\.{minor}; {major + 1}\.0 or newer is needed"
    for command in (lambda: load(Lake(lake), clickhouse.url), lambda: build(clickhouse.url)):
        with pytest.raises(WarehouseError, match=refused) as told:
            command()
        assert PASSWORD not in str(told.value)


def test_a_user_who_may_change_no_setting_reads_the_same_instants(clickhouse: ClickHouseServer) -> None:
    prefix = "hospital_of_readers"
    noon = datetime(2024, 7, 1, 12, tzinfo=UTC)
    summer = (
        f"SELECT toDateTime({noon.timestamp():.0f}) AS at, toDateTime('2024-07-01 12:00:00', 'UTC') AS utc, NULL AS no"
    )
    with clickhouse.open(prefix) as warehouse:
        warehouse.execute(f"CREATE DATABASE {prefix}_raw")
        expected = warehouse.query(summer).to_pylist()
    with ClickHouseWarehouse(clickhouse.dsn_of("reader"), prefix) as warehouse:
        assert warehouse.query("SELECT timezone() AS zone").to_pylist() == [{"zone": "Europe/London"}]
        assert warehouse.query(summer).to_pylist() == expected == [{"at": noon, "utc": noon, "no": None}]
        with pytest.raises(StatementError, match="readonly"):
            warehouse.execute("SET join_use_nulls = 1")


def test_a_certificate_is_verified_and_its_fault_is_named(clickhouse: ClickHouseServer, tmp_path: Path) -> None:
    authority, context = authority_and_server(tmp_path)
    with encrypted(context, clickhouse.port) as port:
        place = replace(clickhouse.dsn, host=HOST, port=port, secure=True)
        with pytest.raises(WarehouseError, match=r"refused: self-signed certificate; .*ca=/path"):
            ClickHouseWarehouse(place, create=True)
        known = replace(place, ca=str(authority))
        with pytest.raises(WarehouseError, match="certificate is refused: IP address mismatch"):
            ClickHouseWarehouse(replace(known, host="127.0.0.1"), create=True)
        with ClickHouseWarehouse(known, create=True) as warehouse:
            assert warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
        with dbt_target(f"{str(known).replace('loader', 'loader:pass%20word%2F1')}") as target:
            places = ["--project-dir", MODELS, "--profiles-dir", MODELS, "--log-path", target.workspace]
            done = dbt(target.workspace, "debug", *map(str, places), environment=target.environment)
    assert "Connection test: [OK connection ok]" in done.stdout
    assert PASSWORD not in done.stdout
    with pytest.raises(WrongCallError, match="there is no file /nowhere; ca names"):
        ClickHouseWarehouse(replace(place, ca="/nowhere"))


def test_an_unreachable_server_fails_within_20_seconds() -> None:
    with silent_port() as port:
        begin = time.monotonic()
        with pytest.raises(WarehouseError, match="cannot be reached") as told:
            open_warehouse(f"clickhouse://u:hidden@127.0.0.1:{port}/")
        assert time.monotonic() - begin < 20
    assert told.value.exit_code == 1
    assert "hidden" not in str(told.value)
