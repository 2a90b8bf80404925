"""Builds hospitals that have a closed form in queueing theory, as ordinary configurations, and runs them."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from hospital_sim.clock import DAY, second_of
from hospital_sim.config import HospitalConfig, parse_hospital
from hospital_sim.simulation.department import Observer
from hospital_sim.simulation.runner import FIRST_YEAR, observe, plan_run

NO_LIMIT = 2000
"""Number of beds of a department in which nobody ever waits: many more than are ever occupied."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def ward(identifier: str, beds: int, per_day: float | None = None, **fields: object) -> dict[str, object]:
    """Return the configuration of a department, without long stays and delays unless the fields set them."""
    plain = {
        "id": identifier,
        "name": identifier,
        "treatment_function_code": "300",
        "beds": beds,
        "long_stay_share": 0,
        "delay_share": 0,
    }
    demand = {} if per_day is None else {"requests_per_day": per_day}
    return plain | demand | fields


def hospital(identifier: str, warmup_days: int, wards: Sequence[dict[str, object]]) -> HospitalConfig:
    """Return a hospital of departments."""
    return parse_hospital({"id": identifier, "name": identifier, "warmup_days": warmup_days, "department": list(wards)})


def period(config: HospitalConfig, days: int) -> tuple[date, date]:
    """Return the first and the last day to observe; the first is a 1 January late enough for the warm-up."""
    start = date(FIRST_YEAR + 1 + config.warmup_days // 366, 1, 1)
    return start, start + timedelta(days=days - 1)


def window(config: HospitalConfig, days: int) -> tuple[int, int]:
    """Return the first second to observe, and the first second after the last day."""
    start, _ = period(config, days)
    return second_of(start), second_of(start) + days * DAY


def months(config: HospitalConfig, days: int) -> NDArray[np.int64]:
    """Return the month of each day to observe, 1 to 12."""
    start, _ = period(config, days)
    return np.array([(start + timedelta(days=day)).month for day in range(days)])


def weekdays(config: HospitalConfig, days: int) -> NDArray[np.int64]:
    """Return the weekday of each day to observe, 0 for Monday."""
    start, _ = period(config, days)
    return (start.weekday() + np.arange(days)) % 7


def run(config: HospitalConfig, days: int, seed: int, observer: Observer) -> None:
    """Simulate a hospital, warm-up first, and call an observer with everything that happens."""
    start, end = period(config, days)
    observe(config, plan_run(config, start, end, seed), observer)
