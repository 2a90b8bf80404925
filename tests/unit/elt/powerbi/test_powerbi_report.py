"""The report shows only fields of the model, and the checks find faults in its files."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from elt.powerbi.checks.report_checks import report_problems
from elt.powerbi.files.report_files import report_files
from elt.powerbi.model.descriptions import described_tables
from elt.powerbi.model.measures import measures
from elt.powerbi.model.semantic_model import SemanticModel
from elt.powerbi.model.tables_and_relationships import model_relationships, model_tables
from elt.powerbi.pages.report_pages import report_pages

pytestmark = pytest.mark.unit

DESCRIBED = described_tables()
MODEL = SemanticModel(model_tables(DESCRIBED), model_relationships(DESCRIBED), measures())
PAGES = report_pages(MODEL)
FILES = report_files(PAGES, "hospital.SemanticModel")
Content = dict[str, Any]


def test_the_report_has_no_faults_and_the_pages_of_the_dashboard() -> None:
    assert report_problems(FILES, MODEL) == []
    assert [page.title for page in PAGES] == ["Pressure", "Waiting", "Beds", "Flow", "Trust in the data"]
    assert min(len(visual.alternative) for page in PAGES for visual in page.visuals) > 10


def test_every_page_has_the_same_slicers_and_they_hold_on_all_pages() -> None:
    for page in PAGES:
        slicers = [visual for visual in page.visuals if visual.slicer]
        assert [visual.title for visual in slicers] == ["Hospital", "Department", "Period"]
    visuals = [json.loads(text)["visual"] for path, text in FILES.items() if "visuals" in path]
    groups = [visual["syncGroup"]["groupName"] for visual in visuals if "syncGroup" in visual]
    assert Counter(groups) == {"Hospital": 5, "Department": 5, "Period": 5}


def test_no_two_visuals_of_a_page_overlap() -> None:
    for page in PAGES:
        for one, other in combinations([visual.place for visual in page.visuals], 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            below = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or below, (page.title, one, other)


def test_a_card_with_text_has_a_smaller_font_than_one_with_a_number() -> None:
    sizes = {
        visual["visualContainerObjects"]["title"][0]["properties"]["text"]["expr"]["Literal"]["Value"]: visual.get(
            "objects", {}
        ).get("labels")
        for path, text in FILES.items()
        if path.endswith("visual.json") and (visual := json.loads(text)["visual"])["visualType"] == "card"
    }
    small = {title.strip("'") for title, labels in sizes.items() if labels}
    assert small == {"Main component", "Most pressed department", "Level since"}


def state(content: Content) -> Content:
    """Return the fields of a visual, by role."""
    fields: Content = content["visual"]["query"]["queryState"]
    return fields


CARD, LINES = (
    next(path for path, text in FILES.items() if path.endswith("visual.json") and kind in text)
    for kind in ('"card"', '"lineChart"')
)
PAGE, ORDER = next(path for path in FILES if path.endswith("page.json")), "definition/pages/pages.json"
FAULTS: list[tuple[str, Callable[[Content], object], str]] = [
    (
        CARD,
        lambda card: state(card)["Values"]["projections"][0]["field"]["Measure"].update(Property="Ocupancy"),
        "there is no measure 'Ocupancy' in 'Key figures'",
    ),
    (
        LINES,
        lambda lines: state(lines)["Category"]["projections"][0]["field"]["Column"].update(Property="dat"),
        "there is no column 'dat' in 'dim_date'",
    ),
    (LINES, lambda lines: lines["visual"]["visualContainerObjects"].pop("general"), "it has no alternative text"),
    (CARD, lambda card: card.pop("name"), "its name None is not that of its folder"),
    (CARD, lambda card: card["position"].update(x=1200), "it does not fit on the page of 1280 by 720"),
    (PAGE, lambda page: page.pop("displayName"), "the page has no displayName"),
]


def test_each_fault_in_a_file_is_named() -> None:
    for path, change, message in FAULTS:
        content: Content = json.loads(FILES[path])
        change(content)
        assert report_problems(FILES | {path: json.dumps(content)}, MODEL) == [f"{path}: {message}"]
    unlisted = json.loads(FILES[ORDER])
    unlisted["pageOrder"].pop()
    (problem,) = report_problems(FILES | {ORDER: json.dumps(unlisted)}, MODEL)
    assert problem.startswith(f"{ORDER}: lists ")
    (problem,) = report_problems(FILES | {CARD: "{"}, MODEL)
    assert "is not JSON" in problem
