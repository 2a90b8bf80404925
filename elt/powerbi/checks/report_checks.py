"""Checks the files of a report: types, roles and fields of the visuals, their texts, and their places on the page."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import PurePosixPath

from elt.powerbi.model.semantic_model import SemanticModel
from elt.powerbi.pages.report_pages import HEIGHT, WIDTH
from elt.powerbi.pages.visuals import VISUAL_ROLES

_KINDS = ("Column", "Measure")

Json = Mapping[str, object]


def report_problems(files: Mapping[str, str], model: SemanticModel) -> list[str]:
    """Return the faults of a report, one line each; empty if it has none.

    Args:
        files: Text of its files, by their path in its folder.
        model: The model that it shows.
    """
    problems: list[str] = []
    contents: dict[str, object] = {}
    for path, text in files.items():
        try:
            contents[path] = json.loads(text)
        except json.JSONDecodeError as error:
            problems.append(f"{path}: is not JSON ({error})")
    problems += _pages(contents)
    visuals = {path: one for path, one in contents.items() if path.endswith("/visual.json") and isinstance(one, dict)}
    for path, content in visuals.items():
        problems += [f"{_called(path, content)}: {problem}" for problem in _visual(path, content, model)]
    return problems + list(_overlaps(visuals))


def _pages(contents: Json) -> Iterator[str]:
    metadata = contents.get("definition/pages/pages.json")
    order = metadata.get("pageOrder", []) if isinstance(metadata, dict) else []
    folders = sorted(PurePosixPath(path).parent.name for path in contents if path.endswith("/page.json"))
    if sorted(order) != folders:
        yield f"definition/pages/pages.json: lists {sorted(order)}, but there are {folders}"
    for path, content in contents.items():
        if not path.endswith("/page.json") or not isinstance(content, dict):
            continue
        if content.get("name") != PurePosixPath(path).parent.name:
            yield f"{path}: its name {content.get('name')!r} is not that of its folder"
        if not content.get("displayName"):
            yield f"{path}: the page has no displayName"


def _called(path: str, content: Json) -> str:
    """Return the title of a visual and its file."""
    return f"visual {_text_of(content.get('visual'), 'title', 'text')!r} ({path})"


def _visual(path: str, content: Json, model: SemanticModel) -> Iterator[str]:
    if content.get("name") != PurePosixPath(path).parent.name:
        yield f"its name {content.get('name')!r} is not that of its folder"
    x, y, width, height = _place(content)
    if min(x, y) < 0 or min(width, height) <= 0 or x + width > WIDTH or y + height > HEIGHT:
        yield f"it does not fit on the page of {WIDTH} by {HEIGHT}"
    visual = content.get("visual")
    kind = visual.get("visualType") if isinstance(visual, dict) else None
    if not isinstance(visual, dict) or kind not in VISUAL_ROLES:
        yield f"its visualType {kind!r} is none of {', '.join(VISUAL_ROLES)}"
        return
    for role in sorted(_roles(visual).keys() - VISUAL_ROLES[kind]):
        yield f"a {kind} has no role {role!r}"
    if not _text_of(visual, "general", "altText"):
        yield "it has no alternative text"
    if not _text_of(visual, "title", "text"):
        yield "it has no title"
    fields = list(_fields(visual))
    if not fields and VISUAL_ROLES[kind]:
        yield "it shows no field"
    for field in fields:
        yield from _field(*field, model)
    references = Counter(one.get("queryRef") for role in _roles(visual).values() for one in role.get("projections", ()))
    yield from (f"shows {reference!r} twice" for reference, count in references.items() if count > 1)


def _field(kind: str, table: str, name: str, model: SemanticModel) -> Iterator[str]:
    if kind == "Measure":
        measure = model.measure(name)
        if measure is None or measure.table != table:
            yield f"there is no measure {name!r} in {table!r}"
    elif model.column(table, name) is None:
        yield f"there is no column {name!r} in {table!r}"


def _overlaps(visuals: Mapping[str, Json]) -> Iterator[str]:
    for (path, one), (other_path, other) in combinations(sorted(visuals.items()), 2):
        if PurePosixPath(path).parents[1] != PurePosixPath(other_path).parents[1]:
            continue
        (x, y, width, height), (other_x, other_y, other_width, other_height) = _place(one), _place(other)
        side_by_side = x + width <= other_x or other_x + other_width <= x
        if not side_by_side and y < other_y + other_height and other_y < y + height:
            yield f"{_called(path, one)}: it covers a part of {_called(other_path, other)}"


def _place(content: Json) -> tuple[float, float, float, float]:
    """Return the position and the size of a visual, each -1 if it is missing."""
    position = content.get("position")
    sides = position if isinstance(position, dict) else {}
    x, y, width, height = (float(sides.get(side, -1)) for side in ("x", "y", "width", "height"))
    return x, y, width, height


def _text_of(visual: object, group: str, name: str) -> str:
    """Return the text of a property of the visual's container; empty if it has none."""
    node = visual
    for step in ("visualContainerObjects", group, 0, "properties", name, "expr", "Literal", "Value"):
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and node:
            node = node[step]
        else:
            return ""
    return str(node or "").strip("'")


def _roles(visual: Json) -> dict[str, dict[str, list[Json]]]:
    query = visual.get("query")
    state = query.get("queryState") if isinstance(query, dict) else None
    return state if isinstance(state, dict) else {}


def _fields(node: object) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, table and name of every field anywhere below a node."""
    if isinstance(node, list):
        for item in node:
            yield from _fields(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _KINDS and isinstance(value, dict):
                source = value.get("Expression", {}).get("SourceRef", {})
                yield key, str(source.get("Entity", "")), str(value.get("Property", ""))
            else:
                yield from _fields(value)
