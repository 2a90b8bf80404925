"""Aligns hospitals for a comparison: common random streams, and notes on the departments whose patients differ."""

import math
from collections.abc import Iterator, Mapping

import msgspec

from hospital_sim.config import DepartmentConfig, HospitalConfig
from hospital_sim.config.offered_load import requests_per_day
from hospital_sim.config.sources import Source, sources
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
    if first.change != other.change:
        yield f"{name} has other changes than {base}: from their days on, departments may not meet the same patients"
    departments, others = ({entry.id: entry for entry in config.department} for config in (first, other))
    yield from _missing(base, departments, others)
    yield from _missing(name, others, departments)
    for department in departments:
        if department in others:
            pair = departments[department], others[department]
            changed, difference = _changed_fields(*pair), _other_requests(*pair)
            if difference:
                yield f"{name}, {department}: {difference}: it does not meet the same patients"
            if changed:
                yield f"{name}, {department}: differs from {base} in {', '.join(changed)}"


def _other_requests(one: DepartmentConfig, other: DepartmentConfig) -> str | None:
    """Return how the requests of a department differ from those of another on the same streams; None if they do not."""
    rates = requests_per_day(one), requests_per_day(other)
    if not math.isclose(*rates):
        return f"{rates[1]:,.3f} requests a day, not {rates[0]:,.3f}"
    before, after = (sorted(map(_request_times, sources(department))) for department in (one, other))
    if before == after:
        return None
    names = [", ".join(name or "the department itself" for name, _ in times) for times in (before, after)]
    return "requests at other times" if names[0] == names[1] else f"requests of {names[1]}, not of {names[0]}"


def _request_times(source: Source) -> tuple[str, str]:
    """Return the name of a source's random streams, and all that decides when its requests come, as text."""
    config, profile = source.config, source.profile
    own = (config.interarrival, config.schedule, config.arrivals)
    multipliers = (profile.month_multipliers, profile.weekday_multipliers, profile.hour_multipliers)
    # Rounded, because a rate or a factor may have been computed in another order.
    numbers = [[round(number, 9) for number in each] for each in multipliers] if source.follows_profile else own
    return config.id, f"{source.per_day:.9g} {numbers}"


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
