"""A warehouse of one version of a contract takes files of the next: columns are appended, old rows have nulls."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lakes import DAY, QuickStore, admission, put_all, some_events
from two_versions import newer

from elt.contracts import columns
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.warehouse import open_warehouse
from elt.warehouse.tables import event_table
from hospital_sim.events.keys import key_of

pytestmark = pytest.mark.integration

# Commands of a release that knows the second version, one after another.
WITH_TWO_VERSIONS = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[3] / "support")!r})
import two_versions
two_versions.install()
from elt.cli import main
for words in sys.argv[1:]:
    sys.argv[1:] = words.split()
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""


def described(dsn: str) -> list[tuple[str, str]]:
    """Return the columns of the admissions and their types, in order."""
    with open_warehouse(dsn) as warehouse:
        rows = warehouse.query(
            "SELECT name, type FROM system.columns WHERE database = 'hospital_raw' AND table = 'admission' "
            "ORDER BY position"
        )
    return list(zip(rows["name"].to_pylist(), rows["type"].to_pylist(), strict=True))


def triages(dsn: str) -> list[tuple[str, int, str | None, int | None]]:
    with open_warehouse(dsn) as warehouse:
        rows = warehouse.query("SELECT * FROM hospital_raw.admission ORDER BY event_id").to_pylist()
    return [(row["event_id"], row["schema_version"], row["triage"], row["escorts"]) for row in rows]


OLD = [(admission(number).event_id, 1, None, None) for number in range(1, 6)]
NEW = [(admission(6).event_id, 2, "red", 6), (admission(7).event_id, 2, None, 7)]


def test_a_warehouse_takes_files_of_both_versions_from_releases_of_both(tmp_path: Path) -> None:
    assert event_table("admission", 1).columns[:-1] == columns("admission", 1)
    lake = QuickStore(tmp_path / "lake")
    put_all(lake, some_events(5))
    stage(Lake(lake))
    first, second, anew = (f"chdb://{tmp_path / name}" for name in ("first", "second", "anew"))
    load(Lake.open(lake.url, read_only=True), first)
    before = described(first)
    old = QuickStore(shutil.copytree(lake.url, tmp_path / "old"))
    for number, triage in ((6, "red"), (7, None)):
        lake.create(f"raw/{key_of('admission', DAY.date(), admission(number).event_id)}", newer(number, triage))

    commands = [
        f"load --lake {old.url} --warehouse {second}",
        f"stage --lake {lake.url}",
        f"load --lake {lake.url} --warehouse {first}",
        f"load --lake {lake.url} --warehouse {anew}",
    ]
    newer_release = [sys.executable, "-c", WITH_TWO_VERSIONS, *commands]
    ended = subprocess.run(newer_release, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr

    # A warehouse that is made anew from the same lake is the same.
    assert triages(first) == triages(anew) == [*OLD, *NEW]
    assert described(first) == described(anew)
    names = [name for name, _ in described(first)]
    assert names == [*(name for name, _ in before[:-1]), "triage", "escorts", "source_file"]
    # The older release still loads into tables of the second version.
    put_all(old, [admission(900)])
    stage(Lake(old))
    progress: list[int] = []
    older = load(
        Lake.open(old.url, read_only=True), second, on_progress=lambda _work, done, _all: progress.append(done)
    )
    assert (older.rows, progress[-1]) == (1, 1)
    assert triages(second) == [*OLD, (admission(900).event_id, 1, None, None)]
