"""What a hospital is: the fields of a configuration, and which values they may have.

Times are in days. A share is a probability between 0 and 1.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from hospital_sim.distributions import AnyDistribution
from hospital_sim.events.fields import AdmissionMethod, DelayReason, DischargeDestination, Name

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Multipliers = tuple[float, float, float, float, float, float, float, float, float, float, float, float]


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
    """One department: its beds, who asks for them and how long they stay.

    Attributes:
        id: Identifier, unique in the hospital.
        name: Name for people.
        treatment_function_code: NHS treatment function code, three digits.
        beds: Beds open.
        capacity: Bed spaces, open or not; as many as beds if not given.
        target_occupancy: Offered load that demand is derived from: the share of beds occupied on average over a year.
        requests_per_day: Mean requests for a bed a day over a year, instead of ``target_occupancy``.
        month_multipliers: Demand by month, January first, relative; scaled to average 1 over the calendar year.
        when_full: Whether a patient waits or is turned away (``"divert"``) when no bed is free.
        max_stay_days: Longest ordinary stay: stays are uniform between one day and this.
        stay: Distribution of the stay in days, instead of ``max_stay_days``.
        long_stay_share: Share of patients whose stay is long and blocks a bed.
        long_stay_multiple: A long stay is uniform between these multiples of ``max_stay_days``.
        delay_share: Share of patients who keep the bed although they are fit to leave.
        delay_days: A delay is uniform between these.
        delay_reasons: Shares of the reasons for a delay.
        discharge_destinations: Shares of NHS discharge destination codes.
        admission_methods: Shares of NHS admission method codes.
        ages: Youngest, most frequent and oldest age in years (a triangular distribution).
        female_share: Share of female patients.
        return_share: Share of requests by patients who have been there before, if one can be found.
        allow_overload: Whether an offered load of 1 or more over the year is meant; the queue then grows without end.
    """

    id: Name
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    treatment_function_code: Annotated[str, Meta(pattern="^[0-9]{3}$")]
    beds: Annotated[int, Meta(ge=1, le=100_000)]
    capacity: Annotated[int, Meta(ge=1)] | None = None
    target_occupancy: Positive | None = None
    requests_per_day: Positive | None = None
    month_multipliers: Multipliers = (1.0,) * 12
    when_full: Literal["wait", "divert"] = "wait"
    max_stay_days: Annotated[float, Meta(ge=1)] | None = None
    stay: AnyDistribution | None = None
    long_stay_share: Share = 0.01
    long_stay_multiple: tuple[float, float] = (3.0, 6.0)
    delay_share: Share = 0.05
    delay_days: tuple[float, float] = (4.0, 14.0)
    delay_reasons: dict[DelayReason, Share] = field(default_factory=_delay_reasons)
    discharge_destinations: dict[DischargeDestination, Share] = field(default_factory=_discharge_destinations)
    admission_methods: dict[AdmissionMethod, Share] = field(default_factory=_admission_methods)
    ages: tuple[float, float, float] = (18.0, 74.0, 100.0)
    female_share: Share = 0.51
    return_share: Share = 0.2
    allow_overload: bool = False

    @property
    def bed_spaces(self) -> int:
        """Bed spaces, open or not."""
        return self.beds if self.capacity is None else self.capacity


class HospitalConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One hospital.

    Attributes:
        id: Identifier.
        name: Name for people.
        warmup_days: Days that are simulated before the start, so that the beds are filled when it comes.
        department: The departments, in the order in which things that fall on one second happen.
    """

    id: Name
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    warmup_days: Annotated[int, Meta(ge=0, le=3660)] = 180
    department: Annotated[tuple[DepartmentConfig, ...], Meta(min_length=1)]
