"""The raw tables have the staged columns and the key of the file, derived from the events."""

import pytest

from elt.contracts import columns
from elt.warehouse.clickhouse.clickhouse_sql import ColumnTypes
from elt.warehouse.dbt_sources import SOURCES, sources_yaml
from elt.warehouse.tables import EVENT_TABLES, RAW_TABLES, RawTable
from hospital_sim.events import EVENT_TYPES

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("table", EVENT_TABLES, ids=lambda table: table.name)
def test_an_event_table_has_the_staged_columns_and_then_the_file(table: RawTable) -> None:
    assert table.columns[:-1] == columns(table.name)
    assert table.columns[-1].name == "source_file"


def test_there_is_a_table_for_each_event_type() -> None:
    assert [table.name for table in EVENT_TABLES] == list(EVENT_TYPES)


def test_only_what_an_event_may_leave_out_is_nullable() -> None:
    nullable = {
        (table.name, column.name)
        for table in EVENT_TABLES
        for column in table.columns
        if "Nullable" in ColumnTypes().of(column)
    }
    assert nullable == {("discharge", "delay_reason")}


def test_types_hold_every_value_that_an_event_may_have() -> None:
    types = {column.name: ColumnTypes().of(column) for table in EVENT_TABLES for column in table.columns}
    assert types["birth_date"] == "Date32"
    assert types["event_time"] == "DateTime64(6, 'UTC')"
    assert types["wait_duration"] == "Int64"
    assert types["spell_id"] == "String"
    assert types["department_id"] == "LowCardinality(String)"
    assert types["delay_reason"] == "LowCardinality(Nullable(String))"


def test_no_key_is_nullable() -> None:
    for table in RAW_TABLES:
        nullable = {column.name for column in table.columns if column.nullable}
        assert not nullable & {*table.order_by, table.partition_by}


def test_the_sources_of_the_dbt_project_are_derived_from_the_tables() -> None:
    assert SOURCES.read_text() == sources_yaml(), "run python -m elt.warehouse.dbt_sources"
