"""Draw the pictures of the dashboard and the bed board: python docs/pictures.py REPORT LAKE.

REPORT is the folder of a dashboard and LAKE its lake, such as those that ``make demo`` makes. Needs Chromium.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from hospital_sim.results.board import Board
from hospital_sim.results.read_back import read_history

IMAGES = Path(__file__).with_name("images")
_DRAWN = "document.documentElement?.dataset.drawn === 'yes'"
_WIDTH = 1200


def main(report: Path, lake: str) -> None:
    """Draw every picture into docs/images."""
    run, events = read_history(lake)
    with tempfile.TemporaryDirectory() as folder:
        board = Board(run, events).save(Path(folder) / "board.html")
        evening = f"{run.start + timedelta(days=14)}T20:00"
        _draw(
            "dashboard", (report / "index.html").resolve().as_uri(), 1240, lambda page: page.wait_for_function(_DRAWN)
        )
        _draw("bed-board", f"{board.as_uri()}#{evening}", 690, _point_at_a_delayed_patient)


def _draw(name: str, url: str, height: int, prepare: Callable[[Page], object]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": _WIDTH, "height": height}, color_scheme="light")
        page.goto(url)
        prepare(page)
        shot = Image.open(BytesIO(page.screenshot()))
        browser.close()
    # Colours stay as they are, because the legends are small.
    shot.convert("RGB").save(IMAGES / f"{name}.png", optimize=True)


def _point_at_a_delayed_patient(page: Page) -> None:
    """Walk along the beds of the third ward with the keyboard, so that the picture has a card."""
    page.locator("#wards canvas").nth(2).focus()
    page.keyboard.press("Home")
    for _ in range(60):
        if "Ready to leave" in page.locator("#card").inner_text():
            break
        page.keyboard.press("ArrowRight")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"error: give the folder of a dashboard and its lake: python {sys.argv[0]} demo/report demo/lake")
    main(Path(sys.argv[1]), sys.argv[2])
