"""The checks hold for what a hospital emitted, and each one finds the fault that it is there for."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path

import pytest
from command_server import run_dbt
from lakes import admission, put_event
from small_hospital import SmallHospital

from elt import EltError, WrongCallError
from elt.lake.lake import Lake
from elt.lake.layout import month_after
from elt.quality import CheckResult, check
from elt.quality.check_files import write_check
from elt.quality.invariants import INVARIANTS
from elt.quality.thresholds import parse_thresholds
from elt.quality.warehouse_checks import check_invariants
from elt.staging import stage
from elt.warehouse import Warehouse, open_warehouse
from elt.warehouse.tables import RAW_TABLES
from elt.warehouse.version import VERSION_TABLE
from hospital_sim.events.keys import partition_prefix
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration

COPIED = [
    *(f"raw.{table.name}" for table in (*RAW_TABLES, VERSION_TABLE)),
    *(f"curated.{name}" for name in ("fact_admissions", "fact_discharges", "fact_waiting_list",
                                     "fact_department_occupancy", "dim_department", "dim_hospital", "dim_patient")),
    "staging.stg_wrong_events",
]  # fmt: skip
Plant = Callable[[str], None]


def copy_table(warehouse: Warehouse, table: str) -> None:
    """Put a built table into the schemas in which faults are planted."""
    warehouse.execute(f"CREATE DATABASE IF NOT EXISTS planted_{table.partition('.')[0]}")
    warehouse.execute(f"DROP TABLE IF EXISTS planted_{table} SYNC")
    warehouse.execute(
        f"CREATE TABLE planted_{table} ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM hospital_{table}"
    )


@pytest.fixture(scope="module")
def warehouse(small_hospital: SmallHospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A copy of the built tables, as it is before and after every test."""
    copied = small_hospital.copied(tmp_path_factory.mktemp("quality") / "small")
    facts = [f"+{table.partition('.')[2]}" for table in COPIED if "fact_" in table]
    run_dbt(copied.dsn, "run", "--select", *facts, "+dim_hospital", "+dim_patient")
    with open_warehouse(copied.dsn, "planted", create=True) as opened:
        for table in COPIED:
            copy_table(opened, table)
        yield opened


@pytest.fixture
def plant(warehouse: Warehouse) -> Iterator[Plant]:
    """Change a table; it is copied again after the test."""
    changed: set[str] = set()

    def planted(sql: str) -> None:
        table = re.search(r"planted_(\w+\.\w+)", sql)
        assert table is not None
        changed.add(table[1])
        warehouse.execute(sql)

    yield planted
    for table in changed:
        copy_table(warehouse, table)


@pytest.fixture
def untouched(small_hospital: SmallHospital) -> Lake:
    """The lake, for a test that only reads it."""
    return Lake.open(str(small_hospital.lake), read_only=True)


@pytest.fixture
def lake(small_hospital: SmallHospital, tmp_path: Path) -> LocalStore:
    """A copy of the lake, to plant a fault in."""
    shutil.copytree(small_hospital.lake, tmp_path / "lake")
    return LocalStore(tmp_path / "lake")


def failures(results: Iterable[CheckResult]) -> dict[tuple[str, str], str]:
    return {(result.check_name, result.scope): result.detail for result in results if not result.passed}


def test_an_unchanged_hospital_passes_every_check_and_the_last_results_are_kept(
    small_hospital: SmallHospital, warehouse: Warehouse
) -> None:
    before = sorted(small_hospital.lake.rglob("*"))
    for _ in range(2):
        report = check(Lake.open(str(small_hospital.lake)), warehouse)

    assert failures(report.checks) == {}
    assert report.passed
    for steps in report.totals().values():
        assert steps["emitted"] > 0
        assert steps["emitted"] == steps["raw_objects"] == steps["staged"] == steps["loaded"] == steps["fact_rows"]
    results = warehouse.query("SELECT * FROM planted_quality.check_result").to_pylist()
    rows = warehouse.query("SELECT * FROM planted_quality.reconciliation").to_pylist()
    assert [row["passed"] for row in results] == [True] * len(report.checks)
    assert len(rows) == len(report.reconciliation)
    assert sum(row["emitted"] for row in rows) == sum(row.emitted for row in report.reconciliation)
    assert sorted(small_hospital.lake.rglob("*")) == before, "a check may not change the lake"


