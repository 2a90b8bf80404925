"""Write docs/reference/hospital-file.md and the JSON Schema beside the presets: python docs/hospital_file.py.

Fields, types, limits, defaults and meanings come from the schema, examples from docs/every_field.toml.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from hospital_sim.config import presets
from hospital_sim.config.presets.file_schema import file_schema, schema_text
from hospital_sim.distributions.registry import OF_THIS_PACKAGE

DOCS = Path(__file__).parent
PAGE = DOCS / "reference" / "hospital-file.md"
SCHEMA = Path(presets.__file__).with_name("hospital.schema.json")
EXAMPLE = DOCS / "every_field.toml"
SCALED_EXAMPLE = """\
scaled_from = "england_acute"
hospital = [{ id = "north", name = "North Trust", general_and_acute_beds = 420 }]
"""

Table = dict[str, Any]

_TABLES = {
    "HospitalConfig": "The hospital",
    "DepartmentConfig": "[[department]]",
    "SourceConfig": "[[department.source]]",
    "ScheduledList": "[[department.source.schedule]]",
    "BedChange": "[[department.bed_change]]",
    "Escalation": "department.escalation",
    "Overflow": "department.overflow",
    "Change": "[[change]]",
    "ChangedDepartment": "[[change.department]]",
    "ScaledHospital": "[[hospital]]",
}
_WORDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
_FORMATS = {"date": "date", "date-time": "timestamp"}
_HEADER = "| field | meaning | type | unit | limits | default | example |\n|---|---|---|---|---|---|---|"
_MOST_SHOWN = 7

_INTRODUCTION = """\
# The hospital file

