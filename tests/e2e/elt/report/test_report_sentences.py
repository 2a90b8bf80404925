"""Every sentence at the top of a page is true of the patients, for any hospital, department and period."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from oracle_lake import any_hospitals
from oracle_marts import write_marts
from page_facts import Facts, HospitalEvents, days_of
from page_sentences import SENTENCES, wrong_sentences

from elt.report.assets import report_assets, web_file
from elt.report.check_results import CheckResults
from elt.report.figures import read_figures
from elt.warehouse import open_warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.e2e

_SAY = """
window.said = () => [...worlds.values()].flatMap(world => ["", ...world.departments].flatMap(department =>
  world.periods.map(period => ({
    hospital: world.id, department, period: period.key,
    leads: Object.fromEntries(Object.keys(leads).map(
      page => [page, leads[page]({ world, department, period }, numbersOf({ world, department, period }))])),
  }))));
"""


def test_every_sentence_of_a_page_is_true_of_the_patients(browser: "Browser", tmp_path: Path, soak: bool) -> None:
    hospitals = {hospital.config.id: hospital for hospital in any_hospitals(100 if soak else 8)}
    events = {
        name: hospital.simulate("2024-12-27", "2025-01-12", seed=7).events for name, hospital in hospitals.items()
    }
    with open_warehouse(f"chdb://{tmp_path / 'warehouse'}", create=True) as warehouse:
        write_marts(warehouse, tmp_path, [event for each in events.values() for event in each])
        said = _said(browser, dict(report_assets(read_figures(warehouse), CheckResults([], None, None))))

    by_hospital = {name: HospitalEvents(each) for name, each in events.items()}
    wrong, spoken = [], Counter[str]()
    for choice in said:
        own = by_hospital[choice["hospital"]]
        first, last = days_of(choice["period"], own.days[0], own.days[-1])
        facts = Facts(own, choice["department"], first, last)
        for page, text in choice["leads"].items():
            spoken[page] += 1
            spoken.update(
                words for words in ("at once, half", "no patient had", "every patient had") if words in text.casefold()
            )
            wrong += [(choice, page, sentence) for sentence in wrong_sentences(page, text, facts)]
    assert wrong[:3] == []
    assert len(wrong) == 0
    assert spoken.keys() >= {*SENTENCES, "at once, half", "no patient had", "every patient had"}
    assert spoken["waiting"] > 100


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
