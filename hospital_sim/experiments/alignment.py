"""Aligns hospitals for a comparison: common random streams, and notes on the departments whose patients differ."""

import math
from collections.abc import Iterator, Mapping

import msgspec

from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.config.expectations import expectations
from hospital_sim.errors import ConfigurationTypeError
from hospital_sim.hospital import Hospital

_DEMAND_FIELDS = {"target_occupancy", "requests_per_day"}
_Departments = dict[str, DepartmentConfig]


def on_common_streams(hospitals: Mapping[str, Hospital]) -> dict[str, Hospital]:
    """Return the hospitals with the identifier of the first, because it names the random streams.

    Raises:
        ConfigurationError: If one of them is not a hospital.
    """
    for name, hospital in hospitals.items():
        if not isinstance(hospital, Hospital):
            raise ConfigurationTypeError(f"{name}: must be a Hospital, not {hospital!r}; load one with hs.load")
    common = next(iter(hospitals.values())).config.id
    return {name: Hospital(msgspec.structs.replace(hospital.config, id=common)) for name, hospital in hospitals.items()}


def notes(hospitals: Mapping[str, Hospital]) -> list[str]:
    """Return the differences of each hospital from the first, one phrase for each."""
    (base, first), *others = hospitals.items()
    return [note for name, other in others for note in _notes(base, first.config, name, other.config)]


def _notes(base: str, first: HospitalConfig, name: str, other: HospitalConfig) -> Iterator[str]:
    if first.id != other.id:
        yield f"{name} ({other.id}) draws the random numbers of {base} ({first.id})"
    if first.warmup_days != other.warmup_days:
        yield (
            f"{name} has {other.warmup_days} days of warm-up and {base} {first.warmup_days}: "
            "no department meets the same patients"
        )
    departments, others = ({entry.id: entry for entry in config.department} for config in (first, other))
    yield from _missing(base, departments, others)
    yield from _missing(name, others, departments)
    expected = [{entry.department_id: entry for entry in expectations(config)} for config in (first, other)]
    for department in departments:
        if department in others:
            changed = _changed_fields(departments[department], others[department])
            rates = [entry[department].requests_per_day for entry in expected]
            if not math.isclose(*rates):
                yield (
                    f"{name}, {department}: {rates[1]:,.3f} requests a day, not {rates[0]:,.3f}: "
                    "it does not meet the same patients"
                )
            if changed:
                yield f"{name}, {department}: differs from {base} in {', '.join(changed)}"


def _missing(name: str, departments: _Departments, others: _Departments) -> Iterator[str]:
    missing = [department for department in departments if department not in others]
    if missing:
        yield f"{name} alone has {', '.join(missing)}: not compared by department, but part of all departments"


def _changed_fields(one: DepartmentConfig, other: DepartmentConfig) -> list[str]:
    """Return the names of the fields that differ; numbers and words with both values."""
    changes = []
    for field in one.__struct_fields__:
        before, after = getattr(one, field), getattr(other, field)
        if before == after or field in _DEMAND_FIELDS:
            continue
        plain = all(isinstance(value, int | float | str) for value in (before, after))
        changes.append(f"{field} ({before} to {after})" if plain else field)
    return changes
