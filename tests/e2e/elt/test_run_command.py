"""``hospital-elt run``: the whole way in one command, twice; and ``check`` on what it made."""

import json
from functools import partial
from pathlib import Path

import pytest
from command_lines import call
from st_brides import WholeRun

from elt.warehouse import open_warehouse

pytestmark = pytest.mark.e2e

EVENT_TYPES = ("admission", "discharge", "wait_snapshot", "dep_snapshot")
elt = partial(call, "hospital-elt")


def digests_of_every_table(dsn: str) -> dict[str, object]:
    with open_warehouse(dsn) as warehouse:
        names = warehouse.query(
            "SELECT concat(database, '.', name) AS name FROM system.tables "
            "WHERE startsWith(database, 'hospital_') AND engine != 'View'"
        )["name"].to_pylist()
        return {
            name: warehouse.query(f"SELECT count() AS n, sum(cityHash64(*)) AS digest FROM {name}").to_pylist()
            for name in names
        }


def files(folder: str) -> dict[str, tuple[bytes, int]]:
    paths = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def test_it_says_each_step_and_ends_with_counts_that_agree_and_the_path_of_a_page(st_brides: WholeRun) -> None:
    done = st_brides.done
    assert done.returncode == 0, done.stderr
    steps = [line.split(":")[0] for line in done.stderr.splitlines() if "/6 " in line]
    assert steps == ["1/6 simulate", "2/6 stage", "3/6 load", "4/6 build", "5/6 check", "6/6 report"]
    for event_type in EVENT_TYPES:
        [line] = [line for line in done.stdout.splitlines() if line.startswith(f"│ {event_type} ")]
        events, raw_objects, staged, loaded, facts = (cell.strip() for cell in line.split("│")[2:7])
        assert events == raw_objects == staged == loaded == facts != "0"
    assert done.stdout.splitlines()[-1].startswith("Page: ")
    assert done.stdout.splitlines()[-1].endswith("/report/index.html")


def test_the_second_time_changes_nothing(st_brides: WholeRun, tmp_path: Path) -> None:
    copy = st_brides.copy(tmp_path)
    lake, page, tables = files(copy.lake), files(f"{copy.folder}/report"), digests_of_every_table(copy.dsn)

    again = elt(*copy.words, "--json")

    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert (summary["created"], summary["staged"]["raw_objects"], summary["loaded"]["rows"]) == (0, 0, 0)
    assert files(copy.lake) == lake
    assert digests_of_every_table(copy.dsn) == tables
    report = files(f"{copy.folder}/report")
    assert {name: content for name, (content, _) in report.items()} == {name: page[name][0] for name in page}


def test_check_passes_until_an_event_is_lost(st_brides: WholeRun, tmp_path: Path) -> None:
    copy = st_brides.copy(tmp_path)
    check = ["check", "--lake", copy.lake, "--warehouse", copy.dsn]

    passed, report = elt(*check), json.loads(elt(*check, "--json").stdout)
    next(Path(copy.lake, "raw", "discharge").glob("*/*.json")).unlink()
    failed = elt(*check)

    assert (passed.returncode, failed.returncode) == (0, 1), passed.stderr
    assert "checks passed" in passed.stdout
    assert "FAILED" not in passed.stdout
    assert "FAILED" in failed.stdout
    assert report["passed"] is True
    assert set(report["reconciliation"]) == set(EVENT_TYPES)
    assert all(entry["passed"] for entry in report["checks"])


REPLAYED = """
id = "city"
name = "City"
[[department]]
id = "ward"
name = "Ward"
treatment_function_code = "300"
beds = 4
max_stay_days = 5
source = [{ id = "real", arrivals = ["2024-01-01T08:00:00Z"] }]
"""


def test_it_says_which_days_a_table_of_arrivals_does_not_cover(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(REPLAYED, encoding="utf-8")
    days = ("--start", "2024-02-01", "--end", "2024-02-02", "--seed", "1")
    out = ("--lake", str(tmp_path / "lake"), "--warehouse", "nowhere://", "--report", str(tmp_path))
    lines = elt("run", str(tmp_path / "city.toml"), *days, *out).stderr
    covered = "city, ward, real: its table of arrivals covers 2024-01-01 to 2024-01-31"
    assert f"{covered}: nobody comes on 2 of the 2 days of the run; nobody comes on 149 of the 180 days of" in lines
