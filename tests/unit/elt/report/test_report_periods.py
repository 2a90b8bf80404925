"""The periods to choose from."""

import datetime as dt

import pytest

from elt.report.periods import days_text, periods_between

pytestmark = pytest.mark.unit


def test_a_period_starts_as_in_the_mart_and_its_days_are_those_with_figures() -> None:
    periods = periods_between(dt.date(2023, 12, 20), dt.date(2024, 2, 10))

    assert [(period.key, f"{period.start}", f"{period.first_day}", f"{period.last_day}") for period in periods] == [
        ("whole", "2023-12-20", "2023-12-20", "2024-02-10"),
        ("2023", "2023-01-01", "2023-12-20", "2023-12-31"),
        ("2024", "2024-01-01", "2024-01-01", "2024-02-10"),
        ("2023-Q4", "2023-10-01", "2023-12-20", "2023-12-31"),
        ("2024-Q1", "2024-01-01", "2024-01-01", "2024-02-10"),
        ("2023-12", "2023-12-01", "2023-12-20", "2023-12-31"),
        ("2024-01", "2024-01-01", "2024-01-01", "2024-01-31"),
        ("2024-02", "2024-02-01", "2024-02-01", "2024-02-10"),
    ]
    assert periods[3].label == "October to December 2023"
    assert periods[-1].label == "February 2024"


def test_one_day_is_in_one_period_of_each_kind() -> None:
    day = dt.date(2024, 2, 29)

    assert [period.kind for period in periods_between(day, day)] == ["whole", "year", "quarter", "month"]
    assert days_text(day, day) == "29 February 2024"
    assert days_text(day, dt.date(2024, 3, 1)) == "29 February 2024 to 1 March 2024"
