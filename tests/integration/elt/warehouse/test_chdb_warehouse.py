"""A chDB warehouse is open in one process at a time, returns Arrow tables, and raises errors of one line."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from elt.warehouse import StatementError, WarehouseError, WarehouseInUseError, open_warehouse
from elt.warehouse.clickhouse.lock import DirectoryLock

pytestmark = pytest.mark.integration

HOLD = "; print('open', flush=True); sys.stdin.read()"
BY_US = "import sys; from elt.warehouse import open_warehouse; held = open_warehouse(sys.argv[1], create=True)" + HOLD
BY_CHDB = "import sys, chdb; held = chdb.connect(sys.argv[1].removeprefix('chdb://'))" + HOLD
PIPE = """
import subprocess, sys
from elt.warehouse import open_warehouse
with open_warehouse(sys.argv[1], create=True) as held:
    held.query("SELECT 1")
    writer = subprocess.Popen(["yes"], stdout=subprocess.PIPE)
    subprocess.run(["head", "-1"], stdin=writer.stdout)
    writer.stdout.close()
    print(writer.wait())
"""

INHERITED = """
import subprocess, sys
from pathlib import Path
from elt.warehouse.clickhouse.lock import DirectoryLock
lock = DirectoryLock(Path(sys.argv[1]))
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[lock.descriptor])
print(child.pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def held(dsn: str, code: str = BY_US) -> Iterator[subprocess.Popen[str]]:
    """Hold a warehouse open in another process."""
    command, pipe = [sys.executable, "-c", code, dsn], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    return f"chdb://{tmp_path / 'warehouse'}"


def test_the_error_names_the_process_that_holds_the_warehouse_until_it_is_killed(dsn: str) -> None:
    with held(dsn) as holder:
        started = time.monotonic()
        with pytest.raises(WarehouseInUseError, match=f"in use by process {holder.pid}") as error:
            open_warehouse(dsn, create=True)
        assert time.monotonic() - started < 5
        assert error.value.exit_code == 1
        holder.kill()
        holder.wait()
        with open_warehouse(dsn, create=True) as warehouse:
            assert warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_the_error_names_the_process_that_inherited_the_lock_of_one_that_was_killed(tmp_path: Path) -> None:
    command, pipe = [sys.executable, "-c", INHERITED, str(tmp_path)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
        try:
            with pytest.raises(WarehouseInUseError, match=f"in use by process {child};"):
                DirectoryLock(tmp_path)
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_warehouse_is_locked_within_one_process_too_until_closed(dsn: str) -> None:
    with open_warehouse(dsn, create=True), pytest.raises(WarehouseInUseError):
        open_warehouse(dsn, create=True)
    with open_warehouse(dsn, create=True) as again:
        assert again.query("SELECT 1 AS one").num_rows == 1


def test_a_second_warehouse_in_one_process_is_refused_and_its_directory_released(dsn: str, tmp_path: Path) -> None:
    other = f"chdb://{tmp_path / 'other'}"
    with open_warehouse(dsn, create=True), pytest.raises(WarehouseError, match="this process has another one open"):
        open_warehouse(other, create=True)
    with open_warehouse(other, create=True) as opened:
        assert opened.query("SELECT 1 AS one").num_rows == 1


def test_a_directory_opened_by_chdb_directly_is_refused(dsn: str) -> None:
    with held(dsn, BY_CHDB), pytest.raises(WarehouseError, match="another process holds it"):
        open_warehouse(dsn, create=True)


def test_a_program_that_a_holder_starts_ends_with_the_reader_of_its_output(dsn: str) -> None:
    done = subprocess.run([sys.executable, "-c", PIPE, dsn], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("y\n-13\n", ""), "not an error of writing"


def test_a_path_that_is_a_file_cannot_be_a_warehouse(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="cannot be written"):
        open_warehouse(f"chdb://{tmp_path}/file/warehouse", create=True)


def test_a_query_without_an_end_is_wrong_sql_and_a_failure_at_run_time_is_not(dsn: str) -> None:
    with open_warehouse(dsn, create=True) as warehouse:
        with pytest.raises(StatementError, match="ends too early") as endless:
            warehouse.query("SELECT (1")
        with pytest.raises(StatementError) as failed:
            warehouse.query("SELECT throwIf(number = 3, 'too far') FROM numbers(5)")
    assert "FORMAT" not in str(endless.value)
    assert not failed.value.wrong_sql
    assert failed.value.exit_code == 1