def test_with_open_months_raw_objects_of_closed_months_are_not_counted(lake: LocalStore, warehouse: Warehouse) -> None:
    first, *_, last = sorted(Lake(lake).raw_tree().days["dep_snapshot"])
    for day in (first, last):
        lake.delete_many([next(lake.keys(f"raw/{partition_prefix('dep_snapshot', day)}"))])
    for closing in (month_after(first), month_after(last)):
        stage(Lake(lake), as_of=closing)

    nightly, whole = (check(Lake(lake), warehouse, only_open=only_open) for only_open in (True, False))

    assert first.month != last.month
    assert [row.event_date for row in nightly.reconciliation if not row.agrees] == [last]
    assert [row.event_date for row in whole.reconciliation if not row.agrees] == [first, last]
    assert {check.detail for check in nightly.checks if check.check_name == "reconciliation" and check.passed} == {
        "raw objects counted in open months, and taken as staged in others"
    }


ADMISSIONS, DISCHARGES, WAITS, CENSUSES = (
    f"planted_curated.fact_{name}" for name in ("admissions", "discharges", "waiting_list", "department_occupancy")
)
ANY_ADMISSION, ANY_DISCHARGE = (f"(SELECT min(spell_id) FROM {facts})" for facts in (ADMISSIONS, DISCHARGES))
BUSY_BED = (
    "SELECT hospital_id, department_id, bed_number, argMin(spell_id, admission_date) AS first_spell "
    "FROM planted_raw.admission GROUP BY hospital_id, department_id, bed_number HAVING count() > 1 "
    "ORDER BY bed_number LIMIT 1"
)
FAULTS = {
    "event_once": "INSERT INTO planted_raw.wait_snapshot SELECT * FROM planted_raw.wait_snapshot LIMIT 1",
    "no_value_missing": (
        "ALTER TABLE planted_raw.discharge UPDATE discharge_destination = '' "
        "WHERE event_id IN (SELECT min(event_id) FROM planted_raw.discharge)"
    ),
    "snapshot_once": f"INSERT INTO {WAITS} SELECT * FROM {WAITS} LIMIT 1",
    "fact_keys_known": (
        f"DELETE FROM planted_curated.dim_patient WHERE patient_key IN (SELECT min(patient_key) FROM {DISCHARGES})"
    ),
    "beds_within_capacity": (
        f"ALTER TABLE {CENSUSES} UPDATE beds = occupied_beds - 1 "
        "WHERE snapshot_date = '2024-01-09' AND snapshot_type = 'EOD'"
    ),
    "occupancy_balance": f"DELETE FROM {DISCHARGES} WHERE spell_id IN {ANY_DISCHARGE}",
    "start_is_end_of_day_before": (
        f"ALTER TABLE {CENSUSES} UPDATE waiting_list_size = waiting_list_size + 1 "
        "WHERE snapshot_date = '2024-01-09' AND snapshot_type = 'SOD'"
    ),
    "waiting_list_matches_census": f"DELETE FROM {WAITS} WHERE patient_id IN (SELECT min(patient_id) FROM {WAITS})",
    "times_in_order": (
        f"ALTER TABLE {ADMISSIONS} UPDATE requested_at = admitted_at + INTERVAL 1 SECOND "
        f"WHERE spell_id IN {ANY_ADMISSION}"
    ),
    "discharge_has_its_admission": f"DELETE FROM {ADMISSIONS} WHERE spell_id IN {ANY_DISCHARGE}",
    "spell_once": f"INSERT INTO {DISCHARGES} SELECT * FROM {DISCHARGES} LIMIT 1",
    "admitted_once_a_day": (
        f"INSERT INTO {ADMISSIONS} SELECT * REPLACE ('another' AS spell_id) FROM {ADMISSIONS} LIMIT 1"
    ),
    "one_stay_at_a_time": (
        "INSERT INTO planted_raw.admission SELECT * REPLACE ('another' AS spell_id, "
        "request_date + INTERVAL 1 HOUR AS request_date, admission_date + INTERVAL 1 HOUR AS admission_date) "
        "FROM planted_raw.admission LIMIT 1"
    ),
    "one_patient_a_bed": (
        f"ALTER TABLE planted_raw.discharge UPDATE discharge_date = discharge_date + INTERVAL 300 DAY "
        f"WHERE spell_id IN (SELECT first_spell FROM ({BUSY_BED}))"
    ),
    "first_come_first_served": (
        f"ALTER TABLE {ADMISSIONS} UPDATE requested_at = requested_at - INTERVAL 300 DAY "
        f"WHERE spell_id IN (SELECT argMax(spell_id, admitted_at) FROM {ADMISSIONS})"
    ),
    "patient_is_one_person": (
        "ALTER TABLE planted_raw.discharge UPDATE birth_date = '1901-01-01' "
        "WHERE spell_id IN (SELECT min(spell_id) FROM planted_raw.discharge)"
    ),
}


