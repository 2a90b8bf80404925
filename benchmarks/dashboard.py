"""Measures the dashboard of a national run: 100 hospitals with 10 departments each, for a year.

Made-up marts (tests/support/made_up_marts.py) are put into an embedded warehouse first, which is not measured. Measured
are the writing of the report, and each page in Chromium without a network: the time to the first chart and to the last,
for the first and for another hospital. Each time is the median of the rounds.

Exits 1 if a page takes more than 2 seconds to its numbers and its first chart.

Run: python benchmarks/dashboard.py [hospitals] [rounds]
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from made_up_marts import MadeUpHospital, make_up
from playwright.sync_api import sync_playwright

from elt.report import write_report
from elt.report.page import PAGES
from elt.warehouse import open_warehouse

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

LIMIT_SECONDS = 2.0
FIRST_CHART = "document.querySelector('[data-chart] .vega-embed svg') !== null"
ALL_CHARTS = "document.documentElement.dataset.drawn === 'yes'"


def national(folder: Path, hospitals: int) -> Path:
    """Write the report of this number of hospitals; return its folder."""
    departments = {f"department_{number}": f"Department {number}" for number in range(10)}
    made_up = [
        MadeUpHospital(f"hospital_{number}", f"Hospital {number}", departments, days=366, seed=number)
        for number in range(hospitals)
    ]
    with open_warehouse(f"chdb://{folder / 'warehouse'}", create=True) as warehouse:
        make_up(warehouse, folder, made_up)
        began = time.perf_counter()
        summary = write_report(warehouse, folder / "report")
        seconds = time.perf_counter() - began
    print(f"written: {summary.hospitals} hospitals, {summary.bytes / 1e6:.1f} MB in {seconds:.1f} s")
    return summary.page.parent


def opened(context: "BrowserContext", address: str) -> tuple[float, float]:
    """Return the seconds until the first chart and the numbers above it, and until the last chart."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(FIRST_CHART)
    first = time.perf_counter() - began
    page.wait_for_function(ALL_CHARTS)
    last = time.perf_counter() - began
    page.close()
    return first, last


def main(hospitals: int = 100, rounds: int = 5) -> int:
    """Measure, print, and return 1 if a page is too slow."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("error: no chromium on this machine; install Debian's chromium", file=sys.stderr)
        return 1
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = national(Path(folder), hospitals)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1300, "height": 900}, offline=True)
        opened(context, (report / "index.html").as_uri())
        for page in PAGES:
            for hospital in ("", f"#hospital=hospital_{hospitals - 1}"):
                times = [opened(context, (report / page.file).as_uri() + hospital) for _ in range(rounds)]
                first, last = (statistics.median(seconds) for seconds in zip(*times, strict=True))
                slowest = max(slowest, first)
                print(f"{page.file:13} {hospital or '(first)':24} first chart {first:.2f} s, all charts {last:.2f} s")
        browser.close()
    return int(slowest > LIMIT_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main(*(int(word) for word in sys.argv[1:])))
