"""The report shows only fields of the model, and the checks find faults in its files."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest

from elt.powerbi.checks.report_checks import report_problems
from elt.powerbi.files.report_files import report_files
from elt.powerbi.model.descriptions import described_tables
from elt.powerbi.model.formulas import LookUp, leaves
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


def test_no_visual_shows_an_identifier() -> None:
    fields = [field for page in PAGES for visual in page.visuals for field in visual.fields]
    columns = {(field.table, field.name) for field in fields if not field.is_measure}
    texts = {
        (leaf.table, leaf.column)
        for measure in map(MODEL.measure, {field.name for field in fields if field.is_measure})
        if measure and not isinstance(measure.formula, LookUp)
        for leaf in leaves(measure.formula)
        if leaf.kind == "only"
    }
    assert {table for table, _ in columns} >= {"department", "dim_date", "hospital"}
    assert [name for _, name in columns | texts if name.endswith(("_id", "_key"))] == []
    assert ("mart_pressure_validation", "scope_name") in columns


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
    (CARD, lambda card: card["position"].update(x=-1), "it does not fit on the page of 1280 by 720"),
    (CARD, lambda card: card["visual"].update(visualType="crad"), "its visualType 'crad' is none of card, clustered"),
    (LINES, lambda lines: state(lines).update(X=state(lines).pop("Y")), "a lineChart has no role 'X'"),
    (PAGE, lambda page: page.pop("displayName"), "the page has no displayName"),
]


def called(path: str) -> str:
    """Return a visual as messages call it."""
    title = json.loads(FILES[path])["visual"]["visualContainerObjects"]["title"][0]["properties"]["text"]
    return f"visual {title['expr']['Literal']['Value']} ({path})"


def test_each_fault_in_a_file_is_named() -> None:
    for path, change, message in FAULTS:
        content: Content = json.loads(FILES[path])
        change(content)
        (problem,) = report_problems(FILES | {path: json.dumps(content)}, MODEL)
        assert problem.startswith(f"{path if path == PAGE else called(path)}: {message}")
    unlisted = json.loads(FILES[ORDER])
    unlisted["pageOrder"].pop()
    (problem,) = report_problems(FILES | {ORDER: json.dumps(unlisted)}, MODEL)
    assert problem.startswith(f"{ORDER}: lists ")
    (problem,) = report_problems(FILES | {CARD: "{"}, MODEL)
    assert "is not JSON" in problem


def test_two_visuals_on_one_place_are_named() -> None:
    page = PurePosixPath(LINES).parents[1]
    charts = sorted(path for path in FILES if PurePosixPath(path).parents[1:2] == (page,) and "Chart" in FILES[path])
    one, other = (json.loads(FILES[path]) for path in charts[:2])
    other["position"] = one["position"]

    (problem,) = report_problems(FILES | {charts[1]: json.dumps(other)}, MODEL)

    assert problem == f"{called(charts[0])}: it covers a part of {called(charts[1])}"
