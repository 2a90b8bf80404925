"""The formula of every measure gives the value of its mart.

Each formula is calculated in SQL along the relationships of the model (``formula_values``), for departments and days,
months and longer periods, and compared with the row of the mart.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from formula_values import Calculator, Choice

from elt.powerbi.model.dax import dax
from elt.powerbi.model.formulas import Leaf, Ratio, leaves
from elt.powerbi.model.measures import measures
from elt.powerbi.project import semantic_model
from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration

HOSPITAL = "st_brides"
FIRST, LAST = date(2024, 1, 10), date(2024, 3, 5)
WAITS = {
    "Waits": "admissions",
    "Wait mean": "wait_hours_mean",
    "Wait P50": "wait_hours_p50",
    "Wait P90": "wait_hours_p90",
    "Wait P95": "wait_hours_p95",
    "Wait longest": "wait_hours_max",
    "Waited over 4 hours": "share_over_4h",
    "Waited over 12 hours": "share_over_12h",
}
DAILY = {
    "mart_bed_utilisation": {
        "Beds open": "beds",
        "Beds occupied": "occupied_beds",
        "Occupancy": "occupancy_rate",
        "Occupancy, 7 days": "occupancy_rate_7d",
        "Occupancy, 28 days": "occupancy_rate_28d",
    },
    "mart_queue_growth": {
        "Requests": "requests",
        "Admissions": "admissions",
        "Discharges": "discharges",
        "Waiting": "waiting_eod",
        "Queue growth": "queue_growth",
        "Discharge rate": "discharge_rate",
    },
    "mart_waiting_now": {
        "Waiting": "waiting",
        "Waiting up to 4 hours": "waiting_up_to_4h",
        "Waiting 4 to 12 hours": "waiting_4h_to_12h",
        "Waiting 12 to 24 hours": "waiting_12h_to_24h",
        "Waiting over 24 hours": "waiting_over_24h",
        "Longest wait now": "longest_wait_hours",
    },
    "mart_long_stays": {
        "Beds held 7 days or more": "beds_7_days",
        "Beds held 21 days or more": "beds_21_days",
        "Beds of delayed patients": "beds_delayed",
    },
}
PRESSURE = {
    "Pressure level": "level",
    "Pressure points": "points",
    "Occupancy points": "occupancy_points",
    "Delayed points": "delayed_points",
    "Waiting points": "waiting_points",
    "Over 12 hours per bed": "over_12h_share",
    "Main component": "main_component",
    "Most pressed department": "department_id",
    "Level since": "level_since",
    "Occupancy": "occupancy_rate",
    "Delayed share": "delayed_share",
}
FORMULAS = {measure.name: measure.formula for measure in measures()}


@pytest.fixture(scope="module")
def calculator(powerbi_warehouse: str) -> Iterator[Calculator]:
    with open_warehouse(powerbi_warehouse) as warehouse:
        yield Calculator(semantic_model(warehouse), warehouse)


def compare(calculator: Calculator, choice: Choice, row: dict[str, object], columns: dict[str, str]) -> None:
    for name, column in columns.items():
        expected, value = row[column], calculator.value(FORMULAS[name], choice)
        if expected in (None, 0) and value is None:
            continue
        assert value == (pytest.approx(expected) if isinstance(expected, float) else expected), (name, choice)


def rows(calculator: Calculator, mart: str, where: str) -> list[dict[str, object]]:
    result = calculator.warehouse.query(f"SELECT * FROM hospital_marts.{mart} WHERE {where}").to_pylist()
    assert result
    return [dict(row) for row in result]


@pytest.mark.parametrize("mart", DAILY)
def test_measures_of_a_day_and_department_equal_the_row_of_the_mart(mart: str, calculator: Calculator) -> None:
    for row in rows(calculator, mart, "date IN ('2024-01-10', '2024-01-15', '2024-02-29', '2024-03-05')"):
        day = row["date"]
        assert isinstance(day, date)
        compare(calculator, Choice(HOSPITAL, str(row["department_id"]), day, day), row, DAILY[mart])


def test_measures_of_a_month_and_department_equal_the_row_of_the_waiting_times(calculator: Calculator) -> None:
    ends = {date(2024, 1, 1): date(2024, 1, 31), date(2024, 2, 1): date(2024, 2, 29), date(2024, 3, 1): LAST}
    months = rows(calculator, "mart_waiting_times", "1")
    assert len(months) == 6
    for row in months:
        month = row["month"]
        assert isinstance(month, date)
        compare(calculator, Choice(HOSPITAL, str(row["department_id"]), month, ends[month]), row, WAITS)


def test_measures_of_the_whole_period_equal_the_row_of_the_mart(calculator: Calculator) -> None:
    periods = rows(calculator, "mart_waiting_by_period", "period_type = 'whole'")
    assert {row["scope"] for row in periods} == {"hospital", "department"}
    for row in periods:
        compare(calculator, Choice(HOSPITAL, str(row["department_id"]) or None, FIRST, LAST), row, WAITS)


def test_the_warehouse_has_opening_admissions_and_outliers(calculator: Calculator) -> None:
    """The warehouse has opening admissions and outliers, so the comparisons above would fail without these rules."""
    counted = calculator.warehouse.query(
        "SELECT countIf(admitted_on < '2024-01-10') AS opening, countIf(is_outlier) AS outliers "
        "FROM hospital_curated.fact_admissions"
    ).to_pylist()[0]
    assert counted["opening"] > 0
    assert counted["outliers"] > 0


def test_measures_of_a_day_and_hospital_equal_the_row_of_the_pressure_index(calculator: Calculator) -> None:
    for row in rows(calculator, "mart_pressure_index", "toDayOfWeek(date) = 3"):
        day = row["date"]
        assert isinstance(day, date)
        compare(calculator, Choice(HOSPITAL, None, day, day), row, PRESSURE)


def test_days_at_each_level_add_up_to_the_days_of_the_index(calculator: Calculator) -> None:
    choice = Choice(HOSPITAL, None, FIRST, LAST)
    days = [calculator.value(FORMULAS[f"Days at level {level}"], choice) or 0 for level in (1, 2, 3, 4)]
    assert sum(int(str(number)) for number in days) == (LAST - FIRST).days + 1


def test_the_weekly_profile_equals_the_mart_for_any_days(calculator: Calculator) -> None:
    for department in ("acute", "surgery"):
        total = rows(calculator, "mart_flow_profile", f"department_id = '{department}'")
        choice = Choice(HOSPITAL, department, LAST, LAST)
        for measure, column in (("Admissions in the hour", "admissions"), ("Discharges in the hour", "discharges")):
            assert calculator.value(FORMULAS[measure], choice) == sum(int(str(row[column])) for row in total)


def test_promises_are_the_rows_of_the_validation_and_no_failure_is_0(calculator: Calculator) -> None:
    choice = Choice(HOSPITAL, None, FIRST, LAST)
    (row,) = calculator.warehouse.query(
        "SELECT count() AS checked, countIf(NOT passed) AS failed FROM hospital_marts.mart_pressure_validation"
    ).to_pylist()
    assert calculator.value(FORMULAS["Promises checked"], choice) == row["checked"] > 0
    assert calculator.value(FORMULAS["Promises not kept"], choice) == row["failed"]
    assert calculator.value(FORMULAS["Promises not kept"], choice) is not None


STAYS = {
    "Stay mean": "avg(length_of_stay_days)",
    "Stay P50": "quantileExactInclusive(0.5)(length_of_stay_days)",
    "Stay P90": "quantileExactInclusive(0.9)(length_of_stay_days)",
    "Delay mean": "avg(delay_days)",
    "Long stays of discharges": "countIf(length_of_stay_days >= 21) / count()",
    "Delayed discharges": "countIf(discharged_at > discharge_ready_at) / count()",
}


@pytest.mark.parametrize("name", STAYS)
def test_measures_of_stays_equal_the_figures_of_the_discharges(name: str, calculator: Calculator) -> None:
    first, last = date(2024, 2, 1), date(2024, 2, 29)
    (row,) = calculator.warehouse.query(
        f"SELECT {STAYS[name]} AS value FROM hospital_curated.fact_discharges "
        "WHERE toDate(discharged_at) BETWEEN '2024-02-01' AND '2024-02-29'"
    ).to_pylist()
    assert calculator.value(FORMULAS[name], Choice(HOSPITAL, None, first, last)) == pytest.approx(row["value"])


ROLES = {
    "Admissions by day of request": ("fact_admissions", "requested_at"),
    "Discharges by day ready": ("fact_discharges", "discharge_ready_at"),
    "Discharges by day of admission": ("fact_discharges", "admitted_at"),
}


@pytest.mark.parametrize("name", ROLES)
def test_a_count_by_another_date_counts_by_that_date(name: str, calculator: Calculator) -> None:
    fact, instant = ROLES[name]
    (row,) = calculator.warehouse.query(
        f"SELECT count() AS n FROM hospital_curated.{fact} WHERE toDate({instant}) = '2024-02-14'"
    ).to_pylist()
    day = date(2024, 2, 14)
    assert calculator.value(FORMULAS[name], Choice(HOSPITAL, None, day, day)) == row["n"] > 0


def test_shares_of_held_beds_and_the_trend_are_ratios_of_sums(calculator: Calculator) -> None:
    (held,) = calculator.warehouse.query(
        "SELECT sum(beds_7_days) AS week, sum(beds_21_days) AS long FROM hospital_marts.mart_long_stays"
    ).to_pylist()
    (beds,) = calculator.warehouse.query(
        "SELECT sum(occupied_beds) AS occupied, "
        "sumIf(occupied_beds, date > '2024-02-27') / sumIf(beds, date > '2024-02-27') AS last_7, "
        "sumIf(occupied_beds, date > '2024-02-06') / sumIf(beds, date > '2024-02-06') AS last_28 "
        "FROM hospital_marts.mart_bed_utilisation"
    ).to_pylist()
    choice = Choice(HOSPITAL, None, FIRST, LAST)
    values = {
        name: calculator.value(FORMULAS[name], choice) for name in ("Share held 7 days or more", "Long-stay share")
    }
    assert values["Share held 7 days or more"] == pytest.approx(held["week"] / beds["occupied"])
    assert values["Long-stay share"] == pytest.approx(held["long"] / beds["occupied"])
    assert calculator.value(FORMULAS["Occupancy trend"], choice) == pytest.approx(beds["last_7"] - beds["last_28"])


def test_a_wrong_definition_gives_another_value(calculator: Calculator) -> None:
    """A P90 of all admissions, by the department of the bed, is not the P90 of the mart."""
    right = next(leaves(FORMULAS["Wait P90"]))
    wrong = Leaf(right.kind, right.table, right.column, share=right.share)
    for row in rows(calculator, "mart_waiting_by_period", "period_type = 'whole' AND department_id = 'acute'"):
        choice = Choice(HOSPITAL, "acute", FIRST, LAST)
        assert calculator.value(right, choice) == pytest.approx(row["wait_hours_p90"])
        assert calculator.value(wrong, choice) != pytest.approx(row["wait_hours_p90"])


def test_every_figure_of_the_marts_has_a_measure() -> None:
    covered = {(mart, column) for mart, columns in DAILY.items() for column in columns.values()}
    covered |= {("mart_waiting_times", column) for column in WAITS.values()}
    covered |= {("mart_waiting_by_period", column) for column in WAITS.values()}
    covered |= {("mart_pressure_index", column) for column in PRESSURE.values()}
    covered |= {("mart_flow_profile", "admissions"), ("mart_flow_profile", "discharges")}
    # The start of a day's queue is the end of the day before.
    covered.add(("mart_queue_growth", "waiting_sod"))
    from elt.powerbi.model.descriptions import described_tables

    keys = {"hospital_id", "department_id", "date", "month", "scope", "period_type", "period_start", "weekday", "hour"}
    figures = {
        (table.name, column.name)
        for table in described_tables()
        if table.schema == "marts" and table.name != "mart_pressure_validation"
        for column in table.columns
        if column.name not in keys
    }
    assert figures - covered == set()


def test_percentiles_are_inclusive_in_dax() -> None:
    assert "PERCENTILEX.INC('fact_admissions', 'fact_admissions'[wait_hours], 0.9)" in dax(FORMULAS["Wait P90"])
    assert isinstance(FORMULAS["Occupancy"], Ratio)
    assert dax(FORMULAS["Occupancy"]) == (
        "VAR whole = SUM('mart_bed_utilisation'[beds])\n"
        "RETURN IF(NOT ISBLANK(whole), DIVIDE(SUM('mart_bed_utilisation'[occupied_beds]) + 0, whole, 0))"
    )
