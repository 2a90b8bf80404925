"""The formulas of measures that only sum or count rows of marts give the figures of made-up marts.

Each formula is calculated in SQL along the relationships of the model (``formula_values``) and compared with the row.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from formula_values import Calculator, Choice
from made_up_marts import START, MadeUpHospital, make_up
from measured_marts import COLUMNS, DAILY, DEPARTMENT_PRESSURE, FORMULAS, PRESSURE, PROFILE, compare, rows

from elt.powerbi.model.descriptions import described_tables
from elt.powerbi.project import semantic_model
from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration

LAST = START + timedelta(days=44)
WHOLE = Choice("alpha", None, START, LAST)
DAYS = f"date IN ('{START}', '2024-01-17', '{LAST}')"


@pytest.fixture(scope="module")
def calculator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calculator]:
    folder = tmp_path_factory.mktemp("marts")
    with open_warehouse(f"chdb://{folder}/warehouse", create=True) as warehouse:
        make_up(warehouse, folder, [MadeUpHospital(days=45)])
        yield Calculator(semantic_model(warehouse), warehouse)


def total(calculator: Calculator, sql: str, mart: str) -> float:
    return float(calculator.warehouse.query(f"SELECT {sql} FROM hospital_marts.{mart}").column(0)[0].as_py())


def test_measures_of_a_day_and_department_equal_the_row_of_the_mart(calculator: Calculator) -> None:
    for mart, columns in {
        **DAILY,
        "mart_pressure_index": PRESSURE,
        "mart_department_pressure": DEPARTMENT_PRESSURE,
    }.items():
        for row in rows(calculator, mart, DAYS):
            compare(calculator, row, columns, date.fromisoformat(str(row["date"])[:10]))


def test_a_figure_at_the_end_of_several_days_is_that_of_the_last_day(calculator: Calculator) -> None:
    for mart in ("mart_bed_utilisation", "mart_waiting_now", "mart_long_stays"):
        columns = {name: column for name, column in DAILY[mart].items() if name != "Occupancy"}
        for row in rows(calculator, mart, f"date = '{LAST}'"):
            compare(calculator, row, columns, START, LAST)
    for row in rows(calculator, "mart_pressure_index", f"date = '{LAST}'"):
        columns = {
            name: column for name, column in PRESSURE.items() if name not in ("Occupancy", "Delayed share of beds")
        }
        compare(calculator, row, columns, START, LAST)


def test_days_at_levels_hours_of_the_profile_and_expectations_are_counted(calculator: Calculator) -> None:
    days = [calculator.value(FORMULAS[f"Days at level {level}"], WHOLE) or 0 for level in (1, 2, 3, 4)]
    assert sum(int(str(number)) for number in days) == 45
    for measure, column in PROFILE.items():
        expected = total(calculator, f"sumIf({column}, department_id = 'surgery')", "mart_flow_profile")
        assert calculator.value(FORMULAS[measure], Choice("alpha", "surgery", LAST, LAST)) == expected
    checked = total(calculator, "count()", "mart_pressure_validation")
    assert calculator.value(FORMULAS["Expectations checked"], WHOLE) == checked
    failed = total(calculator, "countIf(NOT passed)", "mart_pressure_validation")
    assert calculator.value(FORMULAS["Expectations not met"], WHOLE) == failed > 0


def test_shares_of_held_beds_and_the_trend_are_ratios_of_sums(calculator: Calculator) -> None:
    occupied = total(calculator, "sum(occupied_beds)", "mart_bed_utilisation")
    expected = {
        name: total(calculator, f"sum({column})", "mart_long_stays") / occupied
        for name, column in (
            ("Share held 7 days or more", "beds_7_days"),
            ("Share held 21 days or more", "beds_21_days"),
        )
    }
    week, four_weeks = (
        total(
            calculator,
            f"sumIf(occupied_beds, date > '{after}') / sumIf(beds, date > '{after}')",
            "mart_bed_utilisation",
        )
        for after in (LAST - timedelta(days=7), LAST - timedelta(days=28))
    )
    expected["Occupancy trend"] = week - four_weeks
    assert {name: calculator.value(FORMULAS[name], WHOLE) for name in expected} == pytest.approx(expected)


def test_every_figure_of_the_marts_has_a_measure() -> None:
    keys = {"hospital_id", "department_id", "date", "month", "scope", "period_type", "period_start", "weekday", "hour"}
    figures = {
        (table.name, column.name)
        for table in described_tables()
        if table.schema == "marts" and table.name != "mart_pressure_validation"
        for column in table.columns
        if column.name not in keys
    }
    # The start of a day's queue is the end of the day before. A distribution is a table.
    distribution = {("mart_wait_distribution", name) for name in ("hours", "admissions_within", "share_within")}
    assert figures - COLUMNS == {("mart_queue_growth", "waiting_sod"), *distribution}
