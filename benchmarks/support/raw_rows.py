"""Events put into the raw tables of a warehouse as a load would put them, without a lake of a file for each."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec
import pyarrow as pa

from elt.contracts import EVENT_TYPES, arrow_schema, columns_schema
from elt.warehouse import Warehouse
from elt.warehouse.tables import LOADED_FILE, RAW_TABLES, SOURCE_FILE, event_table
from elt.warehouse.version import note_version
from hospital_sim.events import Event, event_type

RowsByMonth = dict[str, dict[date, pa.Table]]
"""Staged rows by event type and month."""


def rows_by_month(events: Iterable[Event]) -> RowsByMonth:
    """Return events as staged rows."""
    sorted_in: dict[str, dict[date, list[dict[str, object]]]] = {name: {} for name in EVENT_TYPES}
    for event in events:
        kind = event_type(event)
        row = msgspec.structs.asdict(event) | {"event_type": kind}
        sorted_in[kind].setdefault(event.event_time.date().replace(day=1), []).append(row)
    return {
        kind: {month: pa.Table.from_pylist(rows, schema=arrow_schema(kind)) for month, rows in months.items()}
        for kind, months in sorted_in.items()
    }


def make_raw_tables(warehouse: Warehouse) -> None:
    """Make what a first load makes."""
    note_version(warehouse)
    for table in RAW_TABLES:
        warehouse.create_raw_table(table)


def put_rows(warehouse: Warehouse, kind: str, month: date, rows: pa.Table) -> None:
    """Put the rows of a type and month into their table, and note their file as loaded."""
    key = f"staging/{kind}/event_date={month:%Y-%m}/{kind}.parquet"
    warehouse.insert(event_table(kind), rows.append_column(SOURCE_FILE, pa.repeat(key, rows.num_rows)))
    file = {
        "source_file": key,
        "table_name": kind,
        "month": month,
        "row_count": rows.num_rows,
        "sha256": "",
        "loaded_at": datetime.now(UTC),
    }
    warehouse.insert(LOADED_FILE, pa.Table.from_pylist([file], schema=columns_schema(LOADED_FILE.columns)))
