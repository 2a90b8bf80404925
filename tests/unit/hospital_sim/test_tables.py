"""Tables read well as text and as HTML, escape their cells, and turn into frames."""

import sys
from datetime import UTC, date, datetime

import pandas
import pytest

from hospital_sim import MissingExtraError, Table
from hospital_sim.tables import Cell, CellType, TimeSummary, format_cell, summarise_times

pytestmark = pytest.mark.unit

WARDS: dict[str, CellType] = {"ward": str, "beds": int, "rate": float}
TABLE = Table("Wards", WARDS, [("A", 1200, 0.5), ("Long name", 3, None)])


def test_a_table_is_rows_and_columns_that_do_not_change() -> None:
    assert TABLE.columns == ("ward", "beds", "rate")
    assert len(TABLE) == 2
    assert list(TABLE.rows()) == [("A", 1200, 0.5), ("Long name", 3, None)]
    assert list(TABLE)[1] == {"ward": "Long name", "beds": 3, "rate": None}
    TABLE["beds"].append(99)
    assert TABLE["beds"] == [1200, 3]
    with pytest.raises(KeyError):
        TABLE["patients"]
    with pytest.raises(ValueError, match="zip"):
        Table("Wards", WARDS, [("A", 1)])


def test_numbers_are_aligned_to_the_right_and_words_to_the_left() -> None:
    assert repr(TABLE).splitlines() == [
        "Wards",
        "ward        beds   rate",
        "A          1,200  0.500",
        "Long name      3",
    ]


def test_html_escapes_hostile_names() -> None:
    hostile = "<script>alert(1)</script>&\"'"
    shown = Table(hostile, {hostile: str}, [(hostile,)])._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;") == 3


def test_a_table_without_rows_shows_its_head() -> None:
    empty = Table("Nothing", {"ward": str, "beds": int}, [])
    assert len(empty) == 0
    assert repr(empty).splitlines() == ["Nothing", "ward  beds"]
    assert "<th>ward</th>" in empty._repr_html_()
    assert len(empty.to_pandas()) == 0


ROWS: list[tuple[Cell, ...]] = [
    ("A", 1, 2, 0.5, date(2024, 1, 1), datetime(2024, 1, 1, 12, tzinfo=UTC)),
    (None, 2, None, 1, None, None),
]
KINDS: dict[str, CellType] = {
    "name": str,
    "beds": int,
    "number": int | None,
    "rate": float,
    "day": date,
    "moment": datetime,
}


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:], []], ids=["both", "values", "missing", "none"])
def test_the_types_of_a_frame_do_not_depend_on_its_cells(rows: list[tuple[Cell, ...]]) -> None:
    table = Table("Kinds", KINDS, rows)
    times = ["datetime64[us]"] * 2
    assert [str(kind) for kind in table.to_pandas().dtypes] == ["str", "int64", "Int64", "float64", *times]
    assert [str(kind) for kind in table.to_polars().dtypes] == [
        *["String", "Int64", "Int64", "Float64", "Date"],
        "Datetime(time_unit='us', time_zone=None)",
    ]
    assert [str(kind) for kind in table.to_arrow().schema.types] == [
        *["string", "int64", "int64", "double", "date32[day]", "timestamp[us]"],
    ]


def test_frames_hold_the_cells_and_times_are_utc_without_a_zone() -> None:
    table = Table("Kinds", KINDS, ROWS)
    columns = {name: list(table[name]) for name in KINDS} | {"moment": [datetime(2024, 1, 1, 12), None]}  # noqa: DTZ001
    assert table.to_arrow().to_pydict() == columns
    assert table.to_polars().to_dict(as_series=False) == columns
    frame = table.to_pandas()
    assert frame["beds"].tolist() == [1, 2]
    assert frame["moment"].tolist() == [pandas.Timestamp("2024-01-01T12:00"), pandas.NaT]
    assert frame.isna().sum().tolist() == [1, 0, 1, 0, 1, 1]


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [("to_pandas", "pandas", "pandas"), ("to_polars", "polars", "polars"), ("to_arrow", "pyarrow", "arrow")],
)
def test_a_frame_without_its_extra_is_an_error_that_names_it(
    method: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"{method} needs an extra: pip install 'simpy-hospital\[{extra}\]'"):
        getattr(TABLE, method)()


def test_a_cell_as_text() -> None:
    texts = [format_cell(cell) for cell in (None, True, 1234567, 0.12345, 1234.5)]
    assert texts == ["", "True", "1,234,567", "0.123", "1,234.500"]


def test_percentiles_of_times_use_linear_interpolation_and_those_of_no_times_are_none() -> None:
    expected = TimeSummary(mean=4.0, p50=2.5, p90=7.9, p95=8.95, longest=10.0)
    assert summarise_times([1, 2, 3, 10]) == pytest.approx(expected)
    assert summarise_times([]) == (None, None, None, None, None)
