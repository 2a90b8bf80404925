"""The documentation in a browser: from disk, without a network, and nothing wrong on the console."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages import build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e


def test_every_page_opens_from_disk_asks_nothing_of_a_network_and_draws_its_pictures(
    built_once: Callable[[str, Callable[[Path], object]], Path], browser: "Browser"
) -> None:
    site = built_once("site", build_site)
    pages = sorted(path for path in site.rglob("*.html") if path.name != "404.html")
    tab = browser.new_page()
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)

    assert len(pages) > 25
    for page in pages:
        tab.goto(page.as_uri(), wait_until="load")
        broken = tab.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)")
        assert not [*wrong, *broken], f"{page.relative_to(site)}: {wrong} {broken}"
    tab.close()
