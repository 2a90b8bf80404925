"""Days of the whole hospital, periods to choose from, and numbers and names as JSON in the page."""

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pytest

from elt.report.encoding import encode_columns, plain_day, plain_number, script_json
from elt.report.figures import with_hospital_days
from elt.report.periods import days_text, periods_between

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
    (without_beds,) = hospital_days([row("a", 1, 0, 0)])
    assert (without_beds["occupancy_rate"], without_beds["occupancy_rate_7d"]) == (0.0, 0.0)


def test_the_mean_of_7_days_counts_calendar_days_and_weighs_them_by_beds() -> None:
    days = hospital_days([row("a", 1, 10, 10), row("a", 2, 10, 0), row("a", 8, 30, 30)])

    # The mean on the eighth leaves out the first of January, 7 days earlier.
    assert [day["occupancy_rate_7d"] for day in days] == [1.0, 0.5, 0.75]


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
    day = dt.date(2024, 2, 29)
    assert [period.kind for period in periods_between(day, day)] == ["whole", "year", "quarter", "month"]
    assert days_text(day, day) == "29 February 2024"
    assert days_text(day, dt.date(2024, 3, 1)) == "29 February 2024 to 1 March 2024"


def test_text_in_a_script_element_cannot_end_it_and_is_read_back_unchanged() -> None:
    for text in ("</script>", "<!-- <script>", "&lt;", "\u2028\u2029", "\"'\\", "=1+1", "Ysbyty Gwynedd"):
        json_text = script_json({text: [text]})
        assert json.loads(json_text) == {text: [text]}
        assert not set(json_text) & set("<>&\u2028\u2029")


def test_strings_are_written_once_and_days_as_numbers() -> None:
    days = [dt.date(1970, 1, 2), dt.date(2024, 2, 29)]
    table = pa.table({"department": ["b", "a", "b"], "day": pa.array([*days, None], pa.date32())})

    assert encode_columns(table) == {
        "department": {"codes": [1, 0, 1], "values": ["a", "b"]},
        "day": {"days": [1, 19782, None]},
    }


def test_numbers_are_written_without_a_point_if_they_are_whole_and_as_null_if_not_finite() -> None:
    beds, rows = [Decimal("12.00"), Decimal("0.25"), None, None], pa.array([1, None, 2, 3], pa.uint64())
    table = pa.table({"beds": beds, "rows": rows, "rate": [0.5, float("nan"), None, float("inf")]})

    expected = '{"beds": [12, 0.25, null, null], "rows": [1, null, 2, 3], "rate": [0.5, null, null, null]}'
    assert json.dumps(encode_columns(table)) == expected


def test_a_timestamp_is_a_day_and_a_number_of_the_warehouse_keeps_every_digit() -> None:
    assert plain_day(dt.datetime(2024, 3, 1, tzinfo=dt.UTC)) == plain_day(dt.date(2024, 3, 1))
    with pytest.raises(TypeError, match="not a date: 'March'"):
        plain_day("March")
    assert plain_number(0.1 + 0.2) == 0.1 + 0.2
    assert plain_number(Decimal("7")) == 7.0
    assert plain_number("7") is None
