"""The dbt adapter for chDB is found, says what its profile lacks, and speaks standard SQL."""

import subprocess
import sys
from pathlib import Path

import pytest
from command_server import dbt

pytestmark = pytest.mark.integration

PROJECT = """
name: tiny
version: "1.0"
config-version: 2
profile: tiny
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = "{{tiny: {{target: dev, outputs: {{dev: {{type: chdb, schema: tiny, threads: 3, path: {path}}}}}}}}}"

TESTS = """
models:
  - name: overwritten
    columns: [{name: k, data_tests: [unique]}]
unit_tests:
  - name: what_matched_nothing_is_null
    model: joined
    given:
      - {input: ref('one'), rows: [{k: 1, x: 5}, {k: 2, x: 6}]}
      - {input: ref('two'), rows: [{k: 2, x: 7}]}
    expect: {rows: [{k: 1, x: null}, {k: 2, x: 7}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (tmp_path / "warehouse").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE.format(path=tmp_path / "warehouse"))
    return folder


def test_dbt_lists_the_plugin() -> None:
    command = [sys.executable, "-m", "dbt.cli.main", "--version"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "- chdb: 1." in listed.replace("  ", "")
    assert "- clickhouse: 1." in listed.replace("  ", "")


def test_a_profile_without_a_path_is_told(project: Path) -> None:
    profiles = project / "profiles.yml"
    profiles.write_text(profiles.read_text().replace("path:", "no_path:"))
    done = dbt(project, "run")
    assert done.returncode != 0
    assert "'path' is missing" in done.stdout


def test_a_path_without_a_directory_is_told_and_not_made(project: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse").rmdir()
    done = dbt(project, "debug")
    assert done.returncode != 0
    assert f"there is no directory {tmp_path / 'warehouse'}" in done.stdout.replace("\n  ", " ")
    assert not (tmp_path / "warehouse").exists()


def test_the_connection_can_be_tried(project: Path) -> None:
    done = dbt(project, "debug")
    assert done.returncode == 0, done.stdout
    assert "Connection test: [OK connection ok]" in done.stdout


def test_a_directory_in_use_is_told(project: Path, tmp_path: Path) -> None:
    hold = "import chdb, sys; held = chdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command, pipe = [sys.executable, "-c", hold, str(tmp_path / "warehouse")], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        (project / "models" / "one.sql").write_text("select 1 as one")
        done = dbt(project, "run")
        holder.kill()
    assert done.returncode != 0
    assert "another process holds it" in done.stdout


def test_models_on_several_threads_mean_what_standard_sql_means(project: Path) -> None:
    models = {
        "one": "select 1 as k, cast(2 as bigint) as x",
        "two": "select 3 as k, cast(4 as bigint) as x",
        "joined": "select a.k as k, b.x as x from {{ ref('one') }} a left join {{ ref('two') }} b on a.k = b.k",
        "renamed": "select max(x) as x, count(*) as n from {{ ref('one') }} where x > 1",
        "months": "{{ config(partition_by='k') }} select number as k from numbers(150)",
        "overwritten": "{{ config(materialized='incremental', incremental_strategy='insert_overwrite', "
        "partition_by='k') }} select k, x from {{ ref('one') }}",
    }
    for name, sql in models.items():
        (project / "models" / f"{name}.sql").write_text(sql)
    (project / "models" / "tests.yml").write_text(TESTS)
    for _ in range(2):
        done = dbt(project, "build")
        assert done.returncode == 0, done.stdout
