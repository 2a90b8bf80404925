"""The fields of a hospital's configuration, and the values that they may have.

Times are in days unless a name says otherwise. A share is a probability between 0 and 1.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr, replace

from hospital_sim.config.parts import (
    BedChange,
    ByHour,
    ByMonth,
    ByWeekday,
    DistributionOfDays,
    Escalation,
    LongestStay,
    Overflow,
    PerDay,
    Share,
    ShareOfBeds,
    SourceConfig,
    WhenFull,
    unit,
)
from hospital_sim.distributions import Distribution
from hospital_sim.events.fields import AdmissionMethod, DelayReason, DischargeDestination, Name

SHARES_OF_SIMPLE_RULE = {"long_stay_share": 0.01, "delay_share": 0.05}
"""Shares beside ``max_stay_days``, if left out; 0 beside ``stay``, because a distribution has such stays in it."""

CRITICAL_CARE, PAEDIATRICS, MATERNITY = "192", "420", "501"
"""Treatment function codes of the departments whose beds are not adult general and acute ones."""

HospitalName = Annotated[str, Meta(min_length=1, max_length=100)]

_DELAY_DAYS = (4.0, 14.0)


def _delay_reasons() -> dict[DelayReason, Share]:
    """Reasons for delay by group, England 2024-25 (NHS England, discharge delays)."""
    return {
        "capacity": 0.34,
        "interface_process": 0.29,
        "hospital_process": 0.19,
        "care_transfer_hub_process": 0.13,
        "wellbeing_concerns": 0.05,
    }


def _discharge_destinations() -> dict[DischargeDestination, Share]:
    """Discharge pathways 0 and 1 (86% and 9.5%) lead home, 2 (3%) and 3 (1.5%) to other care."""
    return {"19": 0.955, "51": 0.03, "85": 0.015}


def _admission_methods() -> dict[AdmissionMethod, Share]:
    return {"21": 1.0}


class DepartmentConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One department: its beds, its demand and its stays.

    Attributes:
        id: Identifier, unique in the hospital.
        name: Name to show.
        treatment_function_code: NHS treatment function code, three digits.
        beds: Beds open.
        capacity: Bed spaces, open or not; the most beds that can be open if left out.
        bed_change: Beds that open or close on dates or weekdays.
        escalation: Beds that open under pressure.
        when_full: ``"wait"`` or ``"divert"``: a patient waits, or is turned away, if no bed is free.
        overflow: Other departments that take the head of the waiting list after a wait.
        turnaround_hours: Distribution of the hours for which a bed of the department is cleaned after a discharge, also
            of an outlier.
        target_occupancy: Offered load that demand is derived from: the share of the open beds occupied over a year.
        requests_per_day: Mean requests for a bed a day over a year, instead of ``target_occupancy``.
        source: Kinds of patients, if there are several or they do not come as a Poisson process.
        month_multipliers: Demand by month, January first, relative; scaled to average 1 over the calendar year.
        weekday_multipliers: Demand by weekday, Monday first, relative; scaled to average 1 over the week.
        hour_multipliers: Demand by hour of the day, UTC, relative; scaled to average 1 over the day.
        admission_methods: Shares of NHS admission method codes; a source has one of its own.
        max_stay_days: Longest ordinary stay; stays are uniform between one day and this.
        stay: Distribution of the stay in days, instead of ``max_stay_days``.
        long_stay_share: Share of patients whose stay is long and blocks a bed; if left out, 0.01, or 0 beside ``stay``.
        long_stay_multiple: A long stay is uniform between these multiples of ``max_stay_days``.
        delay_share: Share of patients who keep the bed although they are fit to leave; if left out, 0.05, or 0 beside
            ``stay``.
        delay_days: A delay is uniform between these two.
        delay: Distribution of a delay in days, instead of ``delay_days``.
        delay_reasons: Shares of the reasons for a delay.
        discharge_weekday_multipliers: Discharges by weekday, Monday first, relative.
        discharge_hour_multipliers: Discharges by hour of the day, UTC, relative.
        discharge_destinations: Shares of NHS discharge destination codes.
        ages: Youngest, most frequent and oldest age in years (a triangular distribution).
        female_share: Share of female patients.
        return_share: Share of requests by former patients, if one is eligible.
        allow_overload: True to allow an offered load of 1 or more over the year; the queue then grows without end.
    """

    id: Name
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    treatment_function_code: Annotated[str, Meta(pattern="^[0-9]{3}$")]
    beds: Annotated[int, Meta(ge=1, le=100_000), unit("beds")]
    capacity: Annotated[int, Meta(ge=1, le=200_000), unit("beds")] | None = None
    bed_change: tuple[BedChange, ...] = ()
    escalation: Escalation | None = None
    when_full: WhenFull = "wait"
    overflow: Overflow | None = None
    turnaround_hours: Annotated[Distribution, unit("hours")] | None = None
    target_occupancy: ShareOfBeds | None = None
    requests_per_day: PerDay | None = None
    source: tuple[SourceConfig, ...] = ()
    month_multipliers: ByMonth = (1.0,) * 12
    weekday_multipliers: ByWeekday = (1.0,) * 7
    hour_multipliers: ByHour = (1.0,) * 24
    admission_methods: dict[AdmissionMethod, Share] = field(default_factory=_admission_methods)
    max_stay_days: LongestStay | None = None
    stay: DistributionOfDays | None = None
    long_stay_share: Share | None = None
    long_stay_multiple: Annotated[tuple[float, float], unit("times max_stay_days")] = (3.0, 6.0)
    delay_share: Share | None = None
    delay_days: Annotated[tuple[float, float], unit("days")] = _DELAY_DAYS
    delay: DistributionOfDays | None = None
    delay_reasons: dict[DelayReason, Share] = field(default_factory=_delay_reasons)
    discharge_weekday_multipliers: ByWeekday | None = None
    discharge_hour_multipliers: ByHour | None = None
    discharge_destinations: dict[DischargeDestination, Share] = field(default_factory=_discharge_destinations)
    ages: Annotated[tuple[float, float, float], unit("years")] = (18.0, 74.0, 100.0)
    female_share: Share = 0.51
    return_share: Share = 0.2
    allow_overload: bool = False

    def __post_init__(self) -> None:
        """Fill in the shares of long stays and delays that are left out, also those of sources with their own stays."""
        for name, share in SHARES_OF_SIMPLE_RULE.items():
            # Delays that are described beside a stay have no share to fall back on, so the check asks for one.
            if getattr(self, name) is None and not (name == "delay_share" and self.stay and self.describes_delay):
                own = share if self.stay is None else 0.0
                force_setattr(self, name, own)
                force_setattr(self, "source", tuple(_with_share(source, name, share, own) for source in self.source))

    @property
    def describes_delay(self) -> bool:
        """True if the lengths of delays are set, by ``delay`` or ``delay_days``."""
        return self.delay is not None or self.delay_days != _DELAY_DAYS

    @property
    def is_general_and_acute(self) -> bool:
        """True if the beds count as adult general and acute beds: not critical care, paediatrics or maternity."""
        return self.treatment_function_code not in (CRITICAL_CARE, PAEDIATRICS, MATERNITY)

    @property
    def most_planned_beds(self) -> int:
        """The most planned beds, if all changes that open beds apply at once."""
        return self.beds + sum(max(change.beds, 0) for change in self.bed_change)

    @property
    def bed_spaces(self) -> int:
        """Bed spaces, open or not."""
        if self.capacity is not None:
            return self.capacity
        return self.most_planned_beds + (self.escalation.beds if self.escalation else 0)


