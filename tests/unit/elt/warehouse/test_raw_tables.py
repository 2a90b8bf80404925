"""The raw tables have the staged columns and the key of the file, derived from the events."""

import pytest

from elt.contracts import columns
from elt.warehouse.clickhouse.clickhouse_sql import column_type
from elt.warehouse.dbt_sources import SOURCES, sources_yaml
from elt.warehouse.tables import EVENT_TABLES, RAW_TABLES
from hospital_sim.events import EVENT_TYPES

pytestmark = pytest.mark.unit


def test_the_table_of_each_event_type_has_the_staged_columns_and_then_the_file() -> None:
    assert [table.name for table in EVENT_TABLES] == list(EVENT_TYPES)
    for table in EVENT_TABLES:
        assert table.columns[:-1] == columns(table.name), table.name
        assert table.columns[-1].name == "source_file", table.name


def test_types_hold_every_value_that_an_event_may_have() -> None:
    types = {column.name: column_type(column) for table in EVENT_TABLES for column in table.columns}
    assert types["birth_date"] == "Date32"
    assert types["event_time"] == "DateTime64(6, 'UTC')"
    assert types["wait_duration"] == "Int64"
    assert types["spell_id"] == "String"
    assert types["department_id"] == "LowCardinality(String)"
    assert types["delay_reason"] == "LowCardinality(Nullable(String))"


def test_only_what_an_event_may_leave_out_is_nullable_and_no_key() -> None:
    nullable = [(table, column) for table in RAW_TABLES for column in table.columns if column.nullable]
    assert [column.name for table, column in nullable if column.name in (*table.order_by, table.partition_by)] == []
    of_events = [(table.name, column.name) for table, column in nullable if table in EVENT_TABLES]
    assert of_events == [("discharge", "delay_reason")]


def test_the_sources_of_the_dbt_project_are_derived_from_the_tables() -> None:
    assert SOURCES.read_text() == sources_yaml(), "run python -m elt.warehouse.dbt_sources"