@pytest.mark.parametrize("name", [invariant.name for invariant in INVARIANTS])
def test_an_invariant_finds_its_fault_and_its_place(name: str, warehouse: Warehouse, plant: Plant) -> None:
    plant(FAULTS[name])

    found = failures(check_invariants(warehouse, {"small"}))

    assert "broken by: " in found[name, "small"]
    assert not found[name, "small"].endswith("broken by: ")


def test_the_rows_that_a_failed_check_found_are_kept(untouched: Lake, warehouse: Warehouse, plant: Plant) -> None:
    plant(FAULTS["waiting_list_matches_census"])
    plant(f"DELETE FROM {CENSUSES} WHERE snapshot_date = '2024-01-20'")

    report = check(untouched, warehouse)

    kept = warehouse.query("SELECT * FROM planted_quality.failing_row ORDER BY row_number").to_pylist()
    for result in report.checks:
        rows = [row["found"] for row in kept if (row["check_name"], row["scope"]) == (result.check_name, result.scope)]
        assert rows == ([] if result.passed else list(result.rows))
    by_name = {(result.check_name, result.scope): result for result in report.checks}
    uncounted = by_name["both_censuses_every_day", "small"]
    assert not uncounted.passed
    assert [row.split(", ")[1] for row in uncounted.rows] == ["2024-01-20"] * 3
    mismatched = by_name["waiting_list_matches_census", "small"]
    assert len(mismatched.rows) == mismatched.observed > 1
    assert "run hospital-elt build" in by_name["reconciliation", "dep_snapshot"].detail


def test_late_events_pass_unless_a_threshold_decides_otherwise(
    lake: LocalStore, warehouse: Warehouse, plant: Plant
) -> None:
    put_event(lake, admission(at=admission().event_time.replace(month=1), hospital="small"))
    stage(Lake(lake))
    plant(FAULTS["event_once"])

    report = check(Lake(lake), warehouse)
    strict = failures(check(Lake(lake), warehouse, {"late_events": 0, "event_once": 1}).checks)

    assert report.late == 1
    assert ("late_events", "lake") not in failures(report.checks)
    assert ("event_once", "small") in failures(report.checks)
    assert ("late_events", "lake") in strict
    assert ("event_once", "small") not in strict
    with pytest.raises(WrongCallError, match=r"--threshold lateness: no such check; known are .*late_events"):
        check(Lake(lake), warehouse, {"lateness": 0})


def test_a_threshold_is_a_name_and_a_number() -> None:
    for written in ("late_events", "late_events=", "late_events=-1", "=1", "late_events=nan"):
        with pytest.raises(WrongCallError, match="write NAME=NUMBER"):
            parse_thresholds([written])


def test_the_results_are_written_for_programs_and_for_people(
    untouched: Lake, warehouse: Warehouse, plant: Plant, tmp_path: Path
) -> None:
    plant(FAULTS["spell_once"])
    report = check(untouched, warehouse)

    written = write_check(report, tmp_path / "out")

    data = json.loads(written.data.read_text())
    assert data["passed"] is False
    assert len(data["days"]) == len(report.reconciliation)
    assert {row["check_name"] for row in data["checks"]} >= set(FAULTS) | {"late_events", "open_quarantine"}
    page = written.page.read_text()
    failed = next(result for result in report.checks if result.check_name == "spell_once")
    assert escape(failed.rows[0]) in page
    assert page.index("<main>") < page.index("spell once") < page.index("From the simulation to the facts")
    passed = sum(result.passed for result in report.checks)
    folded = page.index(f"<details><summary>Passed ({passed})</summary>")
    assert folded < page.index("late events</strong>")
    assert "http" not in page.replace("<!doctype html>", "")


