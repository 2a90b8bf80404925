"""The report: the warehouse's marts as HTML pages that open from disk, without a network.

``write_report`` reads the marts and writes ``index.html``, the other pages, and one folder with their style, scripts,
chart library and rows. Figures come from the marts unchanged: only counts are summed, percentiles never combined.

- ``figures`` reads the marts with the statements of ``queries``; ``check_results`` reads the checks of the data.
- ``charts`` holds the charts as Vega-Lite; ``page``, ``hospital_table`` and ``check_tables`` write HTML.
- ``assets`` lists the files that the pages load; ``encoding`` writes rows as JSON; ``web`` holds style and scripts.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from elt import EltError
from elt.warehouse import Warehouse

__all__ = ["ReportSummary", "ReportTargetError", "write_report"]

Files: TypeAlias = Sequence[tuple[str, bytes]]
_FOLDER = re.compile("assets-[0-9a-f]{12}")


class ReportTargetError(EltError):
    """The pages cannot be written (exit code 1)."""


@dataclass(frozen=True)
class ReportSummary:
    """Counts of a written report.

    Attributes:
        page: Path of the first page.
        hospitals: Hospitals in the report.
        departments: Departments of all hospitals.
        days: Days from the first to the last snapshot of the hospital with the longest period.
        failed_checks: Failed checks of the data.
        bytes: Size of all files.
    """

    page: Path
    hospitals: int
    departments: int
    days: int
    failed_checks: int
    bytes: int

    def as_dict(self) -> dict[str, object]:
        """Return the summary as the command shows it."""
        return asdict(self) | {"page": str(self.page)}


def write_report(warehouse: Warehouse, directory: Path) -> ReportSummary:
    """Write the report of a warehouse, in place of an older one in the same directory.

    Args:
        warehouse: A warehouse with built marts.
        directory: Directory of ``index.html`` and the other pages; created if it does not exist.

    Returns:
        Counts of the written report.

    Raises:
        NothingToReportError: If the marts are missing or empty.
        ReportTargetError: If the directory cannot be written.
    """
    from elt.report.assets import report_assets
    from elt.report.check_results import read_check_results
    from elt.report.figures import read_figures
    from elt.report.page import PAGES, report_html

    hospitals = read_figures(warehouse)
    checks = read_check_results(warehouse)
    assets = [(name, text.encode("utf-8")) for name, text in report_assets(hospitals, checks)]
    folder = _folder_name(assets)
    pages = [(page.file, report_html(page, hospitals, checks, folder).encode("utf-8")) for page in PAGES]
    try:
        _replace(directory, folder, assets, pages)
    except OSError as error:
        raise ReportTargetError(f"--out {directory}: cannot be written ({error.strerror or error})") from error
    return ReportSummary(
        page=directory / "index.html",
        hospitals=len(hospitals),
        departments=sum(len(hospital.departments) for hospital in hospitals),
        days=max((hospital.last_day - hospital.first_day).days + 1 for hospital in hospitals),
        failed_checks=checks.failures,
        bytes=sum(len(content) for _, content in [*assets, *pages]),
    )


def _folder_name(assets: Files) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for name, content in assets:
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return f"assets-{digest.hexdigest()}"


def _replace(directory: Path, folder: str, assets: Files, pages: Files) -> None:
    # The folder's name is a digest of its content, and renaming a page is atomic. So a reader who opens a page now gets
    # the older or the newer report, each with its own folder, never a mixture.
    (directory / folder).mkdir(parents=True, exist_ok=True)
    for name, content in assets:
        _write(directory / folder / name, content)
    for name, content in pages:
        _write(directory / name, content)
    for older in directory.iterdir():
        if _FOLDER.fullmatch(older.name) and older.name != folder:
            shutil.rmtree(older)


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(content)
    temporary.replace(path)
