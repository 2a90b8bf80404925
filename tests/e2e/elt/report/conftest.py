"""Fixtures: a warehouse with made-up marts, and its report in a browser."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_up_marts import MadeUpHospital, make_up

from elt.report import write_report
from elt.warehouse import Warehouse, open_warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with open_warehouse(f"chdb://{tmp_path / 'warehouse'}", create=True) as opened:
        yield opened


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

    def choose(self, choice: str, label: str) -> None:
        """Choose a hospital, a department or a period, and wait until the charts show it."""
        self.page.evaluate("document.documentElement.dataset.drawn = 'no'")
        self.page.select_option(f"select[name={choice}]", label=label)
        _wait_until_drawn(self.page)

    def go(self, page: str) -> None:
        """Follow the navigation to another page, and wait until its charts show."""
        self.page.get_by_role("navigation").get_by_role("link", name=page, exact=True).click()
        self.page.wait_for_function("name => document.querySelector('h1')?.textContent === name", arg=page)
        _wait_until_drawn(self.page)

    def number(self, key: str) -> str:
        """Return a headline number with every digit."""
        return self.page.locator(f"[data-number={key}] .value").get_attribute("data-value") or ""

    def drawings(self, chart: str) -> int:
        """Return how many drawings of a chart show at least one mark."""
        return int(self.page.evaluate(_DRAWINGS, chart))


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[..., OpenPage]]:
    """Open a page from disk and wait until its charts are drawn; any message of the browser fails the test."""
    contexts = []
    pages = []

    def opened(path: Path, *, width: int = 1300, dark: bool = False) -> OpenPage:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", offline=True
        )
        contexts.append(context)
        messages: list[str] = []
        requests: list[str] = []
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: messages.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (messages.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.resolve().as_uri())
        _wait_until_drawn(page)
        pages.append(OpenPage(page, messages, requests))
        return pages[-1]

    yield opened
    for context in contexts:
        context.close()
    assert [line for opened_page in pages for line in opened_page.messages] == []


def _wait_until_drawn(page: "Page") -> None:
    page.wait_for_function("document.documentElement?.dataset.drawn === 'yes'", timeout=10_000)


@pytest.fixture
def make_report(warehouse: Warehouse, tmp_path: Path) -> Callable[..., Path]:
    """Write the report of made-up hospitals and return its path."""

    def write(*hospitals: Mapping[str, object]) -> Path:
        make_up(warehouse, tmp_path, [MadeUpHospital(**hospital) for hospital in hospitals or [{}]])  # type: ignore[arg-type]
        return write_report(warehouse, tmp_path / "report").page

    return write
