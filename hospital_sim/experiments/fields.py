"""Hospitals that differ in something named, and in nothing else: not in demand either, unless that is what is named.

Demand that is derived from beds is fixed at what it was before the beds change, so that scenarios compare like with
like.
"""

from collections.abc import Mapping

import msgspec

from hospital_sim.config import DepartmentConfig, HospitalConfig, parse_hospital
from hospital_sim.config.offered_load import requests_per_day
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError

ALL_DEPARTMENTS = "*"

_INSTEAD = {"target_occupancy": "requests_per_day", "requests_per_day": "target_occupancy"}

Fields = dict[str, object]


def with_beds(config: HospitalConfig, changes: Mapping[str, int]) -> HospitalConfig:
    """Return a hospital with more or fewer beds in some departments, and the same demand.

    Args:
        config: The hospital.
        changes: Beds to add to each department, by its identifier; negative to take away. Bed spaces grow where the
            beds would not fit.

    Raises:
        ConfigurationError: If there is no such department, or too few beds are left.
    """
    departments = {entry.id: entry for entry in config.department}
    for name, change in changes.items():
        if name not in departments:
            raise ConfigurationError(f"department: {name!r} is not one of {', '.join(departments)}")
        if isinstance(change, bool) or not isinstance(change, int):
            raise ConfigurationTypeError(f"{name}: beds to add must be a whole number, such as +10, not {change!r}")
        department = departments[name]
        beds = department.beds + change
        if beds < 1:
            raise ConfigurationError(f"{name}: {change:+d} beds leave {beds} of {department.beds}; leave at least one")
        capacity = None if department.capacity is None else max(department.capacity, department.capacity + change)
        departments[name] = msgspec.structs.replace(with_fixed_demand(department), beds=beds, capacity=capacity)
    return _checked(msgspec.structs.replace(config, department=tuple(departments.values())))


def with_fields(config: HospitalConfig, fields: Mapping[str, object]) -> HospitalConfig:
    """Return a hospital with other values in some fields, checked as if it were read from a file.

    Args:
        config: The hospital.
        fields: The value of each field, by its path: ``"warmup_days"`` of the hospital, ``"cardiology.beds"`` of a
            department, ``"*.delay_share"`` of all departments, ``"cardiology.stay.mean"`` of a part.

    Raises:
        ConfigurationError: If there is no such department or field, or a value is wrong.
    """
    varied = {path.rpartition(".")[2] for path in fields}
    departments = config.department if varied & _INSTEAD.keys() else tuple(map(with_fixed_demand, config.department))
    document = _document(msgspec.structs.replace(config, department=departments))
    for path, value in fields.items():
        _set(document, path, msgspec.to_builtins(value))
    return parse_hospital(document)


def with_fixed_demand(department: DepartmentConfig) -> DepartmentConfig:
    """Return a department whose demand is given as requests a day, the same as if it was derived before."""
    if department.target_occupancy is None:
        return department
    return msgspec.structs.replace(department, target_occupancy=None, requests_per_day=requests_per_day(department))


def _set(document: Fields, path: str, value: object) -> None:
    name, dot, rest = path.partition(".")
    if not dot:
        _set_field(document, HospitalConfig.__struct_fields__, path, path, value)
        return
    entries = document["department"]
    departments: list[Fields] = list(entries) if isinstance(entries, list | tuple) else []
    chosen = [entry for entry in departments if name in (ALL_DEPARTMENTS, entry["id"])]
    if not chosen:
        known = ", ".join(str(entry["id"]) for entry in departments)
        raise ConfigurationError(f"{path}: {name!r} is not a department; there are {known}, and * for all")
    for entry in chosen:
        _set_field(entry, DepartmentConfig.__struct_fields__, rest, path, value)
    document["department"] = departments


def _set_field(table: Fields, known: tuple[str, ...], rest: str, path: str, value: object) -> None:
    field, dot, part = rest.partition(".")
    if field not in known or field in ("id", "department"):
        fields = ", ".join(name for name in known if name not in ("id", "department"))
        raise ConfigurationError(f"{path}: {field!r} is not a field that can vary; known are {fields}")
    if not dot:
        table[field] = value
        if field in _INSTEAD and _INSTEAD[field] in table:
            table[_INSTEAD[field]] = None
        return
    inner = table[field]
    if not isinstance(inner, dict) or part not in inner:
        raise ConfigurationError(f"{path}: {field} has no part {part!r}")
    table[field] = inner | {part: value}


def _checked(config: HospitalConfig) -> HospitalConfig:
    return parse_hospital(_document(config))


def _document(config: HospitalConfig) -> Fields:
    """Return a hospital as its file would hold it."""
    document: Fields = msgspec.json.decode(msgspec.json.encode(config))
    return document
