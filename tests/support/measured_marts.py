"""The measures of Power BI that give the columns of the marts, and their comparison."""

from datetime import date

import pytest
from formula_values import Calculator, Choice

from elt.powerbi.model.measures import measures

WAITS = {
    "Waits": "admissions",
    "Mean wait (hours)": "wait_hours_mean",
    "Median wait (hours)": "wait_hours_p50",
    "P90 wait (hours)": "wait_hours_p90",
    "P95 wait (hours)": "wait_hours_p95",
    "Longest wait (hours)": "wait_hours_max",
    "Had a bed at once": "share_without_wait",
    "Waited over 4 hours": "share_over_4h",
    "Waited over 12 hours": "share_over_12h",
}
DAILY = {
    "mart_bed_utilisation": {
        "Beds open": "beds",
        "Beds occupied": "occupied_beds",
        "Occupancy": "occupancy_rate",
        "Occupancy over 7 days": "occupancy_rate_7d",
        "Occupancy over 28 days": "occupancy_rate_28d",
    },
    "mart_queue_growth": {
        "Requests": "requests",
        "Admissions": "admissions",
        "Discharges": "discharges",
        "Waiting": "waiting_eod",
        "Queue growth": "queue_growth",
    },
    "mart_waiting_now": {
        "Waiting": "waiting",
        "Waiting up to 4 hours": "waiting_up_to_4h",
        "Waiting 4 to 12 hours": "waiting_4h_to_12h",
        "Waiting 12 to 24 hours": "waiting_12h_to_24h",
        "Waiting over 24 hours": "waiting_over_24h",
        "Longest wait now (hours)": "longest_wait_hours",
    },
    "mart_long_stays": {
        "Beds held 7 days or more": "beds_7_days",
        "Beds held 21 days or more": "beds_21_days",
        "Beds held by delayed patients": "beds_delayed",
    },
}
DISCHARGE_RATE = {"Discharge rate": "discharge_rate"}
PRESSURE = {
    "Pressure level": "level",
    "Pressure points": "points",
    "Occupancy points": "occupancy_points",
    "Delayed points": "delayed_points",
    "Waiting points": "waiting_points",
    "Waiting over 12 hours per bed": "over_12h_share",
    "Main component": "main_component",
    "Most pressed department": "department_id",
    "Level since": "level_since",
    "Occupancy": "occupancy_rate",
    "Delayed share of beds": "delayed_share",
}
DEPARTMENT_PRESSURE = {
    f"{name} of department": column
    for name, column in PRESSURE.items()
    if column not in ("department_id", "occupancy_rate", "delayed_share")
} | {"Occupancy": "occupancy_rate", "Delayed share of beds": "delayed_share"}
PROFILE = {"Admissions in the hour": "admissions", "Discharges in the hour": "discharges"}
COLUMNS = {
    (mart, column)
    for mart, columns in (
        *DAILY.items(),
        ("mart_queue_growth", DISCHARGE_RATE),
        ("mart_waiting_times", WAITS),
        ("mart_waiting_by_period", WAITS),
        ("mart_pressure_index", PRESSURE),
        ("mart_department_pressure", DEPARTMENT_PRESSURE),
        ("mart_flow_profile", PROFILE),
    )
    for column in columns.values()
}
"""The marts and columns that have a measure."""

FORMULAS = {measure.name: measure.formula for measure in measures()}


def rows(calculator: Calculator, mart: str, where: str = "1") -> list[dict[str, object]]:
    """Return the rows of a mart; there must be some."""
    result = calculator.warehouse.query(f"SELECT * FROM hospital_marts.{mart} WHERE {where}").to_pylist()
    assert result
    return [dict(row) for row in result]


def _name_of(calculator: Calculator, row: dict[str, object]) -> object:
    """Return the name of the department of a row."""
    key = f"hospital_id = '{row['hospital_id']}' AND department_id = '{row['department_id']}'"
    names = f"SELECT department_label FROM hospital_curated.dim_department WHERE is_current AND {key}"
    return calculator.warehouse.query(names)["department_label"][0].as_py()


def compare(
    calculator: Calculator, row: dict[str, object], columns: dict[str, str], first: date, last: date | None = None
) -> None:
    """Compare measures with the columns of a row of a mart for these days; ``last`` is by default the first."""
    of_hospital = "level" in row and "Most pressed department" in columns
    department = None if of_hospital else str(row["department_id"]) or None
    choice = Choice(str(row["hospital_id"]), department, first, last or first)
    for name, column in columns.items():
        expected, value = row[column], calculator.value(FORMULAS[name], choice)
        if column == "department_id":
            expected = _name_of(calculator, row)
        if expected in (None, 0) and value is None:
            continue
        assert value == (pytest.approx(expected) if isinstance(expected, float) else expected), (name, choice)
