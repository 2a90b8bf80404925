"""The formulas of measures of waits and stays give, on the facts of a run, the figures of the marts.

Each formula is calculated in SQL along the relationships of the model (``formula_values``), for months and longer
periods, departments and the hospital.
"""

import calendar
from collections.abc import Iterator
from datetime import date

import pytest
from formula_values import Calculator, Choice
from measured_marts import DISCHARGE_RATE, FORMULAS, WAITS, compare, rows
from st_brides import FIRST, LAST, WholeRun

from elt.powerbi.model.formulas import Leaf, leaves
from elt.powerbi.project import semantic_model
from elt.warehouse import open_warehouse

pytestmark = pytest.mark.integration

HOSPITAL = "st_brides"
FEBRUARY = Choice(HOSPITAL, None, date(2024, 2, 1), date(2024, 2, 29))
DAY = date(2024, 2, 14)
STAYS = {
    "Mean stay (days)": "avg(length_of_stay_days)",
    "Median stay (days)": "quantileExactInclusive(0.5)(length_of_stay_days)",
    "P90 stay (days)": "quantileExactInclusive(0.9)(length_of_stay_days)",
    "Mean delay (days)": "avg(delay_days)",
    "Share of long stays": "countIf(length_of_stay_days >= 21) / count()",
    "Share of delayed discharges": "countIf(discharged_at > discharge_ready_at) / count()",
}
ROLES = {
    "Admissions by day of request": ("fact_admissions", "requested_at"),
    "Discharges by day ready": ("fact_discharges", "discharge_ready_at"),
    "Discharges by day of admission": ("fact_discharges", "admitted_at"),
}


@pytest.fixture(scope="module")
def calculator(st_brides: WholeRun) -> Iterator[Calculator]:
    with open_warehouse(st_brides.dsn) as warehouse:
        yield Calculator(semantic_model(warehouse), warehouse)


def one(calculator: Calculator, sql: str) -> float:
    return float(calculator.warehouse.query(f"SELECT {sql}").column(0)[0].as_py())


def test_measures_of_a_month_a_period_and_a_day_equal_the_rows_of_the_marts(calculator: Calculator) -> None:
    months = rows(calculator, "mart_waiting_times")
    assert len(months) == 6
    for row in months:
        month = date.fromisoformat(str(row["month"])[:10])
        end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        compare(calculator, row, WAITS, month, min(end, LAST))
    periods = rows(calculator, "mart_waiting_by_period", "period_type = 'whole'")
    assert {row["scope"] for row in periods} == {"hospital", "department"}
    for row in periods:
        compare(calculator, row, WAITS, FIRST, LAST)
    for day in (FIRST, date(2024, 2, 29)):
        for row in rows(calculator, "mart_queue_growth", f"date = '{day}'"):
            compare(calculator, row, DISCHARGE_RATE, day)
    # Without opening admissions and outliers, nothing here would notice that a measure leaves them out.
    facts = "FROM hospital_curated.fact_admissions"
    assert one(calculator, f"countIf(admitted_on < '{FIRST}') {facts}") > 0
    assert one(calculator, f"countIf(is_outlier) {facts}") > 0


def test_measures_of_stays_equal_the_figures_of_the_discharges(calculator: Calculator) -> None:
    february = "FROM hospital_curated.fact_discharges WHERE toDate(discharged_at) BETWEEN '2024-02-01' AND '2024-02-29'"
    values = {name: calculator.value(FORMULAS[name], FEBRUARY) for name in STAYS}
    assert values == pytest.approx({name: one(calculator, f"{sql} {february}") for name, sql in STAYS.items()})


def test_a_count_by_another_date_counts_by_that_date(calculator: Calculator) -> None:
    for name, (fact, instant) in ROLES.items():
        counted = one(calculator, f"count() FROM hospital_curated.{fact} WHERE toDate({instant}) = '{DAY}'")
        assert calculator.value(FORMULAS[name], Choice(HOSPITAL, None, DAY, DAY)) == counted > 0, name


def test_a_wrong_definition_gives_another_value(calculator: Calculator) -> None:
    """A P90 of all admissions, by the department of the bed, is not the P90 of the mart."""
    right = next(leaves(FORMULAS["P90 wait (hours)"]))
    wrong = Leaf(right.kind, right.table, right.column, share=right.share)
    (row,) = rows(calculator, "mart_waiting_by_period", "period_type = 'whole' AND department_id = 'acute'")
    choice = Choice(HOSPITAL, "acute", FIRST, LAST)
    assert calculator.value(right, choice) == pytest.approx(row["wait_hours_p90"])
    assert calculator.value(wrong, choice) != pytest.approx(row["wait_hours_p90"])
