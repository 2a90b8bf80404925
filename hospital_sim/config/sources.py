"""Sources of a department's demand, resolved: each with its own rate, profiles and stays."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from hospital_sim.config.arrivals import month_rates
from hospital_sim.config.calendar import Profile, mean_over_year
from hospital_sim.config.open_beds import mean_open_beds
from hospital_sim.config.parts import SourceConfig, WhenFull
from hospital_sim.config.schema import DepartmentConfig
from hospital_sim.distributions import Distribution, Truncated, Uniform
from hospital_sim.events.fields import AdmissionMethod

HOURS_IN_DAY = 24
DAYS_IN_WEEK = 7


@dataclass(frozen=True)
class StayRule:
    """Distributions and shares of the stays of a source. Times are in days.

    Attributes:
        ordinary: Distribution of a stay that is not long.
        longest_ordinary: Longest ordinary stay; None without a limit.
        long: Distribution of a long stay.
        long_share: Share of long stays.
        delay: Distribution of a delay.
        delay_share: Share of delayed discharges.
        turnaround_hours: Distribution of the hours for which a bed is cleaned after a discharge; None if it is not.
    """

    ordinary: Distribution
    longest_ordinary: float | None
    long: Distribution
    long_share: float
    delay: Distribution
    delay_share: float
    turnaround_hours: Distribution | None

    @property
    def mean_ready_days(self) -> float:
        """Mean days from admission to being fit for discharge."""
        return self.ordinary.mean + self.long_share * (self.long.mean - self.ordinary.mean)

    @property
    def mean_bed_days(self) -> float:
        """Mean days in the bed: until fit for discharge, and the delay."""
        return self.mean_ready_days + self.delay_share * self.delay.mean

    @property
    def mean_held_days(self) -> float:
        """Mean days for which a patient blocks the bed: the stay and the turnaround."""
        return self.mean_bed_days + (self.turnaround_hours.mean / HOURS_IN_DAY if self.turnaround_hours else 0.0)


@dataclass(frozen=True)
class Source:
    """One kind of patient, with the department's defaults filled in.

    Attributes:
        config: Its configuration; its id is empty for the only source of a department that names none.
        per_day: Mean requests a day over a year.
        profile: Profile of the demand; used if requests are a Poisson process.
        admission_methods: Shares of NHS admission method codes.
        when_full: ``"wait"`` or ``"divert"``, for a request without a free bed.
        stay: Distributions and shares of its stays.
    """

    config: SourceConfig
    per_day: float
    profile: Profile
    admission_methods: dict[AdmissionMethod, float]
    when_full: WhenFull
    stay: StayRule

    @property
    def follows_profile(self) -> bool:
        """True if requests are a Poisson process that follows the profile."""
        return not (self.config.interarrival or self.config.schedule or self.config.arrivals)

    @property
    def month_multipliers(self) -> tuple[float, ...]:
        """Twelve factors on the requests a day, January first, that average 1 over a calendar year."""
        if self.config.arrivals:
            return tuple(rate / self.per_day for rate in month_rates(self.config.arrivals))
        return self.profile.month_multipliers if self.follows_profile else (1.0,) * 12


def sources(department: DepartmentConfig) -> tuple[Source, ...]:
    """Return the sources of a department, with their rates.

    Raises:
        ValueError: If no rate follows: neither a target nor a rate is set, or other sources exceed the target.
    """
    configs = department.source or (SourceConfig(id="", share=1.0),)
    stays = [_stay_rule(department, config) for config in configs]
    rates = [_own_rate(config) for config in configs]
    fixed = sum(rate * stay.mean_bed_days for rate, stay in zip(rates, stays, strict=True) if rate is not None)
    shares = [config.share or 0.0 for config in configs]
    shared_days = sum(share * stay.mean_bed_days for share, stay in zip(shares, stays, strict=True))
    shared = _shared_rate(department, fixed, shared_days) if any(shares) else 0.0
    return tuple(
        _source(department, config, shared * share if rate is None else rate, stay)
        for config, share, rate, stay in zip(configs, shares, rates, stays, strict=True)
    )


def shared_requests_per_day(department: DepartmentConfig) -> float | None:
    """Return the requests a day that a department's sources share; None if no source shares them."""
    rates = (source.per_day / source.config.share for source in sources(department) if source.config.share)
    return next(rates, None)


def with_fixed_demand(department: DepartmentConfig) -> DepartmentConfig:
    """Return a department with the same demand, as requests a day instead of a target occupancy."""
    if department.target_occupancy is None:
        return department
    rate = shared_requests_per_day(department)
    return structs.replace(department, target_occupancy=None, requests_per_day=rate)


def _shared_rate(department: DepartmentConfig, fixed_load: float, bed_days: float) -> float:
    """Return the requests a day for the sources with a share, after the fixed load of the others."""
    if department.requests_per_day is not None:
        return department.requests_per_day
    if department.target_occupancy is None:
        raise ValueError("give either target_occupancy or requests_per_day")
    rate = (department.target_occupancy * mean_open_beds(department) - fixed_load) / bed_days
    if rate <= 0:
        raise ValueError(f"{department.target_occupancy:g} leaves no demand to share: other sources exceed it")
    return rate


def _own_rate(source: SourceConfig) -> float | None:
    """Return the requests a day that a source sets itself; None if it has a share of the department's."""
    if source.requests_per_day is not None:
        return source.requests_per_day
    if source.interarrival is not None:
        return 1 / source.interarrival.mean
    if source.schedule is not None:
        return sum(entry.patients for entry in source.schedule) / DAYS_IN_WEEK
    if source.arrivals is not None:
        return mean_over_year(month_rates(source.arrivals))
    return None


def _source(department: DepartmentConfig, config: SourceConfig, rate: float, stay: StayRule) -> Source:
    profile = Profile(
        config.month_multipliers or department.month_multipliers,
        config.weekday_multipliers or department.weekday_multipliers,
        config.hour_multipliers or department.hour_multipliers,
    )
    methods = {config.admission_method: 1.0} if department.source else department.admission_methods
    return Source(config, rate, profile, methods, config.when_full or department.when_full, stay)


def _stay_rule(department: DepartmentConfig, source: SourceConfig) -> StayRule:
    owner = source if source.sets_stay else department
    longest = owner.max_stay_days
    if owner.stay is None:
        ordinary: Distribution = Uniform(1, longest or 1)
    else:
        ordinary = owner.stay if longest is None else Truncated(owner.stay, 0, longest)
    # Without a longest ordinary stay, no stay is long.
    long_share = _first(source.long_stay_share, department.long_stay_share) if longest else 0.0
    low, high = department.long_stay_multiple
    scale = longest or 0.0
    return StayRule(
        ordinary=ordinary,
        longest_ordinary=longest,
        long=Uniform(low * scale, high * scale),
        long_share=long_share,
        delay=department.delay or Uniform(*department.delay_days),
        delay_share=_first(source.delay_share, department.delay_share),
        turnaround_hours=department.turnaround_hours,
    )


def _first(*values: float | None) -> float:
    return next((value for value in values if value is not None), 0.0)
