"""The command ``hospital-elt report`` without marts, and with a directory that cannot be written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from elt.cli import app
from elt.report import ReportTargetError, write_report
from elt.report.figures import NothingToReportError
from elt.warehouse import Warehouse, open_warehouse
from hospital_sim.terminal import run

pytestmark = pytest.mark.e2e


def report(warehouse: Path, out: Path) -> int:
    return run(app, "hospital-elt", ["report", "--warehouse", f"chdb://{warehouse}", "--out", str(out)])


def test_a_warehouse_without_marts_has_nothing_to_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_warehouse(f"chdb://{tmp_path / 'empty'}", create=True).close()

    code = report(tmp_path / "empty", tmp_path / "out")

    output = capsys.readouterr()
    assert code == 1
    assert output.err.startswith("error: nothing to report: ")
    assert output.err.rstrip().endswith("run hospital-elt build first")
    assert len(output.err.splitlines()) <= 2
    assert not (tmp_path / "out").exists()


def test_marts_without_a_row_have_nothing_to_report(
    make_report: Callable[..., Path], warehouse: Warehouse, tmp_path: Path
) -> None:
    make_report({"days": 2})
    warehouse.execute("truncate table hospital_marts.mart_bed_utilisation")

    with pytest.raises(NothingToReportError, match="no day in mart_bed_utilisation; run hospital-elt build first"):
        write_report(warehouse, tmp_path / "other")


def test_a_missing_mart_is_named(make_report: Callable[..., Path], warehouse: Warehouse, tmp_path: Path) -> None:
    make_report({"days": 2})
    warehouse.execute("drop table hospital_marts.mart_long_stays")

    with pytest.raises(NothingToReportError, match="has no mart_long_stays; run hospital-elt build first"):
        write_report(warehouse, tmp_path / "other")


def test_a_missing_warehouse_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tmp_path / "none", tmp_path / "out") == 2
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_a_directory_that_cannot_be_written_is_named(
    make_report: Callable[..., Path], warehouse: Warehouse, tmp_path: Path
) -> None:
    make_report({"days": 2})
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ReportTargetError, match=r"--out .*file: cannot be written \(Not a directory|File exists"):
        write_report(warehouse, tmp_path / "file")


def test_the_directory_is_created(make_report: Callable[..., Path], warehouse: Warehouse, tmp_path: Path) -> None:
    make_report({"days": 2})

    assert write_report(warehouse, tmp_path / "a" / "b").page == tmp_path / "a" / "b" / "index.html"
