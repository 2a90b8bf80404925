"""The percentiles of the marts are those of queueing theory: an M/M/10 department at a load of 9, replicated."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hospitals import START, department
from standard_errors import of_means
from theory import replications
from ward_log import Passage
from warehouse_tables import run_models

from elt.contracts import arrow_schema, columns_schema
from elt.warehouse import open_warehouse
from elt.warehouse.tables import LOADED_FILE, RAW_TABLES, SOURCE_FILE, event_table
from hospital_sim import Exponential
from hospital_sim.clock import second_of
from hospital_sim.queueing import erlang_c_wait_quantile

pytestmark = pytest.mark.integration

BEDS, LOAD = 10, 9.0
MEAN = 0.02
"""Mean stay in days: a run of two months is 3,000 of them, some eighty times as long as the queue remembers."""
DAYS, WARMUP_DAYS, RUNS = 60, 6, 16
FIELDS = {
    "event_type": "admission",
    "schema_version": 1,
    "department_id": "ward",
    "requested_department_id": "ward",
    "sex": "female",
    "birth_date": date(1980, 1, 1),
    "bed_number": 1,
    "admission_method": "21",
}


class Percentiles(NamedTuple):
    """Percentiles of the wait in mean stays, one of each run."""

    p90: Sequence[float]
    p95: Sequence[float]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Percentiles:
    """Every run is a hospital of one warehouse; its percentiles are those of the mart's whole period."""
    dsn = f"chdb://{tmp_path_factory.mktemp('queue')}/warehouse"
    ward = department("ward", beds=BEDS, requests_per_day=LOAD / MEAN, stay=Exponential(mean=MEAN), delay_share=0.0)
    with open_warehouse(dsn, create=True) as warehouse:
        for table in RAW_TABLES:
            warehouse.create_raw_table(table)
        for number, run in enumerate(replications(ward, RUNS, DAYS, WARMUP_DAYS)):
            counted = [passage for passage in run.passages if passage.requested >= run.begin]
            warehouse.insert(event_table("admission"), admissions(f"run_{number:02}", counted))
            warehouse.insert(event_table("dep_snapshot"), censuses(f"run_{number:02}"))
        now = datetime.now(UTC)
        file = {
            "source_file": "",
            "table_name": "admission",
            "month": START,
            "row_count": 0,
            "sha256": "",
            "loaded_at": now,
        }
        warehouse.insert(LOADED_FILE, pa.Table.from_pylist([file], schema=columns_schema(LOADED_FILE.columns)))
    run_models(dsn, "--select", "+mart_waiting_by_period")
    with open_warehouse(dsn) as warehouse:
        rows = warehouse.query(
            "SELECT wait_hours_p90, wait_hours_p95, admissions FROM hospital_marts.mart_waiting_by_period "
            "WHERE scope = 'department' AND period_type = 'whole'"
        ).to_pylist()
    assert len(rows) == RUNS
    assert all(row["admissions"] > 0.95 * DAYS * LOAD / MEAN for row in rows)
    return Percentiles(*([row[f"wait_hours_{name}"] / (24 * MEAN) for row in rows] for name in ("p90", "p95")))


def admissions(hospital: str, passages: Sequence[Passage]) -> pa.Table:
    count = len(passages)
    epoch = second_of(date(1970, 1, 1))
    seconds = np.array([(passage.requested, passage.admitted) for passage in passages], dtype=np.int64) - epoch
    requested, admitted = (
        pa.array(column * 1_000_000, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC")) for column in seconds.T
    )
    names = pa.array([f"{hospital}-{number}" for number in range(count)])
    own = {
        "event_id": names,
        "patient_id": names,
        "spell_id": names,
        "hospital_id": pa.repeat(hospital, count),
        "request_date": requested,
        "admission_date": admitted,
        "event_time": admitted,
        SOURCE_FILE: pa.repeat("", count),
    }
    schema = arrow_schema("admission").append(pa.field(SOURCE_FILE, pa.string()))
    columns = [
        own[name] if name in own else pa.repeat(pa.scalar(FIELDS[name], schema.field(name).type), count)
        for name in schema.names
    ]
    return pa.table(
        [column.cast(schema.field(number).type) for number, column in enumerate(columns)], names=schema.names
    )


def censuses(hospital: str) -> pa.Table:
    rows = [
        {
            "event_id": f"{hospital}-{day}-{kind}",
            "event_type": "dep_snapshot",
            "schema_version": 1,
            "event_time": datetime.combine(START, datetime.min.time(), UTC)
            + timedelta(days=day, seconds=0 if kind == "SOD" else 86_399),
            "hospital_id": hospital,
            "department_id": "ward",
            "snapshot_type": kind,
            "snapshot_date": START + timedelta(days=day),
            "department_name": "Ward",
            "treatment_function_code": "300",
            "beds": BEDS,
            "occupied_beds": BEDS,
            "capacity": BEDS,
            "waiting_list_size": 0,
            SOURCE_FILE: "",
        }
        for day in range(DAYS)
        for kind in ("SOD", "EOD")
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema("dep_snapshot").append(pa.field(SOURCE_FILE, pa.string())))


@pytest.mark.parametrize(("name", "probability", "published"), [("p90", 0.9, 1.9002), ("p95", 0.95, 2.5934)])
def test_the_percentiles_of_the_mart_are_those_of_the_closed_form(
    found: Percentiles, name: str, probability: float, published: float
) -> None:
    expected = erlang_c_wait_quantile(BEDS, LOAD, probability)
    assert expected == pytest.approx(published, abs=5e-5)
    assert of_means(getattr(found, name), expected).agrees


@pytest.mark.parametrize(("name", "probability"), [("p90", 0.85), ("p90", 0.95), ("p95", 0.9), ("p95", 0.98)])
def test_another_percentile_would_be_seen(found: Percentiles, name: str, probability: float) -> None:
    assert not of_means(getattr(found, name), erlang_c_wait_quantile(BEDS, LOAD, probability)).agrees
