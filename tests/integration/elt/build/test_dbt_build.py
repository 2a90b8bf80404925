"""A build makes every model, runs every test, names the failed ones, and releases the warehouse."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from command_server import quick_builds, run_dbt
from hostile_lakes import decorate_folder
from increments import put
from kills import hear_interrupts
from small_hospital import SmallHospital
from st_brides import FIRST, LAST, WholeRun
from warehouse_tables import table_digests
from wrong_events import NOWHERE, names, of_unknown_department, repeated

from elt import WrongCallError
from elt.build.record import BuildState, missing_models, record
from elt.build.run import MODELS, BuildError, build
from elt.lake.lake import Lake
from elt.load.run import load
from elt.powerbi import write_powerbi
from elt.quality import check
from elt.report import write_report
from elt.staging import stage
from elt.warehouse import SCHEMAS, WarehouseError, WarehouseInUseError, open_warehouse
from elt.warehouse.clickhouse.lock import DirectoryLock
from hospital_sim.events import decode_event
from hospital_sim.events.keys import event_key

pytestmark = pytest.mark.integration

LEFTOVER = "hospital_curated.fact_discharges__dbt_new_data_4a1f"
INTERRUPTED = [sys.executable, "-c", "from elt.cli import main; main()", "build", "--full-refresh", "--warehouse"]
FAILED_DBT = r"""#!/bin/sh
echo "dbt.py:1: DeprecationWarning: an old call"
cat <<'END'
{error}
END
while [ "$1" != --log-path ]; do shift; done
echo "what dbt did" > "$2/dbt.log"
exit 2
"""
ERROR = json.dumps(
    {"info": {"level": "error", "msg": "Encountered an error:\nDatabase Error\n  Database Error\n  No right"}}
)
DBT_ALONE = """
import json
from pathlib import Path
from dbt.cli.main import dbtRunner
for words in {words}:
    done = dbtRunner().invoke(["--no-version-check", *words.split()])
    assert done.success, (words, done)
    if words.startswith("build"):
        Path("results.json").write_bytes(Path("target/run_results.json").read_bytes())
