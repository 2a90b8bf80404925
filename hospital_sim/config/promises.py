"""What a configuration promises of each department: the expectations that a run record carries downstream."""

from hospital_sim.config.offered_load import (
    mean_bed_days,
    mean_ready_days,
    month_multipliers,
    offered_load,
    requests_per_day,
)
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig
from hospital_sim.events import DepartmentPromise


def promises(config: HospitalConfig) -> tuple[DepartmentPromise, ...]:
    """Return what is to be expected of each department of a hospital, in order."""
    return tuple(_promise(department) for department in config.department)


def _promise(department: DepartmentConfig) -> DepartmentPromise:
    return DepartmentPromise(
        department_id=department.id,
        department_name=department.name,
        treatment_function_code=department.treatment_function_code,
        beds=department.beds,
        capacity=department.bed_spaces,
        max_stay_days=department.max_stay_days,
        mean_stay_days=mean_bed_days(department),
        mean_ready_days=mean_ready_days(department),
        long_stay_share=department.long_stay_share,
        delay_share=department.delay_share,
        offered_load=offered_load(department),
        requests_per_day=requests_per_day(department),
        month_multipliers=month_multipliers(department),
    )
