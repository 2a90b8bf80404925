"""Changes of a hospital from a day on: the configuration that holds on each day.

A change names the fields that it changes; all others stay as they were. Demand stays as many requests a day as before,
unless the change sets it, so that more beds bring no more patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

import msgspec
from msgspec import structs

from hospital_sim.config.periods import Period, in_period, periods
from hospital_sim.config.schema import SHARES_OF_SIMPLE_RULE, Change, DepartmentConfig, HospitalConfig
from hospital_sim.config.sources import with_fixed_demand
from hospital_sim.distributions import decode

Fields = dict[str, object]

Timeline = tuple[tuple[date, DepartmentConfig | None], ...]
"""The configurations of a department, each with its first day, the first from ``date.min``; None while it is closed."""

ALTERNATIVES = {
    "target_occupancy": "requests_per_day",
    "requests_per_day": "target_occupancy",
    "max_stay_days": "stay",
    "stay": "max_stay_days",
}
"""Fields that a table gives instead of others."""


def configurations(config: HospitalConfig) -> tuple[tuple[Period, HospitalConfig], ...]:
    """Return the periods between the changes of a hospital, in order, each with the configuration that holds in it.

    The periods cover all days. The configurations have no changes of their own.
    """
    starts = [date.min, *(change.first_day for change in config.change)]
    ends = [*(start - timedelta(days=1) for start in starts[1:]), date.max]
    states = accumulate(config.change, _with_change, initial=structs.replace(config, change=()))
    return tuple(((first, last), state) for first, last, state in zip(starts, ends, states, strict=True))


class PeriodState(NamedTuple):
    """A hospital in a period in which nothing of it changes but what comes every year.

    Attributes:
        first_day: First day of the period; ``date.min`` of the first one.
        departments: The departments that are open, without dated parts.
        closed: Those that close as the period begins.
        changed: The fields of each department that are other than before, by identifier; "opens" if it opens.
        is_renamed: True if the hospital gets another name.
    """

    first_day: date
    departments: tuple[DepartmentConfig, ...]
    closed: tuple[DepartmentConfig, ...]
    changed: dict[str, str]
    is_renamed: bool


def period_states(config: HospitalConfig) -> Iterator[PeriodState]:
    """Yield the hospital in each period between its changes and those of its beds, in order."""
    before: dict[str, DepartmentConfig] | None = None
    hospital_name = config.name
    for (first, last), state in configurations(config):
        for begin, end in periods(state.department):
            if begin > last or end < first:
                continue
            span = max(begin, first), min(end, last)
            departments = {entry.id: in_period(entry, span) for entry in state.department}
            changed = {
                name: "opens" if name not in before else ", ".join(_different_fields(before[name], department))
                for name, department in departments.items()
                if before is not None
            }
            closed = tuple(entry for name, entry in (before or {}).items() if name not in departments)
            yield PeriodState(span[0], tuple(departments.values()), closed, changed, state.name != hospital_name)
            before, hospital_name = departments, state.name


def _different_fields(one: DepartmentConfig, other: DepartmentConfig) -> list[str]:
    return [field for field in one.__struct_fields__ if getattr(one, field) != getattr(other, field)]


def config_on(config: HospitalConfig, day: date) -> HospitalConfig:
    """Return the configuration of a hospital that holds on a day, without its changes."""
    return next(state for (first, last), state in configurations(config) if first <= day <= last)


def timelines(config: HospitalConfig) -> dict[str, Timeline]:
    """Return the timeline of each department, by identifier; those that a change opens come last."""
    states = [(first, {entry.id: entry for entry in state.department}) for (first, _), state in configurations(config)]
    names = dict.fromkeys(name for _, departments in states for name in departments)
    return {name: tuple((first, departments.get(name)) for first, departments in states) for name in names}


def first_configuration(timeline: Timeline) -> DepartmentConfig:
    """Return a department as it is when it first opens."""
    return next(state for _, state in timeline if state is not None)


def outlier_places(config: HospitalConfig, department_id: str) -> tuple[str, ...]:
    """Return the departments that may ever take the patients of a department as outliers, in order."""
    by_id = timelines(config)
    rules = (state.overflow for _, state in by_id[department_id] if state is not None)
    names = {name for rule in rules if rule is not None for name in rule.to}
    return tuple(name for name in by_id if name in names)


def turnaround_name(timeline: Timeline, state: DepartmentConfig) -> str:
    """Return the name of the turnarounds of a department: its identifier for its first ones, then numbered."""
    different: list[object] = []
    for _, other in timeline:
        if other is not None and other.turnaround_hours not in different:
            different.append(other.turnaround_hours)
    number = different.index(state.turnaround_hours)
    return f"{state.id}/{number}" if number else state.id


def changed_fields(department: DepartmentConfig | None, table: Fields) -> Fields:
    """Return all fields of a department after a change.

    Args:
        department: The department before; None if it opens.
        table: The fields that change, as in ``Change.department``.
    """
    if department is None:
        return table
    if not table.keys() & {"target_occupancy", "requests_per_day"}:
        department = with_fixed_demand(department)
    fields: Fields = msgspec.to_builtins(department)
    for field, other in ALTERNATIVES.items():
        if table.get(field) is not None and fields[field] is None and fields[other] is not None:
            fields[other] = None
            if other in ("stay", "max_stay_days"):
                # The shares belong to the kind of stay.
                fields = {name: value for name, value in fields.items() if name not in SHARES_OF_SIMPLE_RULE}
    if "source" in table and not _has_share(table["source"]):
        fields["requests_per_day"] = None
    return fields | table


def _has_share(sources: object) -> bool:
    """Return True if some source has a share of the department's demand, or there is no source."""
    tables = sources if isinstance(sources, list | tuple) else ()
    return not tables or any(isinstance(source, dict) and source.get("share") is not None for source in tables)


def _with_change(config: HospitalConfig, change: Change) -> HospitalConfig:
    departments = {entry.id: entry for entry in config.department if entry.id not in change.closed}
    for table in change.department:
        name = str(table["id"])
        fields = changed_fields(departments.get(name), table)
        departments[name] = msgspec.convert(fields, DepartmentConfig, dec_hook=decode)
    return structs.replace(config, name=change.name or config.name, department=tuple(departments.values()))