"""


@pytest.fixture
def changed(st_brides: WholeRun, tmp_path: Path) -> WholeRun:
    """A copy to change."""
    return st_brides.copy(tmp_path / "st_brides")


OWN_MODEL = """\
select hospital_id, max(waiting) as patients
from {{ ref('mart_waiting_now') }} group by hospital_id
"""
FILES = "hospital_staging.stg_loaded_files"
BESIDE_ANOTHER_BUILD = f"""
{{{{ config(post_hook="insert into {FILES} select * replace ('another' as build_id) from {FILES} limit 1") }}}}
"""


def results(run: WholeRun) -> dict[str, str]:
    """Return what became of each model and test of the last build that started dbt."""
    written = json.loads((run.folder / "warehouse" / "dbt" / "run_results.json").read_text())["results"]
    return {result["unique_id"]: result["status"] for result in written if result["status"] != "no-op"}


def test_every_model_is_built_and_every_test_passes(st_brides: WholeRun) -> None:
    found = results(st_brides)
    assert set(found.values()) == {"success", "pass"}
    kinds = Counter(name.partition(".")[0] for name in found)
    assert kinds["model"] == len(list((MODELS / "models").rglob("*.sql")))
    assert kinds["test"] > 70
    assert [path for name in ("target", "logs", ".user.yml") for path in MODELS.rglob(name)] == [], "it writes no file"


def test_every_mart_has_rows_on_the_days_that_have_snapshots_and_every_check_passes(st_brides: WholeRun) -> None:
    departments, days = 2, (LAST - FIRST).days + 1
    with open_warehouse(st_brides.dsn) as warehouse:
        for mart in ("mart_bed_utilisation", "mart_queue_growth", "mart_long_stays", "mart_waiting_now"):
            row = warehouse.query(
                f"SELECT min(date) AS first, max(date) AS last, count() AS n FROM hospital_marts.{mart}"
            ).to_pylist()[0]
            assert (row["first"], row["last"], row["n"]) == (FIRST, LAST, departments * days)
        checks = warehouse.query("SELECT * FROM hospital_marts.mart_pressure_validation").to_pylist()
        schemas = warehouse.query("SELECT name FROM system.databases WHERE name LIKE 'hospital%'")["name"].to_pylist()
    assert [check for check in checks if not check["passed"]] == []
    assert {check["check_name"] for check in checks} >= {"requests_in_month", "requests", "mean_occupancy"}
    assert set(schemas) <= {f"hospital_{name}" for name in SCHEMAS}
    assert {"hospital_raw", "hospital_staging", "hospital_curated", "hospital_marts"} <= set(schemas)


def test_a_build_with_nothing_new_starts_no_dbt_and_says_so(
    st_brides: WholeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent")
    again = build(st_brides.dsn)
    assert (again.up_to_date, again.passed, again.models) == (True, True, 0)


def test_a_build_makes_a_dropped_model_and_names_a_failed_test(changed: WholeRun) -> None:
    before = table_digests(changed.dsn)
    kept = ("hospital_curated.dim_patient", "hospital_curated.dim_department", "hospital_marts.mart_bed_utilisation")
    last_build = "SELECT DISTINCT build_id FROM hospital_intermediate.built_files"
    with open_warehouse(changed.dsn) as warehouse:
        recorded = warehouse.query(last_build).to_pylist()
        warehouse.execute("DROP TABLE hospital_curated.dim_patient SYNC")
        warehouse.execute(f"CREATE TABLE {LEFTOVER} ENGINE = MergeTree ORDER BY x AS SELECT 1 AS x")
        assert missing_models(warehouse, MODELS) == ["dim_patient"]
        warehouse.execute(
            "INSERT INTO hospital_raw.dep_snapshot "
            "SELECT * REPLACE (-1 AS occupied_beds, 'new' AS department_id) FROM hospital_raw.dep_snapshot LIMIT 1"
        )
    summary = build(changed.dsn)
    assert not summary.passed
    assert any(name.startswith("holds_stg_dep_snapshots") for name in summary.tests_failed)
    assert summary.skipped > 0
    log = Path(summary.log)
    assert "holds_stg_dep_snapshots" in log.read_text()
    log.unlink()
    after = table_digests(changed.dsn)
    assert LEFTOVER not in after, "a build that was killed left it"
    with open_warehouse(changed.dsn) as warehouse:
        assert warehouse.query(last_build).to_pylist() == recorded
    assert [name for name in kept if after[name] != before[name]] == []


@pytest.mark.parametrize(
    ("printed", "shown"), [(ERROR, "Database Error No right"), ("", "dbt.py:1: DeprecationWarning: an old call")]
)
def test_a_build_that_dbt_ends_shows_its_error_before_what_python_printed_and_keeps_its_log(
    changed: WholeRun, monkeypatch: pytest.MonkeyPatch, printed: str, shown: str
) -> None:
    program = changed.folder / "python"
    program.write_text(FAILED_DBT.format(error=printed))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(BuildError) as error:
        build(changed.dsn, full_refresh=True)
    message, log = str(error.value).removesuffix(")").split(" (dbt's log: ")
    assert message == shown
    assert Path(log).read_text() == "what dbt did\n"
    Path(log).unlink()


def test_after_a_change_of_the_project_all_is_built_again_and_the_models_pass_their_unit_tests(
    changed: WholeRun,
) -> None:
    assert [name for name in results(changed) if name.startswith("unit_test.")] == [], "this project has not changed"
    before = table_digests(changed.dsn)
    with open_warehouse(changed.dsn) as warehouse:
        record(warehouse, BuildState("another project", ""))

    with quick_builds():
        summary = build(changed.dsn)

    unit_tests = [path.read_text().count("    given:") for path in (MODELS / "models").rglob("*.yml")]
    statuses = Counter(status for name, status in results(changed).items() if name.startswith("unit_test."))
    assert statuses == {"pass": sum(unit_tests)}
    assert (summary.passed, sum(unit_tests) >= 20) == (True, True)
    assert table_digests(changed.dsn) == before


def test_wrong_events_and_hostile_objects_stop_no_mart_and_are_named_by_build_check_and_the_page(
    changed: WholeRun,
) -> None:
    lake, before = Lake.open(changed.lake), marts(changed)
    honest = [
        decode_event(key.split("/")[1], lake.store.read(key)) for key in lake.store.keys("raw/") if "_runs" not in key
    ]
    unknown, again = of_unknown_department(honest), repeated(honest)
    put(lake.store, [*unknown, *again])
    hostile = decorate_folder(Path(changed.lake))
    stage(lake)
    load(lake, changed.dsn)

    with quick_builds():
        built = build(changed.dsn)

    assert (built.passed, built.tests_warned, built.wrong_events) == (True, (), len(unknown) + len(again))
    assert marts(changed) == before
    with open_warehouse(changed.dsn) as warehouse:
        report = check(lake, warehouse)
        write_report(warehouse, changed.folder / "report")
        rows = warehouse.query("SELECT * FROM hospital_staging.stg_wrong_events").to_pylist()
        at_unknown = warehouse.query(
            "SELECT department_name, count() AS n FROM hospital_curated.fact_admissions "
            f"JOIN hospital_curated.dim_department USING department_key WHERE department_id = '{NOWHERE}' GROUP BY 1"
        ).to_pylist()
    write_powerbi(changed.dsn, changed.folder / "powerbi")
    assert {(row["event_type"], row["event_id"]) for row in rows if row["problem"] == "repeated"} == names(again)
    assert {(row["event_type"], row["event_id"]) for row in rows if row["problem"] != "repeated"} == names(unknown)
    assert at_unknown == [{"department_name": "Unknown", "n": 1}]
    assert report.quarantined == {"foreign_key": len(hostile)}
    failed = {result.check_name: result for result in report.checks if not result.passed}
    for name, events in (("events_not_repeated", again), ("departments_known", unknown)):
        assert failed[name].observed == len(events)
        keys = sorted(f"raw/{event_key(event)}" for event in events)
        assert sorted(row.partition(" ")[0] for row in failed[name].rows) == keys
        assert any(
            f"hospital-elt quarantine add {key} --reason TEXT --lake {lake.url}" in failed[name].detail for key in keys
        )
    for page in (changed.folder / "report").glob("*.html"):
        assert f"wrong events: {built.wrong_events}" in page.read_text()
    trust = (changed.folder / "report" / "trust.html").read_text()
    assert [event.event_id for event in (*unknown, *again) if event.event_id not in trust] == []


def marts(run: WholeRun) -> dict[str, tuple[int, int]]:
    """Return the digests of the tables of the marts."""
    return {name: digest for name, digest in table_digests(run.dsn).items() if name.startswith("hospital_marts.")}


def test_a_warehouse_of_another_version_is_refused(changed: WholeRun) -> None:
    lake = Lake.open(changed.lake)
    for version, message in ((99, "newer version .* upgrade"), (1, "older version .* new one")):
        with open_warehouse(changed.dsn) as warehouse:
            warehouse.execute("TRUNCATE TABLE hospital_raw.warehouse_version")
            warehouse.execute(f"INSERT INTO hospital_raw.warehouse_version VALUES ({version})")
        for command in (lambda: load(lake, changed.dsn), lambda: build(changed.dsn)):
            with pytest.raises(WarehouseError, match=message):
                command()


def test_a_warehouse_without_a_load_is_a_wrong_call(tmp_path: Path) -> None:
    with open_warehouse(f"chdb://{tmp_path}/warehouse", create=True):
        pass
    with pytest.raises(WrongCallError, match="hospital-elt load"):
        build(f"chdb://{tmp_path}/warehouse")


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_interrupted_or_killed_takes_dbt_with_it(changed: WholeRun, ended_by: signal.Signals) -> None:
    process = subprocess.Popen(
        [*INTERRUPTED, changed.dsn], stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
    )
    while process.poll() is None and not psutil.Process(process.pid).children():
        time.sleep(0.05)
    time.sleep(0.2)  # So that the build waits for dbt, which it has started.
    process.send_signal(ended_by)
    _, said = process.communicate(timeout=60)
    assert process.returncode > 0 or process.returncode == -signal.SIGKILL, said
    patience = time.monotonic() + 10
    while ended_by == signal.SIGKILL and time.monotonic() < patience and is_locked(changed):
        time.sleep(0.05)
    with open_warehouse(changed.dsn) as warehouse:
        assert warehouse.has_table("raw", "admission")


def is_locked(run: WholeRun) -> bool:
    """Return whether a process holds the warehouse of a run."""
    try:
        DirectoryLock(run.folder / "warehouse").release()
    except WarehouseInUseError:
        return True
    return False


def test_a_model_reads_its_own_layer_and_those_before_it(st_brides: WholeRun) -> None:
    layers = {"staging": 0, "record": 1, "curated": 1, "intermediate": 2, "marts": 3}
    nodes = json.loads((st_brides.folder / "warehouse" / "dbt" / "manifest.json").read_text())["nodes"]
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    layer = {name: layers[node["fqn"][1]] for name, node in models.items()}
    above = [
        (name, parent)
        for name, node in models.items()
        for parent in node["depends_on"]["nodes"]
        if layer.get(parent, 0) > layer[name]
    ]
    assert above == []


def test_a_build_of_selected_models_records_nothing(small_hospital: SmallHospital, tmp_path: Path) -> None:
    dsn = small_hospital.copied(tmp_path / "hospital").dsn
    run_dbt(dsn, "run", "--select", "+mart_waiting_now")
    with open_warehouse(dsn) as warehouse:
        assert warehouse.has_table("intermediate", "int_department_days")
        assert not warehouse.has_table("intermediate", "built_files")


def test_the_project_is_usable_on_its_own_and_documents_itself_without_a_network(
    changed: WholeRun, tmp_path: Path
) -> None:
    project = shutil.copytree(MODELS, tmp_path / "models")
    (project / "models" / "marts" / "longest_list.sql").write_text(OWN_MODEL + BESIDE_ANOTHER_BUILD)
    nowhere = "http://127.0.0.1:9"
    environment = os.environ | {"http_proxy": nowhere, "https_proxy": nowhere}
    environment["HOSPITAL_WAREHOUSE_PATH"] = changed.dsn.removeprefix("chdb://")
    shown = ["show --select fact_admissions", "compile --select +mart_pressure_index --target-path shown"]
    nothing_new = "run --select int_months_to_build int_stays_to_build int_departments_changed"
    words = [
        "build --select stg_admissions dim_patient",
        nothing_new,
        *shown,
        "run",
        "docs generate --static",
        "source freshness",
    ]
    command = [sys.executable, "-c", DBT_ALONE.format(words=words)]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "where 1 = 0" not in (project / "shown/compiled/hospital/models/marts/mart_pressure_index.sql").read_text()
    built, catalog, freshness, manifest = (
        json.loads((project / name).read_text())
        for name in ("results.json", "target/catalog.json", "target/sources.json", "target/manifest.json")
    )
    assert {result["status"] for result in built["results"]} == {"success", "pass"}
    assert "mart_pressure_index" in (project / "target" / "static_index.html").read_text()
    models = {path.stem for path in (project / "models").rglob("*.sql")}
    assert {name.split(".")[2] for name in catalog["nodes"]} == models
    assert [result["status"] for result in freshness["results"]] == ["pass"] * 4
    assert {exposure["name"] for exposure in manifest["exposures"].values()} == {"dashboard", "power_bi"}
    assert "another build of this warehouse ran at the same time" in done.stdout
    with open_warehouse(changed.dsn) as warehouse:
        assert warehouse.has_table("marts", "longest_list")
        assert missing_models(warehouse, MODELS) == ["built_files"], "the next build makes everything"
