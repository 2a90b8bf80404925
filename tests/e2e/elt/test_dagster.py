"""The definitions of the page on Dagster, as a user copies them, run in this process."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from command_server import quick_path
from pages import blocks
from st_brides import WholeRun

dg = pytest.importorskip("dagster")
pytest.importorskip("dagster_dbt")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
]


@pytest.fixture
def page(tmp_path: Path, st_brides: WholeRun) -> Iterator[ModuleType]:
    """The module of the page, with the dbt project as a build of another warehouse has read it."""
    (tmp_path / "dbt").mkdir()
    shutil.copy(st_brides.folder / "warehouse" / "dbt" / "manifest.json", tmp_path / "dbt")
    for block in blocks("docs/how-to/dagster.md"):
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    variables = {
        "HOSPITAL_HOME": str(tmp_path),
        "DAGSTER_HOME": str(tmp_path),
        "PATH": quick_path(),
        "HOSPITAL_WAREHOUSE_PREFIX": "hospital",
        "DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test",
    }
    with patch.dict(os.environ, variables):
        spec = importlib.util.spec_from_file_location("definitions", tmp_path / "definitions.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def _metadata(result: Any, asset: str) -> dict[str, Any]:
    materialized = result.asset_materializations_for_node(asset)[0]
    return {name: value.value for name, value in materialized.metadata.items()}


def test_a_night_takes_the_missed_days_too_and_a_backfill_of_them_writes_nothing(page: ModuleType) -> None:
    to_warehouse = [page.raw, page.staged, page.warehouse]
    instance = dg.DagsterInstance.ephemeral()

    first = dg.materialize(to_warehouse, partition_key="2024-01-02", instance=instance)
    night = dg.materialize(to_warehouse, partition_key="2024-01-05", instance=instance)
    missed = {"dagster/asset_partition_range_start": "2024-01-03", "dagster/asset_partition_range_end": "2024-01-04"}
    backfill = dg.materialize(to_warehouse, tags=missed, instance=instance)

    new = [_metadata(result, "raw")["objects"] for result in (first, night, backfill)]
    assert new[0] > 0
    assert new[1] > 0
    assert new[2] == 0
    assert [_metadata(result, "staged")["rows"] for result in (first, night, backfill)] == new
    assert sum(_metadata(backfill, "warehouse")["rows_in_warehouse"].values()) == sum(new)
    days = page.raw.partitions_def.get_partition_keys()[1:5]
    for asset in to_warehouse:
        assert instance.get_materialized_partitions(asset.key) == set(days)


def test_every_model_follows_the_load_and_the_check_comes_before_the_report(page: ModuleType) -> None:
    graph = page.defs.resolve_asset_graph()
    check = dg.AssetCheckKey(dg.AssetKey(["marts", "mart_pressure_index"]), "every_event_accounted_for")

    models = {path.stem for path in page.MODELS.glob("models/**/*.sql")}
    assert {key.path[-1] for key in page.models.keys} == models
    assert page.warehouse.key in graph.get(dg.AssetKey(["staging", "stg_admissions"])).parent_keys
    assert graph.external_asset_keys == set()
    assert page.report.key in graph.get(check.asset_key).child_keys
    assert graph.get(check).blocking
    assert page.defs.resolve_schedule_def("night_schedule").cron_schedule == "15 1 * * *"
    with dg.DagsterInstance.get() as instance:
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1


@pytest.mark.soak
def test_a_night_ends_with_a_report_and_a_lost_event_fails_its_check(page: ModuleType, tmp_path: Path) -> None:
    job = page.defs.resolve_job_def("night")

    night = job.execute_in_process(partition_key="2024-01-05")

    (checked,) = night.get_asset_check_evaluations()
    assert checked.passed
    assert Path(_metadata(night, "report")["page"]).is_file()
    next((tmp_path / "lake" / "staging").rglob("*.parquet")).unlink()
    lost = next((tmp_path / "lake" / "raw").rglob("admission/**/*.json"))
    lost.unlink()
    again = page.every_event_accounted_for()
    assert not again.passed
    assert "raw" in str(again.metadata["failed"].value)
