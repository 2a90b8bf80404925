"""A build makes every model, runs every test, names the failed ones, and releases the warehouse."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from kills import hear_interrupts
from warehouse_tables import run_models, table_digests

import hospital_sim as hs
from elt import WrongCallError
from elt.build.record import missing_models
from elt.build.run import MODELS, BuildSummary, build
from elt.lake.lake import Lake
from elt.load.run import load
from elt.staging import stage
from elt.warehouse import SCHEMAS, WarehouseError, open_warehouse
from hospital_sim.storage import LocalStore

pytestmark = pytest.mark.integration


class Built(NamedTuple):
    dsn: str
    lake: Path
    summary: BuildSummary


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("build")
    lake, dsn = folder / "lake", f"chdb://{folder}/warehouse"
    hs.load("small").simulate("2024-01-20", "2024-03-10", seed=2, sink=lake / "raw")
    stage(Lake(LocalStore(lake)))
    load(Lake.open(str(lake)), dsn)
    return Built(dsn, lake, build(dsn))


def test_every_model_is_built_and_every_test_passes(built: Built) -> None:
    assert built.summary.passed
    assert built.summary.models == len(list((MODELS / "models").rglob("*.sql")))
    assert unit_tests() >= 20
    assert built.summary.tests_passed > unit_tests() + 70


def unit_tests() -> int:
    return sum(text.count("    given:") for text in map(Path.read_text, (MODELS / "models").rglob("*.yml")))


def test_every_mart_has_rows_on_the_days_that_have_snapshots_only(built: Built) -> None:
    with open_warehouse(built.dsn) as warehouse:
        for mart in ("mart_bed_utilisation", "mart_queue_growth", "mart_long_stays", "mart_waiting_now"):
            row = warehouse.query(
                f"SELECT min(date) AS first, max(date) AS last, count() AS n FROM hospital_marts.{mart}"
            ).to_pylist()[0]
            assert (str(row["first"]), str(row["last"]), row["n"]) == ("2024-01-20", "2024-03-10", 3 * 51)


def test_the_right_simulator_passes_every_check_of_its_own_record(built: Built) -> None:
    with open_warehouse(built.dsn) as warehouse:
        checks = warehouse.query("SELECT * FROM hospital_marts.mart_pressure_validation").to_pylist()
    assert [check for check in checks if not check["passed"]] == []
    assert {check["check_name"] for check in checks} >= {"requests_in_month", "requests", "season", "mean_occupancy"}


def test_building_again_gives_the_same_tables(built: Built) -> None:
    before = table_digests(built.dsn)
    run_models(built.dsn, "--full-refresh")
    assert table_digests(built.dsn) == before


def test_a_build_with_nothing_new_starts_no_dbt_and_says_so(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without_dbt:
        without_dbt.setattr(sys, "executable", "/nonexistent")
        again = build(built.dsn)
    assert again.up_to_date
    assert again.passed
    assert again.models == 0


def test_a_dropped_model_is_built_again_without_repeating_unit_tests(built: Built) -> None:
    before = table_digests(built.dsn)
    with open_warehouse(built.dsn) as warehouse:
        warehouse.execute("DROP TABLE hospital_marts.mart_waiting_now SYNC")
        assert missing_models(warehouse, MODELS) == ["mart_waiting_now"]
    again = build(built.dsn)
    assert again.passed
    assert again.tests_passed == built.summary.tests_passed - unit_tests()
    assert table_digests(built.dsn) == before


@pytest.mark.parametrize(("version", "told"), [(99, "newer version .* upgrade"), (1, "older version .* new one")])
def test_a_warehouse_of_another_version_is_refused(built: Built, tmp_path: Path, version: int, told: str) -> None:
    dsn = f"chdb://{tmp_path}/warehouse"
    load(Lake.open(str(built.lake)), dsn)
    with open_warehouse(dsn) as warehouse:
        warehouse.execute("TRUNCATE TABLE hospital_raw.warehouse_version")
        warehouse.execute(f"INSERT INTO hospital_raw.warehouse_version VALUES ({version})")
    for command in (lambda: load(Lake.open(str(built.lake)), dsn), lambda: build(dsn)):
        with pytest.raises(WarehouseError, match=told):
            command()


def test_a_build_writes_nothing_into_the_project(built: Built) -> None:
    assert not list(MODELS.rglob("target"))
    assert not list(MODELS.rglob("logs"))
    assert not list(MODELS.rglob(".user.yml"))


def test_a_failed_test_is_named_and_another_prefix_is_another_warehouse(built: Built) -> None:
    before = table_digests(built.dsn)
    load(Lake.open(str(built.lake)), built.dsn, "trust")
    with open_warehouse(built.dsn, "trust") as warehouse:
        warehouse.execute("INSERT INTO trust_raw.wait_snapshot SELECT * FROM trust_raw.wait_snapshot LIMIT 1")
    summary = build(built.dsn, "trust")
    assert not summary.passed
    assert any(name.startswith("unique_stg_wait_snapshots_event_id") for name in summary.tests_failed)
    assert summary.skipped > 0
    assert table_digests(built.dsn) == before


def test_a_warehouse_without_a_load_is_a_wrong_call(tmp_path: Path) -> None:
    with open_warehouse(f"chdb://{tmp_path}/warehouse", create=True):
        pass
    with pytest.raises(WrongCallError, match="hospital-elt load"):
        build(f"chdb://{tmp_path}/warehouse")


def test_a_build_that_is_interrupted_leaves_the_warehouse_free(built: Built) -> None:
    command = [
        sys.executable,
        "-c",
        "from elt.cli import main; main()",
        "build",
        "--full-refresh",
        "--warehouse",
        built.dsn,
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts)
    _wait_until_in_use(built.dsn)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode > 0, told
    with open_warehouse(built.dsn) as warehouse:
        assert warehouse.has_table("raw", "admission")


def _wait_until_in_use(dsn: str) -> None:
    lock = Path(dsn.removeprefix("chdb://")) / "hospital-elt.lock"
    before = lock.read_text()
    deadline = time.monotonic() + 30
    while lock.read_text() == before and time.monotonic() < deadline:
        time.sleep(0.05)


def test_the_project_is_usable_on_its_own(built: Built, tmp_path: Path) -> None:
    project = shutil.copytree(MODELS, tmp_path / "models")
    environment = os.environ | {"HOSPITAL_WAREHOUSE_PATH": built.dsn.removeprefix("chdb://")}
    dbt = [sys.executable, "-m", "dbt.cli.main", "--no-version-check", "--log-format", "json"]
    done = subprocess.run(
        [*dbt, "build", "--select", "stg_admissions", "dim_patient"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    results = json.loads((project / "target" / "run_results.json").read_text())["results"]
    assert {result["status"] for result in results} == {"success", "pass"}


def test_all_schemas_carry_the_prefix(built: Built) -> None:
    with open_warehouse(built.dsn) as warehouse:
        found = warehouse.query("SELECT name FROM system.databases WHERE name LIKE 'hospital%'")["name"].to_pylist()
    assert set(found) <= {f"hospital_{name}" for name in SCHEMAS}
    assert {"hospital_raw", "hospital_staging", "hospital_curated", "hospital_marts"} <= set(found)


def manifest(built: Built) -> dict[str, dict[str, dict[str, object]]]:
    return json.loads(Path(built.dsn.removeprefix("chdb://"), "dbt", "manifest.json").read_text())  # type: ignore[no-any-return]


def silently_appending(nodes: dict[str, dict[str, object]]) -> list[str]:
    """Return the incremental models that would append what is there already: no key, and no partition replaced."""
    found = []
    for node in nodes.values():
        config = node["config"]
        assert isinstance(config, dict)
        replaces = config.get("incremental_strategy") == "insert_overwrite" and config.get("partition_by")
        if config["materialized"] == "incremental" and not (config.get("unique_key") or replaces):
            found.append(str(node["name"]))
    return found


def test_no_incremental_model_appends_silently(built: Built) -> None:
    nodes = manifest(built)["nodes"]
    incremental = [node["name"] for node in nodes.values() if dict(node["config"])["materialized"] == "incremental"]  # type: ignore[call-overload]
    assert len(incremental) >= 14
    assert silently_appending(nodes) == []
    planted = {**nodes["model.hospital.fact_admissions"]}
    for config in ({"incremental_strategy": "append"}, {"partition_by": None}, {"incremental_strategy": None}):
        planted["config"] = {**dict(nodes["model.hospital.fact_admissions"]["config"]), **config}  # type: ignore[call-overload]
        assert silently_appending({"planted": planted}) == ["fact_admissions"]


def test_files_are_recorded_as_built_after_every_incremental_model(built: Built) -> None:
    nodes = manifest(built)["nodes"]
    incremental = {name for name, node in nodes.items() if dict(node["config"])["materialized"] == "incremental"}  # type: ignore[call-overload]
    needed = set(dict(nodes["model.hospital.built_files"]["depends_on"])["nodes"])  # type: ignore[call-overload]
    assert needed == incremental | {"model.hospital.files_to_build"}


def test_a_build_of_selected_models_records_no_files(built: Built, tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/warehouse"
    load(Lake.open(str(built.lake)), dsn)
    run_models(dsn, "--select", "+mart_waiting_now", "built_files")
    with open_warehouse(dsn) as warehouse:
        assert warehouse.query("SELECT * FROM hospital_curated.built_files").num_rows == 0


def test_docs_and_freshness_need_no_network(built: Built, tmp_path: Path) -> None:
    project = shutil.copytree(MODELS, tmp_path / "models")
    nowhere = "http://127.0.0.1:9"
    environment = os.environ | {
        "HOSPITAL_WAREHOUSE_PATH": built.dsn.removeprefix("chdb://"),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }
    for words in (["docs", "generate", "--static"], ["source", "freshness"]):
        done = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", *words],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    page = (project / "target" / "static_index.html").read_text()
    assert "mart_pressure_index" in page
    catalog = json.loads((project / "target" / "catalog.json").read_text())
    models = {path.stem for path in (MODELS / "models").rglob("*.sql")}
    assert {name.split(".")[2] for name in catalog["nodes"]} == models
    freshness = json.loads((project / "target" / "sources.json").read_text())["results"]
    assert {result["status"] for result in freshness} == {"pass"}
    assert len(freshness) == 4
    exposed = json.loads((project / "target" / "manifest.json").read_text())["exposures"]
    assert {exposure["name"] for exposure in exposed.values()} == {"dashboard", "power_bi"}
