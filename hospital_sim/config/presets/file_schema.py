"""JSON Schema of a hospital file, derived from the classes of its tables, for editors that check and complete TOML.

It states what the types state: fields, types, limits, defaults and meanings. Constraints between fields are checked
when a hospital is loaded. It is draft 7 of JSON Schema, which Taplo reads, the TOML extension of most editors. Taplo
completes no fields that stand beside an ``allOf`` or within an ``if``, so tables have neither.
"""

import inspect
import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgspec

from hospital_sim.config.parts import BedChange, Escalation, Overflow, ScheduledList, SourceConfig
from hospital_sim.config.presets import preset_path, presets
from hospital_sim.config.presets.scaling import ScaledHospital
from hospital_sim.config.schema import Change, DepartmentConfig, HospitalConfig
from hospital_sim.config.text_files import read_text
from hospital_sim.distributions import Distribution
from hospital_sim.distributions.registry import OF_THIS_PACKAGE

Schema = dict[str, Any]

TABLES: tuple[type[msgspec.Struct], ...] = (
    HospitalConfig,
    DepartmentConfig,
    SourceConfig,
    ScheduledList,
    BedChange,
    Escalation,
    Overflow,
    Change,
    ScaledHospital,
)
"""The classes of the tables of a file, in the order in which a reader meets them."""

WITHOUT = "Fields that the change takes out of the department; each then has no value."
DEFAULTS = "Fields of every department that leaves them out, but ``id`` and ``name``."
SCALED_FROM = "Preset that each ``[[hospital]]`` of the file is scaled from."
HOSPITALS = "Hospitals, if there are several; each has the fields of one hospital."


def file_schema() -> Schema:
    """Return the JSON Schema of a hospital file, with the distributions of this package."""
    definitions = _definitions()
    hospital, department = definitions["HospitalConfig"], definitions["DepartmentConfig"]
    fields = department["properties"]
    shared = {name: field for name, field in fields.items() if name not in ("id", "name")}
    definitions["Defaults"] = _table(DEFAULTS, shared)
    definitions["ChangedDepartment"] = _changed_department(fields)
    definitions["Change"]["properties"]["department"]["items"] = _reference("ChangedDepartment")
    # A table of defaults may give the others.
    needed = [name for name in department["required"] if name in shared]
    department["required"] = [name for name in department["required"] if name not in shared]
    hospital["properties"]["defaults"] = {"allOf": [_reference("Defaults")], "description": DEFAULTS}
    of_all = {
        "scaled_from": {"enum": _models(), "description": SCALED_FROM},
        "hospital": {
            "type": "array",
            "items": {"anyOf": [_reference("HospitalConfig"), _reference("ScaledHospital")]},
            "minItems": 1,
            "description": HOSPITALS,
        },
    }
    scaled = {"scaled_from": True, "hospital": {"items": _reference("ScaledHospital")}}
    several = {"defaults": True, "hospital": {"items": _reference("HospitalConfig")}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Hospital file of hospital-sim",
        **_table(hospital["description"], hospital["properties"] | of_all),
        "if": {"required": ["hospital"]},
        "then": {
            "if": {"required": ["scaled_from"]},
            "then": {"properties": scaled, "additionalProperties": False},
            "else": {
                "properties": several,
                "additionalProperties": False,
                "allOf": [_needs(name, {"hospital": {"items": _needs_in_department(name)}}) for name in needed],
            },
        },
        "else": {
            "properties": {"scaled_from": False},
            "required": hospital["required"],
            "allOf": [_needs_in_department(name) for name in needed],
        },
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the JSON Schema of a hospital file as text."""
    return json.dumps(file_schema(), indent=1) + "\n"


def summary(cls: type) -> str:
    """Return the docstring of a class without its list of attributes."""
    return (inspect.getdoc(cls) or "").partition("\n\nAttributes:\n")[0]


def field_descriptions(cls: type) -> dict[str, str]:
    """Return the description of each attribute in the docstrings of a class and its bases, by name."""
    described: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        attributes = inspect.cleandoc(base.__doc__ or "").partition("\n\nAttributes:\n")[2]
        entries = re.findall(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", attributes, re.MULTILINE)
        described |= {name: " ".join(text.split()) for name, text in entries}
    return described


def _definitions() -> dict[str, Schema]:
    """Return the schema of each table and distribution, by the name of its class."""
    classes = (*TABLES, *OF_THIS_PACKAGE.values())
    _, definitions = msgspec.json.schema_components(
        classes, schema_hook=_any_distribution, ref_template="#/$defs/{name}"
    )
    for cls in classes:
        definition = definitions[cls.__name__]
        described = field_descriptions(cls)
        properties = definition["properties"]
        for field in msgspec.structs.fields(cls):
            meaning = described.get(field.name, "")
            properties[field.encode_name] = _property(field, properties[field.encode_name]) | {"description": meaning}
        definitions[cls.__name__] = _table(summary(cls), properties, definition["required"])
    arrivals = definitions["SourceConfig"]["properties"]["arrivals"]
    arrivals["anyOf"] = [{"type": "string"}, {name: arrivals.pop(name) for name in ("type", "items")}]
    return definitions


def _property(field: msgspec.structs.FieldInfo, schema: Schema) -> Schema:
    """Return the schema of a field as TOML can have it: without null, because TOML has none."""
    options = [option for option in schema.pop("anyOf", ()) if option != {"type": "null"}]
    result: Schema = schema | (options[0] if len(options) == 1 else {"anyOf": options} if options else {})
    if "prefixItems" in result:
        result["items"] = result.pop("prefixItems")[0]
    if "$ref" in result:
        result["allOf"] = [{"$ref": result.pop("$ref")}]
    if get_origin(field.type) is dict:
        keys, share = get_args(get_args(field.type)[0]), result["additionalProperties"]
        result |= {"properties": dict.fromkeys(keys, share), "additionalProperties": False}
    default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if default is None or default is msgspec.NODEFAULT:
        result.pop("default", None)
        return result
    return result | {"default": msgspec.json.decode(msgspec.json.encode(default))}


def _any_distribution(expected: type) -> Schema:
    if expected is Distribution:
        return {"anyOf": [_reference(cls.__name__) for cls in OF_THIS_PACKAGE.values()]}
    raise NotImplementedError(f"has no schema: {expected!r}")


def _changed_department(fields: Mapping[str, Schema]) -> Schema:
    optional = [field.name for field in msgspec.structs.fields(DepartmentConfig) if field.default is None]
    without = {"type": "array", "items": {"enum": optional}, "description": WITHOUT}
    return _table("A department that changes or opens.", {**fields, "without": without}, ["id"])


def _models() -> list[str]:
    """Return the presets of one hospital."""
    paths = {name: preset_path(name) for name in presets()}
    return [name for name, path in paths.items() if path and "hospital" not in tomllib.loads(read_text(path))]


def _needs_in_department(field: str) -> Schema:
    return _needs(field, {"department": {"items": {"required": [field]}}})


def _needs(field: str, properties: Schema) -> Schema:
    """Return a schema that holds for tables whose defaults lack a field."""
    with_default = {"required": ["defaults"], "properties": {"defaults": {"required": [field]}}}
    return {"if": with_default, "else": {"properties": properties}}


def _table(description: str, properties: Schema, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required or [],
        "additionalProperties": False,
    }


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