Every field of a hospital's TOML file. `docs/hospital_file.py` writes this page from the classes in
`hospital_sim.config`, where each field is defined; `hospital-sim schema` prints the same as JSON Schema, for
[editors](../how-to/hospital-file.md#in-an-editor). [Describe your hospital](../how-to/hospital-file.md) says which
fields belong together.

A field with the default *required* must be there; *none* means that there is no value. Fields of a department may stand
in `[defaults]` instead, but `id` and `name`. Multipliers are relative: a month of 2 has twice the
demand of a month of 1.
"""
_SEVERAL = """\
## [[hospital]], several in a file

Each `[[hospital]]` has the fields of one hospital; a table `[defaults]` at the top is for the departments of all. With
`scaled_from` at the top, each has these fields instead:
"""
_DISTRIBUTIONS = """\
## Distributions

A distribution is a table that names one: `stay = { distribution = "gamma", mean = 7.4, sd = 8.6 }`. Its values have the
unit of its field.
"""


def page() -> str:
    """Return the text of the page."""
    schema = file_schema()
    definitions = schema["$defs"]
    example = EXAMPLE.read_text(encoding="utf-8")
    used = examples(tomllib.loads(example))
    lines = [_INTRODUCTION]
    for name, title in _TABLES.items():
        lines += [
            _SEVERAL if name == "ScaledHospital" else f"## {title}\n\n{definitions[name]['description']}\n",
            _HEADER,
        ]
        properties = dict(definitions[name]["properties"])
        if name == "ScaledHospital":
            properties = {"scaled_from": schema["properties"]["scaled_from"], **properties}
        if name == "ChangedDepartment":
            properties = {"id": properties["id"], "without": properties["without"]}
        lines += [*_rows(name, properties, _required(name, definitions), used), ""]
        if name == "ChangedDepartment":
            lines.append("All other fields are those of a [department](#department).\n")
    lines.append(_DISTRIBUTIONS)
    for tag, cls in OF_THIS_PACKAGE.items():
        definition = definitions[cls.__name__]
        properties = {field: value for field, value in definition["properties"].items() if field != "distribution"}
        lines += [f"### {tag}\n\n{definition['description']}\n", _HEADER]
        lines += [*_rows(tag, properties, definition["required"], used), ""]
    lines.append(f"## An example with every field\n\n```toml\n{example}```\n")
    return "\n".join(lines)


def examples(document: Table) -> dict[tuple[str, str], object]:
    """Return the first value of each field in a document, by the name of its table or distribution and its own."""
    used: dict[tuple[str, str], object] = {}
    for name, table in _tables(document):
        for field, value in table.items():
            used.setdefault((name, field), value)
    scaled = tomllib.loads(SCALED_EXAMPLE)
    return used | {("ScaledHospital", field): value for field, value in (scaled | scaled["hospital"][0]).items()}


def _tables(document: Table) -> Iterator[tuple[str, Table]]:
    yield "HospitalConfig", document
    for department in [document.get("defaults", {}), *document["department"]]:
        yield "DepartmentConfig", department
        for source in department.get("source", ()):
            yield "SourceConfig", source
            yield from (("ScheduledList", entry) for entry in source.get("schedule", ()))
        yield from (("BedChange", entry) for entry in department.get("bed_change", ()))
        for field, name in (("escalation", "Escalation"), ("overflow", "Overflow")):
            yield name, department.get(field, {})
    for change in document["change"]:
        yield "Change", change
        yield from (("ChangedDepartment", entry) for entry in change["department"])
    yield from ((table["distribution"], table) for table in _distributions(document))


def _distributions(value: object) -> Iterator[Table]:
    if isinstance(value, dict):
        if "distribution" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _distributions(item)


def _required(name: str, definitions: dict[str, Table]) -> list[str]:
    """Return the fields that a table must have, if no table of defaults has them."""
    more = ["treatment_function_code", "beds"] if name == "DepartmentConfig" else []
    return [*definitions[name]["required"], *more, *(["scaled_from"] if name == "ScaledHospital" else [])]


def _rows(name: str, properties: Table, required: list[str], used: dict[tuple[str, str], object]) -> Iterator[str]:
    for field, schema in properties.items():
        default = "*required*" if field in required else _code(schema["default"]) if "default" in schema else "none"
        cells = [
            f"`{field}`",
            schema["description"],
            _type(schema),
            schema.get("unit", ""),
            _limits(schema),
            default,
            _code(used[name, field]),
        ]
        yield "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _type(schema: Table) -> str:
    if "anyOf" in schema:
        options = [option for option in schema["anyOf"] if "$ref" not in option]
        return " or ".join(map(_type, options)) if options else "[distribution](#distributions)"
    if "allOf" in schema or "$ref" in schema:
        return "table"
    if "enum" in schema:
        return "text"
    if schema["type"] == "array":
        return f"list of {_plural(_type(schema['items']))}"
    if schema["type"] == "object":
        return "table of numbers"
    return _FORMATS.get(schema.get("format", ""), _WORDS[schema["type"]])


def _plural(words: str) -> str:
    return words.replace("](", "s](") if "](" in words else f"{words}s"


def _limits(schema: Table) -> str:
    limits = [
        f"{sign} {schema[limit]:,}"
        for limit, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"))
        if limit in schema
    ]
    limits += [", ".join(f"`{value}`" for value in schema["enum"])] if "enum" in schema else []
    limits += [f"`{schema['pattern']}`"] if "pattern" in schema else []
    limits += [f"keys {', '.join(f'`{key}`' for key in schema['properties'])}"] if "properties" in schema else []
    limits += [f"{schema['minLength']} to {schema['maxLength']} characters"] if "maxLength" in schema else []
    if "maxItems" in schema:
        limits.append(f"{schema['maxItems']} values")
    elif "minItems" in schema:
        limits.append(f"at least {schema['minItems']}")
    items = schema.get("items", schema.get("additionalProperties"))
    limits += [f"each {_limits(items)}"] if isinstance(items, dict) and "$ref" not in items and _limits(items) else []
    return "; ".join(limits)


def _code(value: object) -> str:
    text = _toml(value)
    return f"`{text}`" if text else ""


def _toml(value: object) -> str:
    """Return a value as TOML; long lists and tables of tables are shortened."""
    if isinstance(value, list):
        if len(value) > _MOST_SHOWN and len(set(map(str, value))) == 1:
            return f"[{value[0]}, …] ({len(value)} times)"
        shown = value[:1] if value and isinstance(value[0], dict) else value[:3] if len(value) > _MOST_SHOWN else value
        return f"[{', '.join(map(_toml, shown))}{', …' if len(shown) < len(value) else ''}]"
    if isinstance(value, dict):
        if any(isinstance(item, list) and "distribution" not in value for item in value.values()) or len(value) > 4:
            return "{ … }"
        keys = {key: key if key.isidentifier() else f'"{key}"' for key in value}
        return "{ " + ", ".join(f"{keys[key]} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return value.isoformat() if isinstance(value, date) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
