"""Numbers and names as JSON in the page."""

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pytest

from elt.report.encoding import encode_columns, plain_day, plain_number, script_json

pytestmark = pytest.mark.unit


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
