"""A chDB warehouse is open in one process at a time, returns Arrow tables, and raises errors of one line."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from elt.warehouse import (
    StatementError,
    Warehouse,
    WarehouseError,
    WarehouseInUseError,
    open_warehouse,
)

pytestmark = pytest.mark.integration

HOLD = """
import sys, time
from elt.warehouse import open_warehouse
warehouse = open_warehouse(sys.argv[1], create=True)
print("open", flush=True)
time.sleep(60)
"""


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    return f"chdb://{tmp_path / 'warehouse'}"


@pytest.fixture
def warehouse(dsn: str) -> Iterator[Warehouse]:
    with open_warehouse(dsn, create=True) as opened:
        yield opened


@pytest.fixture
def holder(dsn: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLD, dsn], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def test_the_error_names_the_process_that_holds_the_warehouse(holder: subprocess.Popen[str], dsn: str) -> None:
    started = time.monotonic()
    with pytest.raises(WarehouseInUseError, match=f"in use by process {holder.pid}") as told:
        open_warehouse(dsn)
    assert time.monotonic() - started < 5
    assert told.value.exit_code == 1


def test_a_killed_process_holds_no_lock(holder: subprocess.Popen[str], dsn: str) -> None:
    holder.kill()
    holder.wait()
    with open_warehouse(dsn) as warehouse:
        assert warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_a_warehouse_is_locked_within_one_process_too_until_closed(dsn: str) -> None:
    with open_warehouse(dsn, create=True), pytest.raises(WarehouseInUseError):
        open_warehouse(dsn)
    with open_warehouse(dsn) as again:
        assert again.query("SELECT 1 AS one").num_rows == 1


def test_a_second_warehouse_in_one_process_is_refused_and_its_directory_released(dsn: str, tmp_path: Path) -> None:
    other = f"chdb://{tmp_path / 'other'}"
    with open_warehouse(dsn, create=True), pytest.raises(WarehouseError, match="this process has another one open"):
        open_warehouse(other, create=True)
    with open_warehouse(other) as opened:
        assert opened.query("SELECT 1 AS one").num_rows == 1


def test_a_directory_opened_by_chdb_directly_is_refused(dsn: str, tmp_path: Path) -> None:
    code = "import chdb, sys, time; held = chdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "warehouse")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(WarehouseError, match="another process holds it"):
            open_warehouse(dsn, create=True)
        process.kill()


def test_a_path_that_is_a_file_cannot_be_a_warehouse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="cannot be written"):
        open_warehouse(f"chdb://{tmp_path}/file/warehouse", create=True)


def test_the_error_for_a_query_without_an_end_says_nothing_of_the_format_asked_for(warehouse: Warehouse) -> None:
    with pytest.raises(StatementError, match="ends too early") as error:
        warehouse.query("SELECT (1")
    assert "FORMAT" not in str(error.value)


def test_a_failure_at_run_time_is_not_wrong_sql(warehouse: Warehouse) -> None:
    with pytest.raises(StatementError) as error:
        warehouse.query("SELECT throwIf(number = 3, 'too far') FROM numbers(5)")
    assert not error.value.wrong_sql
    assert error.value.exit_code == 1
