"""Checks the files of a report: every field exists in the model, every visual has a title, a text and its place."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from elt.powerbi.model.semantic_model import SemanticModel
from elt.powerbi.pages.report_pages import HEIGHT, WIDTH

_KINDS = ("Column", "Measure")


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
    for path, content in contents.items():
        if path.endswith("/visual.json") and isinstance(content, dict):
            problems += [f"{path}: {problem}" for problem in _visual(path, content, model)]
    return problems


def _pages(contents: Mapping[str, object]) -> Iterator[str]:
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


def _visual(path: str, content: Mapping[str, object], model: SemanticModel) -> Iterator[str]:
    if content.get("name") != PurePosixPath(path).parent.name:
        yield f"its name {content.get('name')!r} is not that of its folder"
    yield from _position(content.get("position"))
    visual = content.get("visual")
    if not isinstance(visual, dict) or not visual.get("visualType"):
        yield "it has no visualType"
        return
    if not _text_of(visual, "general", "altText"):
        yield "it has no alternative text"
    if not _text_of(visual, "title", "text"):
        yield "it has no title"
    fields = list(_fields(visual))
    if not fields and visual["visualType"] != "textbox":
        yield "it shows no field"
    for kind, table, name in fields:
        yield from _field(kind, table, name, model)
    references = Counter(projection.get("queryRef") for projection in _projections(visual))
    yield from (f"shows {reference!r} twice" for reference, count in references.items() if count > 1)


def _field(kind: str, table: str, name: str, model: SemanticModel) -> Iterator[str]:
    if kind == "Measure":
        measure = model.measure(name)
        if measure is None or measure.table != table:
            yield f"there is no measure {name!r} in {table!r}"
    elif model.column(table, name) is None:
        yield f"there is no column {name!r} in {table!r}"


def _position(position: object) -> Iterator[str]:
    if not isinstance(position, dict):
        yield "it has no position"
        return
    x, y, width, height = (float(position.get(side, -1)) for side in ("x", "y", "width", "height"))
    if min(x, y) < 0 or min(width, height) <= 0 or x + width > WIDTH or y + height > HEIGHT:
        yield f"it does not fit on the page of {WIDTH} by {HEIGHT}"


def _text_of(visual: Mapping[str, object], group: str, name: str) -> str:
    """Return the text of a property of the visual's container; empty if it has none."""
    node: object = visual.get("visualContainerObjects")
    for step in (group, 0, "properties", name, "expr", "Literal", "Value"):
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and node:
            node = node[step]
        else:
            return ""
    return str(node or "").strip("'")


def _projections(visual: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    query = visual.get("query")
    state = query.get("queryState") if isinstance(query, dict) else None
    for role in state.values() if isinstance(state, dict) else ():
        yield from role.get("projections", ())


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
