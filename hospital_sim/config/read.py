"""Reads hospitals from TOML. Every error names the file, the department and the field."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import NoReturn

import msgspec

from hospital_sim.config.arrivals import read_arrivals
from hospital_sim.config.changes import ALTERNATIVES, Fields, changed_fields, config_on
from hospital_sim.config.checks import check_hospital
from hospital_sim.config.parts import BedChange, Escalation, Overflow, ScheduledList, SourceConfig
from hospital_sim.config.presets import preset_path, presets
from hospital_sim.config.presets.scaling import ScaledHospital, scaled
from hospital_sim.config.schema import Change, DepartmentConfig, HospitalConfig
from hospital_sim.config.text_files import read_text, unusual_character
from hospital_sim.distributions import decode
from hospital_sim.distributions.numbers import to_python
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.events.validation_errors import ProblemKind, parse_validation_error, value_at


def read_hospitals(path: Path) -> tuple[HospitalConfig, ...]:
    """Read the hospitals of a TOML file.

    A file describes one hospital at its top level, or several as ``[[hospital]]``. A table ``[defaults]``, at the top
    or in a hospital, has fields for every department that leaves them out. With ``scaled_from`` at the top, the name of
    a preset, each hospital is that preset with other beds: it has the fields of ``ScaledHospital``.

    Args:
        path: The file.

    Returns:
        The hospitals, checked, in the order of the file.

    Raises:
        ConfigurationError: If the file cannot be read or a field is missing, unknown or wrong.
    """
    text = read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is not TOML: {error}{unusual_character(text, str(error))}") from error
    try:
        return parse_hospitals(document, path.parent)
    except ConfigurationError as error:
        raise type(error)(f"{path.name}: {error}") from error


def parse_hospitals(document: Mapping[str, object], folder: Path = Path()) -> tuple[HospitalConfig, ...]:
    """Check the hospitals of a parsed document (see ``read_hospitals``).

    Args:
        document: The tables.
        folder: Folder of the files that the document names.

    Raises:
        ConfigurationError: If a field is missing, unknown or wrong.
    """
    fields = dict(document)
    if "hospital" not in fields:
        return (parse_hospital(fields, folder),)
    entries = fields.pop("hospital")
    if not isinstance(entries, list) or not entries:
        raise ConfigurationTypeError("hospital: must be one or more [[hospital]] tables")
    if "scaled_from" in fields:
        read_one = partial(_scaled_hospital, _model(fields.pop("scaled_from")))
        known: tuple[str, ...] = ("hospital", "scaled_from")
    else:
        shared = _table(fields.pop("defaults", {}), "defaults")
        read_one = partial(_hospital_with_defaults, shared, folder)
        known = ("hospital", "defaults", "scaled_from")
    if fields:
        _unknown("", next(iter(fields)), known)
    hospitals = []
    for position, entry in enumerate(entries):
        where = f"hospital[{position}]"
        table = _table(entry, where)
        try:
            hospitals.append(read_one(table))
        except ConfigurationError as error:
            raise type(error)(f"{where}: {error}") from error
    _check_different(hospitals)
    return tuple(hospitals)


def parse_hospital(document: Mapping[str, object], folder: Path = Path()) -> HospitalConfig:
    """Check one hospital of a parsed document (arguments as in ``parse_hospitals``).

    Raises:
        ConfigurationError: If a field is missing, unknown or wrong.
    """
    fields = dict(document)
    changes = fields.pop("change", ())
    defaults = _table(fields.pop("defaults", {}), "defaults")
    for field in defaults:
        if field not in DepartmentConfig.__struct_fields__ or field in ("id", "name"):
            _unknown("defaults", field, DepartmentConfig.__struct_fields__)
    departments = fields.get("department", [])
    if not isinstance(departments, list | tuple):
        raise ConfigurationTypeError("department: must be one or more [[department]] tables")
    if not departments:
        raise ConfigurationError("department: missing; add at least one [[department]] table")
    tables = [_table(entry, f"department[{position}]") for position, entry in enumerate(departments)]
    fields["department"] = [_with_arrivals(_with_defaults(entry, defaults), folder) for entry in tables]
    try:
        config = msgspec.convert(fields, HospitalConfig, dec_hook=decode)
    except msgspec.ValidationError as error:
        _explain(error, tables, fields)
    check_hospital(config)
    if not isinstance(changes, list | tuple):
        raise ConfigurationTypeError("change: must be one or more [[change]] tables")
    for position, entry in enumerate(changes):
        where = f"change[{position}]"
        table = _table(entry, where)
        try:
            config = _with_change(config, table, defaults, folder)
        except ConfigurationError as error:
            day = f" ({table['from']})" if "from" in table else ""
            raise type(error)(f"{where}{day}: {error}") from error
    return config


def check_config(config: HospitalConfig) -> HospitalConfig:
    """Check a hospital that was created in Python as one from a file is checked, and return it.

    Raises:
        ConfigurationError: If a field has a wrong value or type.
    """
    if not isinstance(config, HospitalConfig):
        raise ConfigurationTypeError(f"config: must be a HospitalConfig, not {config!r}; load reads presets and files")
    return parse_hospital(msgspec.to_builtins(config, enc_hook=to_python))


def _hospital_with_defaults(shared: Fields, folder: Path, table: Fields) -> HospitalConfig:
    defaults = _with_defaults(_table(table.get("defaults", {}), "defaults"), shared)
    return parse_hospital(table | {"defaults": defaults}, folder)


def _model(name: object) -> HospitalConfig:
    """Return the preset that the hospitals of a file are scaled from."""
    path = preset_path(name) if isinstance(name, str) else None
    models = read_hospitals(path) if path else ()
    if len(models) != 1:
        problem = f"has {len(models)} hospitals, not one" if path else "is not a preset"
        raise ConfigurationError(f"scaled_from: {name!r} {problem}; presets are {', '.join(presets())}")
    return models[0]


def _scaled_hospital(model: HospitalConfig, table: Fields) -> HospitalConfig:
    for field in table:
        if field not in ScaledHospital.__struct_fields__:
            _unknown("", field, ScaledHospital.__struct_fields__)
    try:
        size = msgspec.convert(table, ScaledHospital)
    except msgspec.ValidationError as error:
        _explain(error, [], table)
    config = scaled(model, size)
    check_hospital(config)
    return config


def _check_different(hospitals: list[HospitalConfig]) -> None:
    """Raise an error if two hospitals of a file share an identifier, or a name at any time."""
    owners: dict[tuple[str, str], int] = {}
    for position, hospital in enumerate(hospitals):
        names = {hospital.name, *(change.name for change in hospital.change if change.name)}
        for field, value in (("id", hospital.id), *(("name", name) for name in sorted(names))):
            owner = owners.setdefault((field, value.casefold()), position)
            if owner != position:
                raise ConfigurationError(
                    f"hospital[{position}]: {field}: {value!r} is used by hospital[{owner}] too; give each its own"
                )


_WITHOUT = "without"
"""Names fields that a change takes out of a department, because TOML has no null."""


class _Departments(msgspec.Struct):
    department: tuple[DepartmentConfig, ...]


_CHANGE_FIELDS = tuple(field.encode_name for field in msgspec.structs.fields(Change))


def _with_change(config: HospitalConfig, entry: Fields, defaults: Fields, folder: Path) -> HospitalConfig:
    """Return a hospital with one more change, checked."""
    for field in entry:
        if field not in _CHANGE_FIELDS:
            _unknown("", field, _CHANGE_FIELDS)
    departments = entry.get("department", ())
    if not isinstance(departments, list | tuple):
        raise ConfigurationTypeError("department: must be one or more [[change.department]] tables")
    tables = [_table(table, f"department[{position}]") for position, table in enumerate(departments)]
    try:
        change = msgspec.convert(entry | {"department": tables}, Change)
    except msgspec.ValidationError as error:
        _explain(error, tables, entry)
    if config.change and change.first_day <= config.change[-1].first_day:
        raise ConfigurationError(
            f"from: is not after {config.change[-1].first_day}, the day of the change before; "
            "put changes in the order of their days, one for each day"
        )
    before = {department.id: department for department in config_on(config, date.max).department}
    _check_names(change, tables, before)
    completed = [_fields_of_change(table, before, defaults, folder) for table in tables]
    merged = [changed_fields(before.get(str(table["id"])), table) for table in completed]
    try:
        checked = msgspec.convert({"department": merged}, _Departments, dec_hook=decode).department
    except msgspec.ValidationError as error:
        _explain(error, merged, {"department": merged})
    # Only the fields that were given, in canonical form, so that equal changes are equal.
    canonical = [
        {field: msgspec.to_builtins(getattr(entry, field)) for field in table}
        for entry, table in zip(checked, completed, strict=True)
    ]
    change = msgspec.structs.replace(change, department=tuple(canonical))
    changed = msgspec.structs.replace(config, change=(*config.change, change))
    check_hospital(config_on(changed, change.first_day), "department {id}")
    return changed


def _check_names(change: Change, tables: list[Fields], before: Mapping[str, DepartmentConfig]) -> None:
    for closed in change.closed:
        if closed not in before:
            raise ConfigurationError(
                f"closed: {closed!r} is not a department on that day; there are {', '.join(before)}"
            )
    if before.keys() == set(change.closed) and not tables:
        raise ConfigurationError("closed: leaves no department open; leave one of them out")
    names: list[str] = []
    for position, table in enumerate(tables):
        name = table.get("id")
        if not isinstance(name, str):
            raise ConfigurationError(f"department[{position}]: id: name the department that changes or opens")
        if name in (*names, *change.closed):
            raise ConfigurationError(f"department[{position}]: id: {name!r} is in this change twice; leave one out")
        names.append(name)


def _fields_of_change(table: Fields, before: Mapping[str, DepartmentConfig], defaults: Fields, folder: Path) -> Fields:
    """Return the fields that a change gives a department; with the defaults if the department opens."""
    table = _with_arrivals(table, folder)
    removed = table.pop(_WITHOUT, [])
    if table["id"] not in before:
        return _with_defaults(table, defaults)
    if not isinstance(removed, list | tuple):
        raise ConfigurationTypeError(f"department {table['id']}: {_WITHOUT}: must be a list of fields, not {removed!r}")
    return table | dict.fromkeys(map(str, removed))


def _with_defaults(department: Fields, defaults: Fields) -> Fields:
    """Add the defaults for fields that a table leaves out, unless it has the alternative of the field."""
    applicable = {field: value for field, value in defaults.items() if ALTERNATIVES.get(field) not in department}
    return applicable | department


def _with_arrivals(department: Fields, folder: Path) -> Fields:
    """Read the files of arrivals that the sources of a department name."""
    sources = department.get("source")
    if not isinstance(sources, list):
        return department
    with_arrivals = [
        source | {"arrivals": read_arrivals(folder / source["arrivals"])}
        if isinstance(source, dict) and isinstance(source.get("arrivals"), str)
        else source
        for source in sources
    ]
    return department | {"source": with_arrivals}


def _table(value: object, where: str) -> Fields:
    if not isinstance(value, dict):
        raise ConfigurationTypeError(f"{where}: must be a table, not {value!r}")
    return dict(value)


def _explain(error: msgspec.ValidationError, departments: list[Fields], document: Fields) -> NoReturn:
    """Raise a configuration error for a validation error; name the department, the field and the value."""
    problem = parse_validation_error(error)
    where = _where(problem.path, departments)
    if problem.kind is ProblemKind.UNKNOWN_FIELD:
        known = next((fields for pattern, fields in _FIELDS_AT if re.fullmatch(pattern, problem.path)), ())
        _unknown(where, problem.subject, known)
    if problem.kind is ProblemKind.MISSING_FIELD:
        raise ConfigurationError(f"{where + ': ' if where else ''}{problem.subject}: missing; add it")
    kind = ConfigurationTypeError if problem.kind is ProblemKind.WRONG_TYPE else ConfigurationError
    if error.__cause__ is not None:
        raise kind(f"{where}: {problem.text}")
    text = problem.text.replace("`", "").replace("Expected", "must be").replace("Invalid", "invalid")
    names_value = ", got" in text or text.startswith(("invalid enum value", "invalid value"))
    value = "" if problem.in_key or names_value else f", not {value_at(document, problem.path)!r}"
    raise kind(f"{where}: {text}{value}")


def _where(path: str, departments: list[Fields]) -> str:
    """Return a path for people: ``department[2] (cardiology): beds``, or ``defaults: beds`` for a default."""
    match = re.match(r"department\[(\d+)\]\.?(.*)", path)
    if not match:
        return path
    position, rest = int(match[1]), match[2]
    department = departments[position]
    field = re.split(r"[.\[]", rest)[0]
    if rest and field not in department and field in DepartmentConfig.__struct_fields__:
        return f"defaults: {rest}"
    named = f" ({department['id']})" if isinstance(department.get("id"), str) else ""
    return f"department[{position}]{named}" + (f": {rest}" if rest else "")


_FIELDS_AT = (
    (r"", HospitalConfig.__struct_fields__),
    (r"department\[\d+\]", DepartmentConfig.__struct_fields__),
    (r".*\.source\[\d+\]", SourceConfig.__struct_fields__),
    (r".*\.schedule\[\d+\]", ScheduledList.__struct_fields__),
    (r".*\.bed_change\[\d+\]", BedChange.__struct_fields__),
    (r".*\.escalation", Escalation.__struct_fields__),
    (r".*\.overflow", Overflow.__struct_fields__),
)


def _unknown(where: str, field: str, known: tuple[str, ...]) -> NoReturn:
    close = difflib.get_close_matches(field, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else (f"; known are {', '.join(known)}" if known else "")
    raise ConfigurationError(f"{where + ': ' if where else ''}{field}: unknown field{hint}")
