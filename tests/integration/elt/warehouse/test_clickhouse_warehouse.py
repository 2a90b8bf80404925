"""A ClickHouse server is loaded exactly once, even after kills; its errors are one line without secrets."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from clickhouse_server import OLD_TYPES, PASSWORD, ClickHouseServer, start
from kills import KilledAtStep
from silent_server import silent_port
from warehouse_tables import raw_digests

import hospital_sim as hs
from elt import WrongCallError
from elt.build.run import MODELS
from elt.lake.lake import Lake
from elt.load.run import load_into
from elt.staging import stage
from elt.warehouse import WarehouseError, dbt_target, open_warehouse
from elt.warehouse.clickhouse.server import ClickHouseWarehouse
from elt.warehouse.tables import RawTable
from hospital_sim.storage import LocalStore, ObjectStore

pytestmark = pytest.mark.integration

LOAD_UNTIL_KILLED = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[3] / "support")!r}]
from test_clickhouse_warehouse import KilledWarehouse, Lake, LocalStore, OLD_TYPES, load_into
from clickhouse_server import PASSWORD
from elt.warehouse.dsn import ClickHouseDsn
lake, port, prefix, left = sys.argv[1:]
dsn = ClickHouseDsn("127.0.0.1", int(port), "loader", PASSWORD, secure=False)
with KilledWarehouse(dsn, prefix, create=True, types=OLD_TYPES) as opened:
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
def prefix(clickhouse: ClickHouseServer) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    yield name
    with clickhouse.open(name) as warehouse:
        warehouse.execute(f"DROP DATABASE IF EXISTS {name}_raw")


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
    for left in range(200) if soak else (7, 15, 16, 17):
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
                server.stop()
            self.left -= 1

    server = start(tmp_path)
    try:
        with Dying(server.dsn, create=True, types=OLD_TYPES) as warehouse:
            warehouse.left = 19
            with pytest.raises(WarehouseError, match=r"went away .*run the same command again") as told:
                load_into(warehouse, Lake(lake))
        assert told.value.exit_code == 1
        assert "\n" not in str(told.value)
        server = start(tmp_path, server.port)
        with server.open("hospital", create=False) as warehouse:
            load_into(warehouse, Lake(lake))
            assert raw_digests(warehouse) == whole
    finally:
        server.stop()


def test_a_connection_that_breaks_during_a_query_raises_an_error(clickhouse: ClickHouseServer, prefix: str) -> None:
    with clickhouse.open(prefix) as warehouse:
        threading.Timer(0.3, warehouse._client.connection.socket.shutdown, [socket.SHUT_RDWR]).start()
        with pytest.raises(WarehouseError, match="went away"):
            warehouse.query("SELECT sleep(2)")


def test_a_password_is_taken_from_the_environment_and_a_wrong_one_is_a_wrong_call_without_secrets(
    clickhouse: ClickHouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WrongCallError, match="refuses this user or password; set CLICKHOUSE_PASSWORD") as told:
        ClickHouseWarehouse(replace(clickhouse.dsn, password="se cret"), types=OLD_TYPES)
    assert told.value.exit_code == 2
    assert "se cret" not in str(told.value)
    assert told.value.__cause__ is None
    monkeypatch.setenv("CLICKHOUSE_PASSWORD", PASSWORD)
    with pytest.raises(WarehouseError, match=r"is ClickHouse 18\.16; 24\.3 or newer is needed") as told:
        open_warehouse(f"clickhouse://loader@127.0.0.1:{clickhouse.port}/", create=True)
    assert PASSWORD not in str(told.value)


def test_the_profile_of_the_project_logs_in_on_the_server(clickhouse: ClickHouseServer) -> None:
    with dbt_target(f"clickhouse://loader:pass%20word%2F1@127.0.0.1:{clickhouse.port}/") as target:
        command = [
            sys.executable,
            "-m",
            "dbt.cli.main",
            "--log-path",
            target.workspace,
            "debug",
            "--profiles-dir",
            MODELS,
        ]
        environment = dict(target.environment)
        done = subprocess.run(command, cwd=MODELS, env=environment, capture_output=True, text=True, check=False)
    assert "profiles.yml file [OK found and valid]" in done.stdout
    # It is let in, and then asks what a server of 2018 does not know.
    assert "Failed to create hospital database" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr


def test_an_unreachable_server_fails_within_20_seconds() -> None:
    with silent_port() as port:
        begin = time.monotonic()
        with pytest.raises(WarehouseError, match="cannot be reached") as told:
            open_warehouse(f"clickhouse://u:hidden@127.0.0.1:{port}/")
        assert time.monotonic() - begin < 20
    assert told.value.exit_code == 1
    assert "hidden" not in str(told.value)
