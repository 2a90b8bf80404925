"""Requests of one department, drawn from its configuration without a hospital."""

from datetime import date
from itertools import takewhile
from typing import Any

from hospital_sim.clock import second_of
from hospital_sim.config import DepartmentConfig, parse_hospital
from hospital_sim.draws.requests import Request, requests
from hospital_sim.draws.streams import Streams

FIRST = date(2024, 1, 1)
"""A Monday."""

DAY = 86_400


def department(**fields: Any) -> DepartmentConfig:
    """Return a department with some fields; stays are exponential if they do not say how long."""
    overrides = {
        "stay": {"distribution": "exponential", "mean": 1},
        "long_stay_share": 0,
        "allow_overload": True,
    } | fields
    ward = {"id": "ward", "name": "Ward", "treatment_function_code": "300", "beds": 10} | overrides
    return parse_hospital({"id": "h", "name": "H", "department": [ward]}).department[0]


def requests_of(config: DepartmentConfig, days: int, seed: int = 1) -> list[Request]:
    """Return the requests of the days from ``FIRST`` on."""
    end = second_of(FIRST) + days * DAY
    drawn = requests(config, Streams(seed, "h", config.id), FIRST)
    return list(takewhile(lambda request: request.second < end, drawn))


def seconds_of(config: DepartmentConfig, days: int, seed: int = 1) -> list[int]:
    """Return the seconds of the requests of the days from ``FIRST`` on."""
    return [request.second for request in requests_of(config, days, seed)]