class Change(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change of a hospital that holds from a day on.

    Attributes:
        first_day: First day on which it holds; the field ``from`` in a file.
        name: New name of the hospital; it keeps its name if left out.
        closed: Departments that take no more requests. They treat the patients who wait, then their beds close as
            patients leave.
        department: For each department that changes, its ``id`` and the new values of the fields that change; None, or
            ``without`` in a file, for a field that is taken out. For one that opens, all its fields.
    """

    first_day: date = field(name="from")
    name: HospitalName | None = None
    closed: tuple[Name, ...] = ()
    department: tuple[dict[str, Any], ...] = ()


class HospitalConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One hospital.

    Attributes:
        id: Identifier.
        name: Name to show.
        warmup_days: Days simulated before the start, so that the beds are filled at the start.
        department: The departments; their order breaks ties between events of one second.
        change: Changes from a day on, in the order of their days.
    """

    id: Name
    name: HospitalName
    warmup_days: Annotated[int, Meta(ge=0, le=3660), unit("days")] = 180
    department: Annotated[tuple[DepartmentConfig, ...], Meta(min_length=1)]
    change: tuple[Change, ...] = ()


def _with_share(source: SourceConfig, name: str, simple: float, inherited: float) -> SourceConfig:
    """Return a source with the share that its own kind of stay implies, if it has such a stay and no such share."""
    share = simple if source.stay is None else 0.0
    has_effect = name != "long_stay_share" or source.max_stay_days is not None
    if not (source.sets_stay and has_effect) or getattr(source, name) is not None or share == inherited:
        return source
    return replace(source, **{name: share})
