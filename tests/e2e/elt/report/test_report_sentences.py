"""Every sentence at the top of a page is true of the patients, for any hospital, department and period."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from oracle_lake import any_hospitals
from oracle_marts import write_marts
from page_facts import Facts, HospitalEvents, days_of
from page_sentences import wrong_days, wrong_pressure, wrong_sentences

from elt.report.assets import report_assets, web_file
from elt.report.check_results import CheckResults
from elt.report.figures import read_figures
from elt.warehouse import open_warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

_ALL_KINDS = (
    "at once, half",
    "at once and nine",
    "no patient had",
    "every patient had",
    "the longest wait",
    "min",
    "shrank",
)
_SAY = """
window.said = () => [...worlds.values()].flatMap(world => ["", ...world.departments].flatMap(department =>
  world.periods.map(period => ({
    hospital: world.id, department, period: period.key, names: world.names,
    pressure: pressureWords({ world, department, period }),
    leads: Object.fromEntries(Object.keys(leads).map(
      page => [page, leads[page]({ world, department, period }, numbersOf({ world, department, period }))])),
  }))));
"""


def test_every_sentence_of_a_page_is_true_of_the_patients(browser: "Browser", tmp_path: Path, soak: bool) -> None:
    events = {
        hospital.config.id: hospital.simulate("2024-12-27", "2025-01-12", seed=7).events
        for hospital in any_hospitals(100 if soak else 8)
    }
    with open_warehouse(f"chdb://{tmp_path / 'warehouse'}", create=True) as warehouse:
        write_marts(warehouse, tmp_path, [event for each in events.values() for event in each])
        said = _said(browser, dict(report_assets(read_figures(warehouse), CheckResults([], None, None))))
    of_hospital = {name: HospitalEvents(each) for name, each in events.items()}

    wrong = {
        (choice["hospital"], choice["department"], choice["period"]): _wrong(choice, of_hospital) for choice in said
    }

    assert {choice: words for choice, words in wrong.items() if words} == {}
    assert len(wrong) > 100
    leads = " ".join(text for choice in said for text in choice["leads"].values()).casefold()
    assert [words for words in _ALL_KINDS if words not in leads] == []


def _wrong(choice: dict[str, Any], of_hospital: Mapping[str, HospitalEvents]) -> list[str]:
    """Return what is wrong in the words for a choice."""
    events, department, names = of_hospital[choice["hospital"]], choice["department"], choice["names"]
    start, end = events.days[0], events.days[-1]
    first, last = days_of(choice["period"], start, end)
    facts = Facts(events, department, first, last)
    until_last = {key: Facts(events, key, start, last) for key in ("", *names) if not department or key == department}
    others = {names[key]: each for key, each in until_last.items() if key}
    wrong = [words for page, text in choice["leads"].items() for words in wrong_sentences(page, text, facts)]
    wrong += wrong_pressure(choice["pressure"], names.get(department, "the hospital"), until_last[department], others)
    return [*wrong, choice["pressure"]["days"]] if wrong_days(choice["pressure"]["days"], facts) else wrong


def _said(browser: "Browser", assets: dict[str, str]) -> list[dict[str, Any]]:
    """Return what the script of the pages says of every choice, without drawing anything."""
    page = browser.new_page()
    page.add_script_tag(content=assets["report.js"])
    scripts = "\n".join(web_file(name) for name in ("rows.js", "words.js"))
    page.add_script_tag(content=f"(() => {{ {scripts} {_SAY} }})();")
    for name in sorted(assets):
        if name.startswith("hospital-"):
            page.add_script_tag(content=assets[name])
    said: list[dict[str, Any]] = page.evaluate("said()")
    page.close()
    return said
