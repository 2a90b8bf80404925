"""The types of the warehouse are told apart as the model needs them, also of a server's table without a row."""

import pyarrow as pa
import pytest

from elt.powerbi.checks.data_checks import data_type
from elt.powerbi.model.semantic_model import DataType
from elt.warehouse.clickhouse.wire import arrow_table

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("String", (DataType.STRING, False)),
        ("LowCardinality(Nullable(String))", (DataType.STRING, False)),
        ("Int64", (DataType.INTEGER, False)),
        ("Nullable(Float64)", (DataType.NUMBER, False)),
        ("Bool", (DataType.BOOLEAN, False)),
        ("Date32", (DataType.DATE_TIME, True)),
        ("DateTime64(6, 'UTC')", (DataType.DATE_TIME, False)),
    ],
)
def test_a_column_of_a_server_has_its_type_without_a_row(written: str, expected: tuple[DataType, bool]) -> None:
    schema = arrow_table([], [("column", written)]).schema
    assert data_type(schema.field("column").type) == expected


def test_labels_are_texts_and_what_power_bi_has_no_word_for_is_none() -> None:
    assert data_type(pa.dictionary(pa.int32(), pa.string())) == (DataType.STRING, False)
    assert data_type(pa.decimal128(18, 2)) == (DataType.NUMBER, False)
    assert data_type(pa.list_(pa.int64())) is None
