"""The documentation is generated where it can be, builds strictly, and needs no network to be read."""

import importlib
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from command_server import quick_builds
from pages import build_site

from hospital_sim.events import EVENT_TYPES

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
DICTIONARY = DOCS / "data-dictionary.md"


@pytest.fixture(scope="module")
def site(built_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    return built_once("site", build_site)


def test_every_generated_page_and_picture_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("TARGET", "chdb"), ("PREFIX", "hospital")):
        monkeypatch.setenv(f"HOSPITAL_WAREHOUSE_{name}", value)
    generators = {name: runpy.run_path(str(DOCS / f"{name}.py")) for name in ("data_dictionary", "warehouse_tables")}
    lineage = runpy.run_path(str(DOCS / "lineage.py"))
    with quick_builds():
        nodes = lineage["tables"]()

    generated = {f"{name.replace('_', '-')}.md": generator["page"]() for name, generator in generators.items()}
    generated["reference/hospital-file.md"] = runpy.run_path(str(DOCS / "hospital_file.py"))["page"]()
    generated |= {"lineage.md": lineage["page"](nodes), "images/lineage.svg": lineage["picture"](nodes)}

    old = [name for name, text in generated.items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert not old, "run: make docs"


PUBLIC = (
    "hospital_sim",
    "hospital_sim.distributions",
    "hospital_sim.events",
    "hospital_sim.experiments",
    "hospital_sim.observe",
    "hospital_sim.sinks",
    "hospital_sim.storage",
    "elt.contracts",
    "elt.quality",
    "elt.report",
    "elt.staging",
    "elt.verification",
    "elt.warehouse",
)


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    pages = [site / "reference.html", *(site / "reference").glob("*.html")]
    identifiers = {name for page in pages for name in re.findall(r'id="([\w.]+)"', page.read_text(encoding="utf-8"))}

    names = [(module, name) for module in PUBLIC for name in importlib.import_module(module).__all__]
    # A function with the name of the module it is in stands there under both.
    missing = [
        f"{module}.{name}"
        for module, name in names
        if not {f"{module}.{name}", f"{module}.{name}.{name}"} & identifiers
    ]

    assert not missing


def test_every_notebook_is_a_page_with_its_pictures(site: Path) -> None:
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        page = (site / "notebooks" / f"{notebook.stem}.html").read_text(encoding="utf-8")
        assert page.count("<svg") > notebook.read_text(encoding="utf-8").count('"image/svg+xml"') > 0


def test_the_data_dictionary_has_every_field_with_its_meaning() -> None:
    text = DICTIONARY.read_text(encoding="utf-8")
    for event_type, fields in EVENT_TYPES.items():
        section = text.partition(f"\n## {event_type}\n")[2].partition("\n## ")[0]
        meanings = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*) \|", section, re.MULTILINE))

        assert set(meanings) == {"event_type", *fields.__struct_fields__}
        assert all(meanings.values()), event_type


def test_the_tables_of_the_warehouse_have_every_fact_dimension_and_mart() -> None:
    models = {
        model.stem
        for folder in ("curated", "marts")
        for model in (ROOT / "elt" / "models" / "models" / folder).glob("*.sql")
        if model.stem.startswith(("fact_", "dim_", "mart_"))
    }
    text = (DOCS / "warehouse-tables.md").read_text(encoding="utf-8")

    assert models
    assert models | {"stg_wrong_events"} == set(re.findall(r"^### (\w+)$", text, re.MULTILINE))


def test_every_page_is_in_the_navigation(site: Path) -> None:
    pages = {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in DOCS.rglob("*.md")}
    home = (site / "index.html").read_text(encoding="utf-8")

    assert pages
    assert {page for page in pages if f'href="{page}"' not in home} <= {"index.html"}


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)")
    imports = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)")

    found = [
        (page.relative_to(site).as_posix(), address)
        for pattern, ending in ((loads, "*.html"), (imports, "*.css"))
        for page in site.rglob(ending)
        for address in pattern.findall(page.read_text(encoding="utf-8"))
    ]

    assert not found


def test_the_links_and_pictures_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", readme)

    assert targets
    assert not [target for target in targets if "://" not in target and not (ROOT / target).exists()]
