"""Expectations of a configuration for each department, which a run record carries downstream."""

from datetime import date

from hospital_sim.config.changes import configurations
from hospital_sim.config.offered_load import (
    beds_needed,
    mean_bed_days,
    mean_over_patients,
    mean_ready_days,
    month_multipliers,
    requests_per_day,
    share_of_beds,
)
from hospital_sim.config.open_beds import mean_open_beds
from hospital_sim.config.periods import in_period, periods
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig
from hospital_sim.config.sources import sources
from hospital_sim.events import DepartmentPromise, RunPeriod


def expectations(config: HospitalConfig, start: date, end: date) -> tuple[RunPeriod, ...]:
    """Return the expectations of a hospital in each period of a run: from its start, and from each of its changes."""
    return tuple(
        RunPeriod(
            first_day=max(first, start),
            departments=tuple(_expectation(department, max(first, start)) for department in state.department),
        )
        for (first, _), state in configurations(config)
        if first <= end
    )


def _expectation(department: DepartmentConfig, start: date) -> DepartmentPromise:
    at_start = next(in_period(department, span) for span in periods([department]) if span[0] <= start <= span[1])
    longest = _longest_ordinary_stay(department)
    long_stays = (
        (None, None) if longest is None else tuple(longest * factor for factor in department.long_stay_multiple)
    )
    delays = (None, None) if longest is None else department.delay_days
    return DepartmentPromise(
        department_id=department.id,
        department_name=department.name,
        treatment_function_code=department.treatment_function_code,
        beds=department.beds,
        capacity=department.bed_spaces,
        max_stay_days=longest,
        mean_stay_days=mean_bed_days(department),
        mean_ready_days=mean_ready_days(department),
        long_stay_share=mean_over_patients(department, lambda source: source.stay.long_share),
        delay_share=mean_over_patients(department, lambda source: source.stay.delay_share),
        offered_load=share_of_beds(beds_needed(at_start), mean_open_beds(at_start)) or 0.0,
        requests_per_day=requests_per_day(department),
        month_multipliers=month_multipliers(department),
        shortest_long_stay_days=long_stays[0],
        longest_long_stay_days=long_stays[1],
        shortest_delay_days=delays[0],
        longest_delay_days=delays[1],
    )


def _longest_ordinary_stay(department: DepartmentConfig) -> float | None:
    """Return the longest ordinary stay if stays follow the simple rule, so that marts can check them; else None."""
    longest = {source.stay.longest_ordinary for source in sources(department)}
    has_distribution = department.stay is not None or any(source.stay is not None for source in department.source)
    has_profile = department.discharge_weekday_multipliers or department.discharge_hour_multipliers
    if has_distribution or has_profile or department.delay is not None or len(longest) > 1:
        return None
    return longest.pop()
