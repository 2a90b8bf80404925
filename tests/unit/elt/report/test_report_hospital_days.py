"""Daily rows for the whole hospital, from those of its departments."""

import datetime as dt

import pyarrow as pa
import pytest

from elt.report.figures import with_hospital_days

pytestmark = pytest.mark.unit


def row(department: str, day: int, beds: int, occupied: int) -> dict[str, object]:
    rates = {"occupancy_rate": occupied / beds if beds else 0.0, "occupancy_rate_7d": 0.5}
    return {"department_id": department, "day": dt.date(2024, 1, day), "beds": beds, "occupied_beds": occupied} | rates


def hospital_days(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    days = with_hospital_days(pa.Table.from_pylist(rows)).to_pylist()
    assert days[-len(rows) :] == rows
    return days[: -len(rows)]


def test_a_day_of_the_hospital_is_the_sum_of_its_departments() -> None:
    (day,) = hospital_days([row("a", 1, 10, 9), row("b", 1, 30, 15)])

    assert day == row("", 1, 40, 24) | {"occupancy_rate": 0.6, "occupancy_rate_7d": 0.6}


def test_the_mean_of_7_days_counts_calendar_days_and_weighs_them_by_beds() -> None:
    days = hospital_days([row("a", 1, 10, 10), row("a", 2, 10, 0), row("a", 8, 30, 30)])

    # The mean on the eighth leaves out the first of January, 7 days earlier.
    assert [day["occupancy_rate_7d"] for day in days] == [1.0, 0.5, 0.75]


def test_without_beds_a_rate_is_0() -> None:
    (day,) = hospital_days([row("a", 1, 0, 0)])

    assert (day["occupancy_rate"], day["occupancy_rate_7d"]) == (0.0, 0.0)
