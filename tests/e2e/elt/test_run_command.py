"""``hospital-elt run``: the whole way in one command, twice; and ``check`` on what it made."""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.e2e

EVENT_TYPES = ("admission", "discharge", "wait_snapshot", "dep_snapshot")


class Place(NamedTuple):
    folder: Path
    first: subprocess.CompletedProcess[str]

    @property
    def lake(self) -> str:
        return str(self.folder / "lake")

    @property
    def dsn(self) -> str:
        return f"chdb://{self.folder}/warehouse"

    @property
    def page(self) -> Path:
        return self.folder / "report" / "index.html"


def elt(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["hospital-elt", *words], capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "80"}
    )


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return elt(
        "run", "small", "--start", "2024-01-01", "--end", "2024-02-10", "--seed", "3", "--lake", f"{folder}/lake",
        "--warehouse", f"chdb://{folder}/warehouse", "--report", f"{folder}/report", *more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("run")
    return Place(folder, run(folder))


def rows_of_every_table(place: Place) -> dict[str, object]:
    def ask(sql: str) -> list[dict[str, object]]:
        answered = elt("query", "--warehouse", place.dsn, "--format", "json", sql)
        assert answered.returncode == 0, answered.stderr
        rows: list[dict[str, object]] = json.loads(answered.stdout)
        return rows

    tables = ask(
        "SELECT concat(database, '.', name) AS name FROM system.tables "
        "WHERE startsWith(database, 'hospital_') AND engine != 'View' ORDER BY name"
    )
    union = " UNION ALL ".join(
        f"SELECT '{row['name']}' AS name, count() AS n, sum(cityHash64(*)) AS digest FROM {row['name']}"
        for row in tables
    )
    return {str(row["name"]): (row["n"], row["digest"]) for row in ask(union)}


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_ends_with_counts_that_agree_and_the_path_of_a_page(place: Place) -> None:
    assert place.first.returncode == 0, place.first.stderr
    for event_type in EVENT_TYPES:
        [line] = [line for line in place.first.stdout.splitlines() if line.startswith(f"│ {event_type} ")]
        events, raw_objects, staged, loaded, facts = (cell.strip() for cell in line.split("│")[2:7])
        assert events == raw_objects == staged == loaded == facts != "0"
    assert place.first.stdout.splitlines()[-1] == f"Page: {place.page}"
    assert place.page.stat().st_size > 0


def test_each_step_is_printed_on_standard_error(place: Place) -> None:
    steps = [line.split(":")[0] for line in place.first.stderr.splitlines() if "/6 " in line]

    assert steps == ["1/6 simulate", "2/6 stage", "3/6 load", "4/6 build", "5/6 check", "6/6 report"]


def test_the_second_time_changes_nothing(place: Place) -> None:
    lake, page, tables = files(Path(place.lake)), place.page.read_bytes(), rows_of_every_table(place)

    again = run(place.folder, "--json")

    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert (summary["created"], summary["staged"]["raw_objects"], summary["loaded"]["rows"]) == (0, 0, 0)
    assert files(Path(place.lake)) == lake
    assert rows_of_every_table(place) == tables
    assert place.page.read_bytes() == page


def test_check_passes_and_says_so(place: Place) -> None:
    done = elt("check", "--lake", place.lake, "--warehouse", place.dsn)

    assert done.returncode == 0, done.stderr
    assert "checks passed" in done.stdout
    assert "FAILED" not in done.stdout


def test_check_prints_one_json_object(place: Place) -> None:
    report = json.loads(elt("check", "--lake", place.lake, "--warehouse", place.dsn, "--json").stdout)

    assert report["passed"] is True
    assert set(report["reconciliation"]) == set(EVENT_TYPES)
    assert all(entry["passed"] for entry in report["checks"])


def test_check_fails_when_an_event_is_lost(place: Place, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    subprocess.run(["cp", "-r", place.lake, str(lake)], check=True)
    next((lake / "raw" / "discharge").glob("*/*.json")).unlink()

    done = elt("check", "--lake", str(lake), "--warehouse", place.dsn)

    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert elt("check", "--lake", place.lake, "--warehouse", place.dsn).returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["run", "no_such", "--start", "2024-01-01", "--end", "2024-01-02", "--seed", "1"], 2, "no_such"),
        (["run", "small", "--start", "2024-01-02", "--end", "2024-01-01", "--seed", "1"], 2, "end"),
        (["run", "small", "--start", "2024-01-02", "--end", "soon", "--seed", "1"], 2, "soon"),
        (["run", "small", "--start", "2024-01-02", "--end", "2024-01-03", "--seed", "-1"], 2, "seed"),
    ],
)
def test_a_wrong_call_is_named_and_leaves_nothing(tmp_path: Path, words: list[str], code: int, named: str) -> None:
    places = ["--lake", f"{tmp_path}/l", "--warehouse", f"chdb://{tmp_path}/w", "--report", f"{tmp_path}/r"]

    done = elt(*words, *places)

    assert done.returncode == code
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_without_a_lake_or_a_warehouse_is_a_wrong_call(place: Place, tmp_path: Path) -> None:
    no_lake = elt("check", "--lake", f"{tmp_path}/nowhere", "--warehouse", place.dsn)
    no_warehouse = elt("check", "--lake", place.lake, "--warehouse", f"chdb://{tmp_path}/nowhere")

    assert (no_lake.returncode, no_warehouse.returncode) == (2, 2)
    assert not (tmp_path / "nowhere").exists()
