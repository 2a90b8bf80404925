"""A load that is killed at any moment is completed by the next."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from kills import KilledAtStep
from warehouse_tables import raw_digests

from elt.lake.lake import Lake
from elt.load.run import load_into
from elt.warehouse import open_warehouse
from elt.warehouse.clickhouse.chdb import ChdbWarehouse
from hospital_sim.storage import LocalStore

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


# The version and the tables take 46 counts, 40 once the version is there; the run record 20 more while it is not
# loaded; then each file four, and two more if rows of a killed load are removed first.
POINTS = (3, 57, 61, 41, 43, 45)

# Imports once, and forks for each load, before any thread of chDB runs.
LOADS_UNTIL_KILLED = f"""
import os, sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[3] / "support")!r}]
from pathlib import Path
from test_killed_loads import KilledWarehouse, Lake, LocalStore, load_into
lake, warehouse, *points = sys.argv[1:]
for point in points:
    if not (child := os.fork()):
        with KilledWarehouse(Path(warehouse), create=True) as opened:
            opened.left = int(point)
            load_into(opened, Lake(LocalStore(lake)))
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, flush=True)
    if not code:
        break
"""


def test_a_load_killed_at_any_statement_is_completed_by_the_next(
    lake: Path, tmp_path: Path, soak: bool, whole: dict[str, tuple[int, int]]
) -> None:
    killed = tmp_path / "killed"
    points = range(400) if soak else POINTS

    ended = subprocess.run(
        [sys.executable, "-c", LOADS_UNTIL_KILLED, lake, killed, *map(str, points)],
        check=False,
        capture_output=True,
        text=True,
    )

    codes = ended.stdout.split()
    kills = codes[:-1] if soak else codes
    assert ended.returncode == 0, ended.stderr
    assert len(kills) == codes.count(str(-signal.SIGKILL)) >= len(POINTS), ended.stderr
    with open_warehouse(f"chdb://{killed}") as warehouse:
        load_into(warehouse, Lake(LocalStore(lake)))
        assert raw_digests(warehouse) == whole