def test_an_event_that_no_run_counts_is_missed_and_counted_at_every_step(
    lake: LocalStore, warehouse: Warehouse
) -> None:
    put_event(lake, admission())
    Path(lake.url, next(lake.keys("raw/discharge/"))).unlink()
    unstaged = failures(check(Lake(lake), warehouse).checks)
    assert sorted(unstaged) == [("reconciliation", "admission"), ("reconciliation", "discharge")]
    assert "not what its runs wrote" in unstaged["reconciliation", "discharge"]

    stage(Lake(lake))
    found = failures(check(Lake(lake), warehouse).checks)
    assert "0 emitted, 1 raw, 1 staged" in found["reconciliation", "admission"]
    assert "city, acute, on 2024-03-15" in found["staged_by_department", "lake"]


def test_rows_that_are_not_loaded_and_a_warehouse_behind_the_newest_run_are_named(
    untouched: Lake, warehouse: Warehouse, plant: Plant
) -> None:
    waits = "planted_raw.wait_snapshot"
    plant(f"DELETE FROM {waits} WHERE event_id IN (SELECT min(event_id) FROM {waits})")
    plant(f"DELETE FROM {CENSUSES} WHERE snapshot_date > '2024-02-07'")

    found = failures(check(untouched, warehouse).checks)

    assert "run hospital-elt load" in found["reconciliation", "wait_snapshot"]
    assert found["days_behind_newest_run", "small"] == "newest census 2024-02-07, newest run ends 2024-02-10"


def test_an_object_in_quarantine_is_accounted_for(
    small_hospital: SmallHospital, tmp_path: Path, warehouse: Warehouse, plant: Plant
) -> None:
    lake = LocalStore(tmp_path / "lake")
    shutil.copytree(small_hospital.lake / "raw", tmp_path / "lake" / "raw")
    broken = next(path for path in sorted((tmp_path / "lake" / "raw" / "wait_snapshot").glob("*/*")))
    event_id = broken.stem.removeprefix("wait_snapshot_")
    broken.write_bytes(broken.read_bytes()[:50])
    stage(Lake(lake))
    plant(f"DELETE FROM planted_raw.wait_snapshot WHERE event_id = '{event_id}'")

    report = check(Lake(lake), warehouse)

    assert report.quarantined == {"not_json": 1}
    [row] = [row for row in report.reconciliation if row.quarantined]
    assert row.emitted == row.raw_objects == row.staged + 1 == row.loaded + 1


def test_an_interrupted_run_and_a_broken_record_are_named_and_stop_no_check(
    lake: LocalStore, warehouse: Warehouse
) -> None:
    lake.create(f"raw/_runs/{9:032x}.json", b"{")
    lake.create(f"raw/_runs/{9:032x}.started.json", b"[" * 100_000)
    broken = failures(check(Lake(lake), warehouse).checks)
    assert list(broken) == [("run_records_whole", "lake")]
    assert f"put back what the run wrote: raw/_runs/{9:032x}.json" in broken["run_records_whole", "lake"]

    finished = [key for key in lake.keys("raw/_runs/") if not key.endswith(".started.json")]
    for key in finished:
        Path(lake.url, key).unlink()
    found = failures(check(Lake(lake), warehouse).checks)
    assert "small from 2024-01-01 to 2024-02-10, seed 5" in found["runs_finished", "lake"]


def test_a_warehouse_that_is_not_built_is_an_error(untouched: Lake, warehouse: Warehouse, plant: Plant) -> None:
    plant("DROP TABLE planted_curated.fact_waiting_list SYNC")

    with pytest.raises(EltError, match=r"fact_waiting_list.*run hospital-elt build first"):
        check(untouched, warehouse)
