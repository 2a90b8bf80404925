"""Visuals: what a page shows, and how a report file writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from elt.powerbi.ids import stable_id
from elt.powerbi.pages.theme import Json
from elt.powerbi.quoting import pbir_text

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
_SCHEMA = f"{SCHEMAS}/item/report/definition/visualContainer/2.9.0/schema.json"


@dataclass(frozen=True)
class Field:
    """A column or a measure that a visual shows.

    Attributes:
        table: The table that it is in.
        name: Its name.
        is_measure: Whether it is a measure.
        label: What readers see instead of the name; empty for the name.
    """

    table: str
    name: str
    is_measure: bool = False
    label: str = ""


@dataclass(frozen=True)
class Place:
    """Where a visual is on its page, in pixels of a page of 1280 by 720."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Visual:
    """One visual of a page.

    Attributes:
        title: What stands above it; its name within the page.
        kind: The type of visual, by Power BI's word.
        place: Where it is.
        roles: The fields of each role, such as ``Category`` and ``Y``.
        alternative: What it shows, in words, for who does not see it.
        colours: Colours of the measures, in their order; the theme's if empty.
        slicer: How a slicer offers its values, ``Dropdown`` or ``Between``; it is then the same on every page.
        text: The text of a text box.
        points: Size of the letters of a card; the theme's if 0.
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
        """Every field that it names."""
        return tuple(field for _, fields in self.roles for field in fields)


def visual_id(page: str, visual: Visual) -> str:
    """Return the name of a visual's folder."""
    return stable_id("visual", page, visual.title)


def visual_json(page: str, visual: Visual, order: int) -> Json:
    """Return a visual as its file holds it.

    Args:
        page: Name of the page.
        visual: What it shows.
        order: Its place in the order of tabs.
    """
    place = visual.place
    position = {"x": place.x, "y": place.y, "z": order, "width": place.width, "height": place.height, "tabOrder": order}
    shown: Json = {"visualType": visual.kind}
    if visual.roles:
        shown["query"] = {"queryState": {role: _projections(fields, role) for role, fields in visual.roles}}
    if objects := _objects(visual):
        shown["objects"] = objects
    shown["visualContainerObjects"] = {
        "title": [_properties(show=_literal("false" if visual.text else "true"), text=_text(visual.title))],
        "general": [_properties(altText=_text(visual.alternative))],
    }
    if visual.slicer:
        shown["syncGroup"] = {"groupName": visual.title, "fieldChanges": True, "filterChanges": True}
    shown["drillFilterOtherVisuals"] = True
    return {"$schema": _SCHEMA, "name": visual_id(page, visual), "position": position, "visual": shown}


def _projections(fields: Sequence[Field], role: str) -> Json:
    return {"projections": [_projection(field, role) for field in fields]}


def _projection(field: Field, role: str) -> Json:
    projection: Json = {
        "field": field_json(field),
        "queryRef": f"{field.table}.{field.name}",
        "nativeQueryRef": field.name,
    }
    if role in ("Category", "Rows", "Columns"):
        projection["active"] = True
    return projection | ({"displayName": field.label} if field.label else {})


def field_json(field: Field) -> Json:
    """Return a field as an expression of a report."""
    kind = "Measure" if field.is_measure else "Column"
    return {kind: {"Expression": {"SourceRef": {"Entity": field.table}}, "Property": field.name}}


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
