"""Fixtures: made-up reports, and a page of one in a browser."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_up_reports import reports

from elt.report.page import PageText

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["reports"]

# Counts drawings with a visible mark; axes, grid lines and text are not marks.
_DRAWINGS = """chart => [...document.querySelectorAll(`[data-chart="${chart}"] .vega-embed svg`)].filter(svg =>
  [...svg.querySelectorAll('.role-mark path, .role-mark line')].some(mark => {
    const box = mark.getBoundingClientRect();
    return mark.getAttribute('d') !== '' && box.width + box.height > 0;
  })).length"""


@dataclass(frozen=True)
class OpenPage:
    """A report open in a browser without a network, with the browser's messages and requests."""

    page: "Page"
    messages: list[str]
    requests: list[str]

    def choose(self, **labels: str) -> None:
        """Choose a hospital, a department or a period, and wait until the charts show it."""
        for choice, label in labels.items():
            self.page.evaluate("document.documentElement.dataset.drawn = 'no'")
            self.page.select_option(f"select[name={choice}]", label=label)
            self.wait_until_drawn()

    def go(self, page: PageText) -> None:
        """Follow the navigation to another page, and wait until its charts show."""
        if self.page.locator("h1").inner_text() != page.title:
            self.page.get_by_role("navigation").get_by_role("link", name=page.title, exact=True).click()
            self.page.wait_for_function("name => document.querySelector('h1')?.textContent === name", arg=page.title)
            self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        """Wait until the charts of the choice show."""
        self.page.wait_for_function("document.documentElement?.dataset.drawn === 'yes'", timeout=30_000)

    def number(self, key: str) -> float:
        """Return a headline number with every digit."""
        return float(self.page.locator(f"[data-number={key}] .value").get_attribute("data-value") or "nan")

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return self.page.locator(selector).inner_text()

    def drawings(self, chart: str) -> int:
        """Return how many drawings of a chart show at least one mark."""
        return int(self.page.evaluate(_DRAWINGS, chart))


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[..., OpenPage]]:
    """Open a page from disk and wait until its charts are drawn; any message of the browser fails the test."""
    contexts = []
    pages = []

    def opened(path: Path, *, width: int = 1300) -> OpenPage:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light", offline=True)
        contexts.append(context)
        messages: list[str] = []
        requests: list[str] = []
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: messages.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (messages.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.resolve().as_uri())
        pages.append(OpenPage(page, messages, requests))
        pages[-1].wait_until_drawn()
        return pages[-1]

    yield opened
    for context in contexts:
        context.close()
    assert [line for opened_page in pages for line in opened_page.messages] == []
