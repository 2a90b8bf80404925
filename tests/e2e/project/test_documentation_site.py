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


def test_from_disk_the_search_finds_links_are_underlined_and_the_dark_can_be_chosen(
    built_once: Callable[[str, Callable[[Path], object]], Path], browser: "Browser"
) -> None:
    site = built_once("site", build_site)
    context = browser.new_context(color_scheme="light", offline=True)
    tab = context.new_page()
    tab.goto((site / "how-to" / "nightly.html").as_uri())

    tab.locator(".md-search__input").click()
    # What is typed before the index is there is not looked up.
    tab.get_by_text("Type to start searching").first.wait_for(state="attached", timeout=60_000)
    tab.locator(".md-search__input").press_sequentially("escalation")
    tab.locator(".md-search-result__link mark").first.wait_for(state="attached", timeout=20_000)
    tab.keyboard.press("Escape")
    link = tab.locator(".md-content article p a:not(.headerlink)").first
    assert link.evaluate("link => getComputedStyle(link).textDecorationLine") == "underline"
    schemes = []
    for _ in range(3):
        tab.locator("label.md-header__button:not([hidden])[title^='Colours']").click()
        schemes.append(tab.locator("body").get_attribute("data-md-color-scheme"))
    assert schemes == ["default", "slate", "default"]
    context.close()
