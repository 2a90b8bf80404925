"""A hospital of two wards, read from tables as a configuration file has them."""

import re
import tomllib
from typing import Any

from hospital_sim.config import HospitalConfig, parse_hospital


def read_ward(text: str = "", **fields: object) -> HospitalConfig:
    """Read a hospital with a department ``ward`` that has some fields, and one more.

    Args:
        text: Fields as TOML, separated by semicolons; ``without beds, name`` leaves some out.
        fields: More fields; None leaves one out.
    """
    lines = text.split("; ")
    left_out = [word for line in lines if line.startswith("without ") for word in re.findall(r"\w+", line)]
    other = {"name": "W", "beds": 10, "requests_per_day": 1, "max_stay_days": 4, "treatment_function_code": "300"}
    values = tomllib.loads("\n".join(line for line in lines if not line.startswith("without ")))
    ward: dict[str, Any] = {"id": "ward"} | other | dict.fromkeys(left_out) | values | fields
    departments = [{name: value for name, value in ward.items() if value is not None}, {"id": "other"} | other]
    return parse_hospital({"id": "h", "name": "H", "department": departments})


def cases(text: str) -> list[str]:
    """Return the lines of a text; an indented one belongs to the line before."""
    return re.sub(r"\n +", " ", text).strip().split("\n")
