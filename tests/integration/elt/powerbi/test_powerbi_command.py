"""The command ``hospital-elt powerbi``: its summary, its errors and its exit codes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration


def powerbi(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["hospital-elt", "powerbi", *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "200"},
    )


def test_the_summary_is_one_json_object(powerbi_warehouse: str, tmp_path: Path) -> None:
    done = powerbi("--warehouse", powerbi_warehouse, "--out", str(tmp_path / "out"), "--json")

    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["project"] == str(tmp_path / "out" / "hospital.pbip")
    assert summary["pages"] == 5
    assert summary["connector"] == "parquet"
    assert summary["parquet_files"] == len(list((tmp_path / "out" / "data").iterdir()))


def test_without_marts_one_line_of_error_says_what_to_do(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/empty"
    open_warehouse(dsn, create=True).close()

    done = powerbi("--warehouse", dsn, "--out", str(tmp_path / "out"))

    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "run hospital-elt build first" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_wrong_place_is_a_wrong_call(powerbi_warehouse: str, tmp_path: Path) -> None:
    place = "redshift://me:secret@cluster.example/hospital"

    done = powerbi("--warehouse", powerbi_warehouse, "--out", str(tmp_path / "out"), "--connect", place)

    assert done.returncode == 2
    assert "--connect redshift://" in done.stderr
    assert "secret" not in done.stderr + done.stdout
