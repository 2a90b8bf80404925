"""The commands ``report`` and ``powerbi`` without marts, and a report in a directory that cannot be written."""

from pathlib import Path

import pytest
from command_lines import call
from made_up_marts import MadeUpHospital, make_up

from elt.report import ReportTargetError, write_report
from elt.report.figures import NothingToReportError
from elt.warehouse import open_warehouse

pytestmark = pytest.mark.e2e


def test_a_warehouse_without_marts_has_nothing_to_report(tmp_path: Path) -> None:
    with open_warehouse(f"chdb://{tmp_path}/empty", create=True) as warehouse:
        warehouse.execute("CREATE DATABASE hospital_raw")
    for command, message in (
        ("report", "error: nothing to report: "),
        ("powerbi", "no hospital_marts.mart_bed_utilisation; "),
    ):
        done = call("hospital-elt", command, "--warehouse", f"chdb://{tmp_path}/empty", "--out", f"{tmp_path}/out")

        assert done.returncode == 1
        assert message in done.stderr
        assert done.stderr.rstrip().endswith("run hospital-elt build first")
        assert len(done.stderr.splitlines()) <= 2
        assert not (tmp_path / "out").exists()


def test_a_page_has_the_newest_name_and_a_directory_or_mart_that_is_missing_is_made_or_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")
    with open_warehouse(f"chdb://{tmp_path / 'warehouse'}", create=True) as warehouse:
        make_up(warehouse, tmp_path, [MadeUpHospital(days=2)])

        # An earlier run, under a name that the hospital no longer has.
        warehouse.execute(
            "INSERT INTO hospital_raw.run SELECT * REPLACE "
            "('Zeta' AS hospital_name, '0' AS run_id, addDays(end_date, -9) AS end_date) FROM hospital_raw.run"
        )
        page = write_report(warehouse, tmp_path / "a" / "b").page
        assert page == tmp_path / "a" / "b" / "index.html"
        assert ("Alpha Infirmary" in page.read_text(), "Zeta" in page.read_text()) == (True, False)
        with pytest.raises(ReportTargetError, match=r"--out .*file: cannot be written \(Not a directory|File exists"):
            write_report(warehouse, tmp_path / "file")
        warehouse.execute("truncate table hospital_marts.mart_bed_utilisation")
        with pytest.raises(NothingToReportError, match="no day in mart_bed_utilisation; run hospital-elt build first"):
            write_report(warehouse, tmp_path / "other")
        warehouse.execute("drop table hospital_marts.mart_long_stays")
        with pytest.raises(NothingToReportError, match="has no mart_long_stays; run hospital-elt build first"):
            write_report(warehouse, tmp_path / "other")
