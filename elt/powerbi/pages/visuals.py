"""The visuals of a page as values, and the JSON of their files."""

from dataclasses import dataclass

from elt.powerbi.ids import stable_id
from elt.powerbi.pages.theme import Json
from elt.powerbi.quoting import pbir_text

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
_SCHEMA = f"{SCHEMAS}/item/report/definition/visualContainer/2.9.0/schema.json"

VISUAL_ROLES = {
    "card": {"Values"},
    "clusteredColumnChart": {"Category", "Y"},
    "columnChart": {"Category", "Y"},
    "lineChart": {"Category", "Y"},
    "pivotTable": {"Rows", "Columns", "Values"},
    "slicer": {"Values"},
    "tableEx": {"Values"},
    "textbox": set[str](),
}
"""The types of visuals in a report, each with its roles. Microsoft's schemas allow any text for both."""


@dataclass(frozen=True)
class Field:
    """A column or a measure that a visual shows.

    Attributes:
        table: Its table.
        name: Its name.
        is_measure: True for a measure, False for a column.
        label: Name that readers see; empty for ``name``.
    """

    table: str
    name: str
    is_measure: bool = False
    label: str = ""


@dataclass(frozen=True)
class Place:
    """Position and size of a visual, in pixels of a page of 1280 by 720."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Visual:
    """One visual of a page.

    Attributes:
        title: Heading above it, unique on its page.
        kind: Type of visual, one of ``VISUAL_ROLES``.
        place: Position and size.
        roles: The fields of each role, such as ``Category`` and ``Y``.
        alternative: Alternative text, for screen readers.
        colours: Colours of the measures, in their order; empty for the theme's.
        slicer: Mode of a slicer, ``Dropdown`` or ``Between``; empty for other visuals.
        text: Text of a text box.
        points: Font size of a card; 0 for the theme's.
    """

    title: str
    kind: str
    place: Place
    alternative: str
    roles: tuple[tuple[str, tuple[Field, ...]], ...] = ()
    colours: tuple[str, ...] = ()
    slicer: str = ""
    text: str = ""
    points: int = 0

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field that it shows."""
        return tuple(field for _, fields in self.roles for field in fields)


def visual_id(page: str, visual: Visual) -> str:
    """Return the name of a visual's folder."""
    return stable_id("visual", page, visual.title)


def visual_json(page: str, visual: Visual, order: int) -> Json:
    """Return the content of a visual's file.

    Args:
        page: Title of the page.
        visual: The visual.
        order: Its position in the tab order.
    """
    place = visual.place
    position = {"x": place.x, "y": place.y, "z": order, "width": place.width, "height": place.height, "tabOrder": order}
    content: Json = {"visualType": visual.kind}
    if visual.roles:
        content["query"] = {
            "queryState": {
                role: {"projections": [_projection(field, role) for field in fields]} for role, fields in visual.roles
            }
        }
    if objects := _objects(visual):
        content["objects"] = objects
    content["visualContainerObjects"] = {
        "title": [_properties(show=_literal("false" if visual.text else "true"), text=_text(visual.title))],
        "general": [_properties(altText=_text(visual.alternative))],
    }
    if visual.slicer:
        # The same group on every page, so a choice applies to all of them.
        content["syncGroup"] = {"groupName": visual.title, "fieldChanges": True, "filterChanges": True}
    content["drillFilterOtherVisuals"] = True
    return {"$schema": _SCHEMA, "name": visual_id(page, visual), "position": position, "visual": content}


def _projection(field: Field, role: str) -> Json:
    kind = "Measure" if field.is_measure else "Column"
    projection: Json = {
        "field": {kind: {"Expression": {"SourceRef": {"Entity": field.table}}, "Property": field.name}},
        "queryRef": f"{field.table}.{field.name}",
        "nativeQueryRef": field.name,
    }
    if role in ("Category", "Rows", "Columns"):
        projection["active"] = True
    return projection | ({"displayName": field.label} if field.label else {})


def _objects(visual: Visual) -> Json:
    objects: Json = {}
    if visual.text:
        style = {"fontSize": "20pt", "fontWeight": "bold"}
        runs = [{"textRuns": [{"value": visual.text, "textStyle": style}]}]
        objects["general"] = [{"properties": {"paragraphs": runs}}]
    if visual.slicer:
        objects["data"] = [_properties(mode=_text(visual.slicer))]
    if visual.points:
        objects["labels"] = [_properties(fontSize=_literal(f"{visual.points}D"))]
    if visual.colours:
        measures = [field for field in visual.fields if field.is_measure]
        objects["dataPoint"] = [
            _properties(fill={"solid": {"color": _text(colour)}})
            | {"selector": {"metadata": f"{field.table}.{field.name}"}}
            for field, colour in zip(measures, visual.colours, strict=True)
        ]
    return objects


def _properties(**properties: object) -> Json:
    return {"properties": properties}


def _literal(value: str) -> Json:
    return {"expr": {"Literal": {"Value": value}}}


def _text(text: str) -> Json:
    return _literal(pbir_text(text))
