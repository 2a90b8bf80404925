"""The command ``hospital-elt powerbi``: its summary, its errors and its exit codes."""

import json
from functools import partial
from pathlib import Path

import pytest
from command_lines import call

from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration

powerbi = partial(call, "hospital-elt", "powerbi")


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
    assert "no hospital_marts.mart_bed_utilisation; run hospital-elt build first" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_place_that_is_wrong_or_cannot_be_written_is_named(powerbi_warehouse: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    place, out = "redshift://me:secret@cluster.example/hospital", str(tmp_path / "out")
    for words, code, message in (
        (
            ["--warehouse", f"chdb://{tmp_path}/nothing", "--out", out],
            2,
            f"warehouse {tmp_path}/nothing: there is none",
        ),
        (["--warehouse", powerbi_warehouse, "--out", out, "--connect", place], 2, "--connect redshift://"),
        (
            ["--warehouse", powerbi_warehouse, "--out", f"{tmp_path}/taken"],
            1,
            f"--out {tmp_path}/taken: cannot be written",
        ),
    ):
        done = powerbi(*words)
        assert (done.returncode, done.stdout) == (code, "")
        assert message in done.stderr
        assert "secret" not in done.stderr
