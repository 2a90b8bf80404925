"""Scales a hospital to another number of beds: its departments, and the demand for each, together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from hospital_sim.config.parts import ScheduledList, SourceConfig, unit
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig, HospitalName
from hospital_sim.errors import ConfigurationError
from hospital_sim.events.fields import Name


class ScaledHospital(Struct, frozen=True, kw_only=True):
    """A hospital that is described by its size alone.

    Attributes:
        id: Identifier.
        name: Name to show.
        general_and_acute_beds: Adult general and acute beds: those of all departments but critical care, paediatrics
            and maternity, whose beds follow in the same ratio.
    """

    id: Name
    name: HospitalName
    general_and_acute_beds: Annotated[int, Meta(ge=1, le=100_000), unit("beds")]


def scaled(model: HospitalConfig, size: ScaledHospital) -> HospitalConfig:
    """Return a hospital like another one, with more or fewer beds.

    Every department keeps its identifier, its stays and the load of its beds. Numbers of beds are rounded so that the
    general and acute beds have exactly the sum asked for, and each department differs from its share by less than a
    bed. Patients of a small hospital wait longer at the same load, because chance weighs more in few beds.

    Args:
        model: The hospital to scale. Its demand is a target, a rate or a schedule; other demand stays as it is.
        size: The new identifier, name and beds.

    Raises:
        ConfigurationError: If a department would have no bed.
    """
    adult = [department for department in model.department if department.is_general_and_acute]
    total = sum(department.beds for department in adult)
    fewest = math.ceil(total / min((department.beds for department in model.department), default=1))
    if size.general_and_acute_beds < fewest:
        raise ConfigurationError(
            f"general_and_acute_beds: must be at least {fewest}, so that each department of {model.id} keeps a bed, "
            f"not {size.general_and_acute_beds}"
        )
    ratio = size.general_and_acute_beds / total
    beds = {department.id: round(department.beds * ratio) for department in model.department}
    parts = _rounded(ratio, (department.beds for department in adult))
    beds |= {department.id: part for department, part in zip(adult, parts, strict=True)}
    departments = tuple(_with_beds(department, beds[department.id]) for department in model.department)
    return replace(model, id=size.id, name=size.name, department=departments)


def _rounded(ratio: float, numbers: Iterable[int]) -> list[int]:
    """Return whole numbers in a ratio to others, with the sum that is nearest to the exact one.

    The running totals are rounded, so that no sum of neighbours is wrong by a whole one.
    """
    ends = [round(total * ratio) for total in accumulate(numbers)]
    return [end - start for start, end in pairwise([0, *ends])]


def _with_beds(department: DepartmentConfig, beds: int) -> DepartmentConfig:
    """Return a department with other beds, and everything that is counted in beds or patients in the same ratio."""
    ratio = beds / department.beds
    escalation = department.escalation
    rate = department.requests_per_day
    changes = (replace(change, beds=round(change.beds * ratio)) for change in department.bed_change)
    sources = (_with_patients(source, ratio) for source in department.source)
    return replace(
        department,
        beds=beds,
        capacity=None if department.capacity is None else math.ceil(department.capacity * ratio),
        bed_change=tuple(change for change in changes if change.beds),
        escalation=escalation and replace(escalation, beds=max(round(escalation.beds * ratio), 1)),
        requests_per_day=rate and rate * ratio,
        source=tuple(source for source in sources if source.schedule != ()),
    )


def _with_patients(source: SourceConfig, ratio: float) -> SourceConfig:
    rate, schedule = source.requests_per_day, source.schedule
    return replace(
        source,
        requests_per_day=rate and rate * ratio,
        schedule=None if schedule is None else _with_lists(schedule, ratio),
    )


def _with_lists(schedule: tuple[ScheduledList, ...], ratio: float) -> tuple[ScheduledList, ...]:
    """Return the lists of a week with more or fewer patients; a list without patients is left out."""
    patients = _rounded(ratio, (entry.patients for entry in schedule))
    return tuple(replace(entry, patients=number) for entry, number in zip(schedule, patients, strict=True) if number)
