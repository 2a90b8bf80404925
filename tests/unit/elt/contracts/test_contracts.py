"""The columns follow the event classes, and nothing else."""

from datetime import date, datetime
from typing import Annotated

import msgspec
import pyarrow as pa
import pytest

from elt.contracts import ColumnKind, arrow_schema, columns, struct_columns
from hospital_sim.events import EVENT_TYPES, DepartmentPromise

pytestmark = pytest.mark.unit

COMMON = ["event_id", "event_type", "schema_version", "event_time", "hospital_id", "department_id"]


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_columns_are_the_described_fields_of_the_class_with_the_common_ones_first(event_type: str) -> None:
    found = columns(event_type)

    assert [column.name for column in found] == [*COMMON, *EVENT_TYPES[event_type].__struct_fields__[5:]]
    assert [column.name for column in found if not column.description.endswith(".")] == []
    nullable = [field.name for field in arrow_schema(event_type) if field.nullable]
    assert nullable == (["delay_reason"] if event_type == "discharge" else [])


def test_each_kind_of_field_has_its_arrow_type() -> None:
    types = {field.name: field.type for field in arrow_schema("dep_snapshot")}
    assert (types["event_time"], types["snapshot_date"]) == (pa.timestamp("us", tz="UTC"), pa.date32())
    assert (types["beds"], types["schema_version"]) == (pa.int64(), pa.int64())
    assert types["department_name"] == pa.string()


def test_the_choices_of_a_field_are_known() -> None:
    choices = {column.name: column.values for column in columns("dep_snapshot")}
    assert (choices["snapshot_type"], choices["event_type"], choices["beds"]) == (("EOD", "SOD"), ("dep_snapshot",), ())


def test_a_field_added_to_a_struct_becomes_a_column() -> None:
    class Visit(msgspec.Struct):
        at: Annotated[datetime, msgspec.Meta(description="When.")]
        day: date | None
        weight: float

    assert [(c.name, c.kind, c.nullable) for c in struct_columns(Visit)] == [
        ("at", ColumnKind.TIMESTAMP, False),
        ("day", ColumnKind.DATE, True),
        ("weight", ColumnKind.FLOAT, False),
    ]


def test_a_nested_field_is_no_column_and_a_union_of_two_types_is_refused() -> None:
    class Odd(msgspec.Struct):
        value: int | str

    names = [column.name for column in struct_columns(DepartmentPromise)]
    assert "month_multipliers" not in names
    assert names[0] == "department_id"
    with pytest.raises(TypeError, match="value"):
        struct_columns(Odd)
