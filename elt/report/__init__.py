"""The report: the warehouse's marts as one HTML page that opens from disk, without a network.

``write_report`` reads the marts, and writes ``index.html`` with its style, its script, the chart library and all rows
inside. Figures come from the marts as they are: percentiles are never combined, and what is added up are counts.
"""

from dataclasses import dataclass
from pathlib import Path

from elt.errors import EltError
from elt.warehouse import Warehouse

__all__ = ["ReportSummary", "ReportTargetError", "write_report"]


class ReportTargetError(EltError):
    """The page cannot be written (exit code 1)."""


@dataclass(frozen=True)
class ReportSummary:
    """What was written.

    Attributes:
        page: Path of the page.
        hospitals: Hospitals on it.
        departments: Departments of them all.
        days: Days from the first to the last snapshot of the hospital with the longest period.
        failed_checks: Checks that failed, as the page says.
        size: Bytes of the page.
    """

    page: Path
    hospitals: int
    departments: int
    days: int
    failed_checks: int
    size: int


def write_report(warehouse: Warehouse, directory: Path) -> ReportSummary:
    """Write the report of a warehouse; an older one in the same directory is replaced whole.

    Args:
        warehouse: A warehouse with built marts.
        directory: Where ``index.html`` goes; made if it is not there.

    Returns:
        What was written.

    Raises:
        NothingToReportError: If the marts are missing or empty.
        ReportTargetError: If the directory cannot be written.
    """
    from elt.report.figures import read_figures
    from elt.report.page import report_page
    from elt.report.trust import read_trust

    hospitals = read_figures(warehouse)
    trust = read_trust(warehouse)
    content = report_page(hospitals, trust).encode("utf-8")
    page = directory / "index.html"
    _replace(page, content)
    return ReportSummary(
        page=page,
        hospitals=len(hospitals),
        departments=sum(len(hospital.departments) for hospital in hospitals),
        days=max((hospital.last_day - hospital.first_day).days + 1 for hospital in hospitals),
        failed_checks=trust.failures,
        size=len(content),
    )


def _replace(page: Path, content: bytes) -> None:
    # Written aside and renamed: who opens the page while it is written sees the older one, never half of it.
    aside = page.with_name(".index.html.new")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(page)
    except OSError as error:
        raise ReportTargetError(f"--out {page.parent}: cannot be written ({error.strerror or error})") from error
