"""A hospital of two wards, read from tables as a configuration file has them."""

from typing import Any

from hospital_sim.config import HospitalConfig, parse_hospital

Tables = dict[str, Any]


def read_ward(**fields: object) -> HospitalConfig:
    """Read a hospital with a department that has some fields, and one more."""
    department = {"id": "ward", "name": "Ward", "beds": 10, "requests_per_day": 1, "max_stay_days": 4} | fields
    other = {"id": "other", "name": "Other", "beds": 10, "requests_per_day": 1, "max_stay_days": 4}
    tables: Tables = {"id": "h", "name": "H", "department": [_given(department), _given(other)]}
    return parse_hospital(tables)


def _given(department: Tables) -> Tables:
    return {"treatment_function_code": "300"} | {name: value for name, value in department.items() if value is not None}
