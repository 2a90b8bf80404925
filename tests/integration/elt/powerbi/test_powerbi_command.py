"""The command ``hospital-elt powerbi``: its summary, its errors and its exit codes."""

from functools import partial
from pathlib import Path

import pytest
from command_lines import call

from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration

powerbi = partial(call, "hospital-elt", "powerbi")


def test_without_marts_one_line_of_error_says_what_to_do(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path}/empty"
    open_warehouse(dsn, create=True).close()

    done = powerbi("--warehouse", dsn, "--out", str(tmp_path / "out"))

    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert "no hospital_marts.mart_bed_utilisation; run hospital-elt build first" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_wrong_place_is_named(powerbi_warehouse: str, tmp_path: Path) -> None:
    place, out = "redshift://me:secret@cluster.example/hospital", str(tmp_path / "out")
    for words, message in (
        (["--warehouse", f"chdb://{tmp_path}/nothing"], f"warehouse {tmp_path}/nothing: there is none"),
        (["--warehouse", powerbi_warehouse, "--connect", place], "--connect redshift://"),
    ):
        done = powerbi(*words, "--out", out)
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert "secret" not in done.stderr
