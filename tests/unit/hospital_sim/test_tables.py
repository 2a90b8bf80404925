"""Tables read well as text and as HTML, escape their cells, and turn into frames."""

import sys
from datetime import UTC, date, datetime

import pandas
import pyarrow
import pytest

from hospital_sim import MissingExtraError, Table
from hospital_sim.tables import TimeSummary, format_cell, summarise_times

pytestmark = pytest.mark.unit

TABLE = Table("Wards", {"ward": ["A", "Long name"], "beds": [1200, 3], "rate": [0.5, None]})


def test_a_table_is_rows_and_columns_of_equal_length_that_do_not_change() -> None:
    assert TABLE.columns == ("ward", "beds", "rate")
    assert len(TABLE) == 2
    assert list(TABLE.rows()) == [("A", 1200, 0.5), ("Long name", 3, None)]
    assert list(TABLE)[1] == {"ward": "Long name", "beds": 3, "rate": None}
    TABLE["beds"].append(99)
    assert TABLE["beds"] == [1200, 3]
    with pytest.raises(KeyError):
        TABLE["patients"]
    with pytest.raises(ValueError, match="Wards: the columns are not of equal length"):
        Table("Wards", {"a": [1], "b": [1, 2]})


def test_a_table_is_made_from_rows() -> None:
    table = Table.from_rows("Wards", ("ward", "beds", "rate"), [("A", 1200, 0.5), ("Long name", 3, None)])
    assert repr(table) == repr(TABLE)
    assert Table.from_rows("None", ("ward", "beds"), []).columns == ("ward", "beds")
    with pytest.raises(ValueError, match="zip"):
        Table.from_rows("Wards", ("ward", "beds"), [("A",)])


def test_numbers_are_aligned_to_the_right_and_words_to_the_left() -> None:
    assert repr(TABLE).splitlines() == [
        "Wards",
        "ward        beds   rate",
        "A          1,200  0.500",
        "Long name      3",
    ]


def test_html_escapes_hostile_names() -> None:
    hostile = "<script>alert(1)</script>&\"'"
    shown = Table(hostile, {hostile: [hostile]})._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;") == 3


def test_a_table_without_rows_shows_its_head() -> None:
    empty = Table("Nothing", {"ward": [], "beds": []})
    assert len(empty) == 0
    assert repr(empty).splitlines() == ["Nothing", "ward  beds"]
    assert "<th>ward</th>" in empty._repr_html_()
    assert len(empty.to_pandas()) == 0


def test_a_table_turns_into_frames() -> None:
    frame = TABLE.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["beds"].tolist() == [1200, 3]
    assert TABLE.to_arrow().to_pydict() == {"ward": ["A", "Long name"], "beds": [1200, 3], "rate": [0.5, None]}
    assert Table("Days", {"day": [date(2024, 1, 1)]}).to_arrow().schema.field("day").type == pyarrow.date32()


def test_a_table_turns_into_a_polars_frame_with_missing_and_mixed_values() -> None:
    polars = pytest.importorskip("polars")
    columns = {"rate": [None, 1, 0.5], "moment": [None, datetime(2024, 1, 1, tzinfo=UTC), None], "none": [None] * 3}
    frame = Table("Rates", columns).to_polars()
    assert isinstance(frame, polars.DataFrame)
    assert frame.to_dict(as_series=False) == columns
    assert frame.schema["rate"] == polars.Float64
    assert frame.schema["moment"] == polars.Datetime("us", "UTC")
    assert Table("Nothing", {"ward": []}).to_polars().shape == (0, 1)


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [("to_pandas", "pandas", "pandas"), ("to_polars", "polars", "polars"), ("to_arrow", "pyarrow", "arrow")],
)
def test_a_frame_without_its_extra_is_an_error_that_names_it(
    method: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"{method} needs an extra: pip install 'hospital-sim\[{extra}\]'"):
        getattr(TABLE, method)()


def test_a_cell_as_text() -> None:
    texts = [format_cell(cell) for cell in (None, True, 1234567, 0.12345, 1234.5)]
    assert texts == ["", "True", "1,234,567", "0.123", "1,234.500"]


def test_percentiles_of_times_use_linear_interpolation_and_those_of_no_times_are_none() -> None:
    expected = TimeSummary(mean=4.0, p50=2.5, p90=7.9, p95=8.95, longest=10.0)
    assert summarise_times([1, 2, 3, 10]) == pytest.approx(expected)
    assert summarise_times([]) == (None, None, None, None, None)
