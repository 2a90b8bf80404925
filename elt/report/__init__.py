"""The report: the warehouse's marts as HTML pages that open from disk, without a network.

``write_report`` reads the marts, and writes ``index.html``, the pages beside it, and one folder with their style, their
scripts, the chart library and all rows. Figures come from the marts as they are: percentiles are never combined, and
what is added up are counts.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from elt.errors import EltError
from elt.warehouse import Warehouse

__all__ = ["ReportSummary", "ReportTargetError", "write_report"]

Files: TypeAlias = Sequence[tuple[str, bytes]]
_FOLDER = re.compile("assets-[0-9a-f]{12}")


class ReportTargetError(EltError):
    """The pages cannot be written (exit code 1)."""


@dataclass(frozen=True)
class ReportSummary:
    """What was written.

    Attributes:
        page: Path of the first page.
        hospitals: Hospitals in the report.
        departments: Departments of them all.
        days: Days from the first to the last snapshot of the hospital with the longest period.
        failed_checks: Checks that failed, as the pages say.
        size: Bytes of all files.
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
        directory: Where ``index.html`` and the other pages go; made if it is not there.

    Returns:
        What was written.

    Raises:
        NothingToReportError: If the marts are missing or empty.
        ReportTargetError: If the directory cannot be written.
    """
    from elt.report.assets import report_assets
    from elt.report.check_results import read_trust
    from elt.report.figures import read_figures
    from elt.report.page import PAGES, report_html

    hospitals = read_figures(warehouse)
    trust = read_trust(warehouse)
    assets = [(name, text.encode("utf-8")) for name, text in report_assets(hospitals, trust)]
    folder = _folder_name(assets)
    pages = [(page.file, report_html(page, hospitals, trust, folder).encode("utf-8")) for page in PAGES]
    try:
        _replace(directory, folder, assets, pages)
    except OSError as error:
        raise ReportTargetError(f"--out {directory}: cannot be written ({error.strerror or error})") from error
    return ReportSummary(
        page=directory / "index.html",
        hospitals=len(hospitals),
        departments=sum(len(hospital.departments) for hospital in hospitals),
        days=max((hospital.last_day - hospital.first_day).days + 1 for hospital in hospitals),
        failed_checks=trust.failures,
        size=sum(len(content) for _, content in [*assets, *pages]),
    )


def _folder_name(assets: Files) -> str:
    content = hashlib.blake2b(digest_size=6)
    for name, text in assets:
        content.update(f"{name} {len(text)}\n".encode())
        content.update(text)
    return f"assets-{content.hexdigest()}"


def _replace(directory: Path, folder: str, assets: Files, pages: Files) -> None:
    # The folder is named by what is in it, and a page is written aside and renamed: who opens a page while the report
    # is written sees the older one or the newer one, each with its own folder, and never half of either.
    (directory / folder).mkdir(parents=True, exist_ok=True)
    for name, content in assets:
        _write(directory / folder / name, content)
    for name, content in pages:
        _write(directory / name, content)
    for older in directory.iterdir():
        if _FOLDER.fullmatch(older.name) and older.name != folder:
            shutil.rmtree(older)


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)
