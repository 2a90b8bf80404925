"""A warehouse of one version of a contract takes files of the next: columns are appended, old rows have nulls."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from lakes import DAY, QuickStore, admission, put_all, some_events
from two_versions import newer

from elt import BrokenLakeError, EltError
from elt.contracts import columns
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.staging.parquet import CONTRACT_KEY
from elt.warehouse import open_warehouse
from elt.warehouse.tables import event_table
from hospital_sim.events.keys import key_of

pytestmark = pytest.mark.integration

WITH_TWO_VERSIONS = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[3] / "support")!r})
import two_versions
two_versions.install()
from elt.cli import main
main()
"""


def upgraded(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command of a release that knows the second version."""
    return subprocess.run(
        [sys.executable, "-c", WITH_TWO_VERSIONS, *words], check=False, capture_output=True, text=True
    )


def done(*words: str) -> None:
    ended = upgraded(*words)
    assert ended.returncode == 0, ended.stderr


def put_newer(store: QuickStore, number: int, triage: str | None) -> None:
    store.create(f"raw/{key_of('admission', DAY.date(), admission(number).event_id)}", newer(number, triage))


@pytest.fixture
def lake(tmp_path: Path) -> QuickStore:
    """A lake that was staged when there was one version."""
    store = QuickStore(tmp_path / "lake")
    put_all(store, some_events(5))
    stage(Lake(store))
    return store


@pytest.fixture
def dsn(tmp_path: Path) -> str:
    return f"chdb://{tmp_path / 'warehouse'}"


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


EXPECTED = [(admission(number).event_id, 1, None, None) for number in range(1, 6)] + [
    (admission(6).event_id, 2, "red", 6),
    (admission(7).event_id, 2, None, 7),
]


def test_a_warehouse_of_the_first_version_takes_files_of_the_second(lake: QuickStore, dsn: str, tmp_path: Path) -> None:
    load(Lake.open(lake.url, read_only=True), dsn)
    before = described(dsn)
    put_newer(lake, 6, "red")
    put_newer(lake, 7, None)

    done("stage", "--lake", lake.url)
    done("load", "--lake", lake.url, "--warehouse", dsn)

    assert triages(dsn) == EXPECTED
    new_names = [name for name, _ in described(dsn)]
    assert new_names == [*(name for name, _ in before[:-1]), "triage", "escorts", "source_file"]
    # A warehouse that is made anew from the same lake, whose files are of both versions, is the same.
    anew = f"chdb://{tmp_path / 'anew'}"
    done("load", "--lake", lake.url, "--warehouse", anew)
    assert (triages(anew), described(anew)) == (EXPECTED, described(dsn))


def test_a_warehouse_of_the_second_version_keeps_what_an_older_release_loads(lake: QuickStore, dsn: str) -> None:
    done("load", "--lake", lake.url, "--warehouse", dsn)
    put_all(lake, [admission(900)])
    stage(Lake(lake))

    assert load(Lake.open(lake.url, read_only=True), dsn).rows == 1

    assert triages(dsn)[-1] == (admission(900).event_id, 1, None, None)


def test_a_file_of_a_newer_version_is_refused_with_advice_to_upgrade(lake: QuickStore, dsn: str) -> None:
    put_newer(lake, 6, "red")
    done("stage", "--lake", lake.url)

    with pytest.raises(EltError, match=r"newer version of hospital-elt .*version 2, known is 1.*upgrade") as told:
        load(Lake.open(lake.url, read_only=True), dsn)

    assert not isinstance(told.value, BrokenLakeError)
    with open_warehouse(dsn) as warehouse:
        assert warehouse.query("SELECT count() AS n FROM hospital_raw.admission")["n"].to_pylist() == [0]


@pytest.mark.parametrize("version", [b"0", b"-1", b"one", b"1.0", b""])
def test_a_file_with_an_invalid_version_is_refused_by_name(lake: QuickStore, dsn: str, version: bytes) -> None:
    [file] = [file for file in Lake(lake).staged_files() if file.event_type == "admission"]
    path = Path(lake.url, file.key)
    rows = pq.read_table(path, partitioning=None)
    path.unlink()
    pq.write_table(rows.replace_schema_metadata({CONTRACT_KEY: version}), path)

    with pytest.raises(BrokenLakeError, match=f"{file.key}: names .* as the version of its contract"):
        load(Lake.open(lake.url, read_only=True), dsn)


def test_the_table_of_a_file_has_the_columns_of_its_version() -> None:
    assert event_table("admission", 1).columns[:-1] == columns("admission", 1)
