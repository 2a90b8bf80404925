"""Changes the values of some fields of a hospital, and keeps the others and the demand.

Demand that is derived from beds and stays is fixed at its value before the change, so that scenarios have the same
demand. It changes only if a field of demand is changed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hospital_sim.config import DepartmentConfig, HospitalConfig, parse_hospital
from hospital_sim.config.sources import with_fixed_demand
from hospital_sim.distributions.numbers import to_python
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError

ALL_DEPARTMENTS = "*"

_ALTERNATIVE = {"target_occupancy": "requests_per_day", "requests_per_day": "target_occupancy"}


def with_fields(config: HospitalConfig, fields: Mapping[str, object]) -> HospitalConfig:
    """Return a hospital with new values in some fields, checked as if it were read from a file.

    Args:
        config: Configuration of the hospital.
        fields: New value of each field by its path: ``"warmup_days"`` of the hospital, ``"cardiology.beds"`` of a
            department, ``"*.delay_share"`` of all departments, ``"cardiology.stay.mean"`` of a part of a field.

    Raises:
        ConfigurationError: If a department or a field does not exist, or a value is wrong.
    """
    varied = {path.rpartition(".")[2] for path in fields}
    if not varied & _ALTERNATIVE.keys():
        config = msgspec.structs.replace(config, department=tuple(map(with_fixed_demand, config.department)))
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(config))
    for path, value in fields.items():
        try:
            plain = msgspec.to_builtins(value, enc_hook=to_python)
        except TypeError as error:
            raise ConfigurationTypeError(f"{path}: {error}") from error
        _set(document, path, plain)
    try:
        return parse_hospital(document)
    except ConfigurationError as error:
        # The error names a field of the hospital, which may not be one that was set, such as the demand of fewer beds.
        point = ", ".join(f"{path}={value}" for path, value in fields.items())
        raise type(error)(f"{point}: {error}") from error


def _set(document: dict[str, Any], path: str, value: object) -> None:
    name, dot, rest = path.partition(".")
    if not dot:
        _set_field(document, HospitalConfig.__struct_fields__, path, path, value)
        return
    departments = [*document["department"], *_opened(document)]
    chosen = [entry for entry in departments if name in (ALL_DEPARTMENTS, entry["id"])]
    if not chosen:
        known = ", ".join(entry["id"] for entry in departments)
        raise ConfigurationError(f"{path}: {name!r} is not a department; there are {known}, and * for all")
    for entry in chosen:
        _set_field(entry, DepartmentConfig.__struct_fields__, rest, path, value)
        _check_changes(document, entry, rest.partition(".")[0], path)


def _opened(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the tables of the departments that a change opens."""
    names = {entry["id"] for entry in document["department"]}
    for change in document["change"]:
        yield from (table for table in change["department"] if table["id"] not in names)
        names -= set(change["closed"])
        names |= {table["id"] for table in change["department"]}


def _check_changes(document: dict[str, Any], entry: dict[str, Any], field: str, path: str) -> None:
    """Refuse a value for a field that a change sets too, because the value would not hold from then on."""
    for position, change in enumerate(document["change"]):
        for table in change["department"]:
            if table is not entry and table["id"] == entry["id"] and field in table:
                day = change["from"]
                raise ConfigurationError(f"{path}: change[{position}] ({day}) sets this field too; leave it out there")


def _set_field(table: dict[str, Any], known: tuple[str, ...], rest: str, path: str, value: object) -> None:
    field, dot, part = rest.partition(".")
    if field not in known or field in ("id", "department", "change"):
        fields = ", ".join(name for name in known if name not in ("id", "department", "change"))
        raise ConfigurationError(f"{path}: {field!r} is not a field that can vary; known are {fields}")
    if not dot:
        table[field] = value
        if field in _ALTERNATIVE and _ALTERNATIVE[field] in table:
            table[_ALTERNATIVE[field]] = None
        return
    inner = table[field]
    if not isinstance(inner, dict) or part not in inner:
        raise ConfigurationError(f"{path}: {field} has no part {part!r}")
    table[field] = inner | {part: value}
