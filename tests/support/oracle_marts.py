"""Marts as plain Python computes them from events, in a warehouse: pages of random hospitals without a build."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
from made_up_marts import Row, write_table
from mart_oracle import MartOracle

from elt.warehouse import Warehouse
from hospital_sim.events import DepSnapshot, Event

_MARTS = (
    "mart_bed_utilisation",
    "mart_department_pressure",
    "mart_flow_profile",
    "mart_long_stays",
    "mart_pressure_index",
    "mart_queue_growth",
    "mart_wait_distribution",
    "mart_waiting_by_period",
    "mart_waiting_now",
)


def write_marts(warehouse: Warehouse, folder: Path, events: Sequence[Event]) -> None:
    """Write the marts of all these events, of one or more hospitals."""
    oracle = MartOracle(events)
    tables: dict[str, Iterable[Row]] = {f"marts.{name}": getattr(oracle, name)() for name in _MARTS}
    census = [event for event in events if isinstance(event, DepSnapshot)]
    hospitals = {event.hospital_id: event.snapshot_date for event in census}
    tables["raw.run"] = [
        {"hospital_id": hospital, "hospital_name": hospital, "end_date": last} for hospital, last in hospitals.items()
    ]
    tables["curated.dim_department"] = [
        {"hospital_id": hospital, "department_id": department, "department_name": name, "is_current": True}
        for hospital, department, name in {(e.hospital_id, e.department_id, e.department_name) for e in census}
    ]
    tables["marts.mart_pressure_validation"] = [
        {"check_name": "requests", "scope": "h", "expected": 1.0, "observed": 1.0, "tolerance": 0.1}
        | {"passed": True, "is_decisive": True}
    ]
    for name, rows in tables.items():
        schema, table = name.split(".")
        write_table(warehouse, folder, schema, table, pa.Table.from_pylist(list(rows)))
