"""Finished run records as rows: what each run promised and what it emitted."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from elt.contracts import ColumnKind
from elt.lake.store import Lake
from elt.warehouse.tables import RUN, RUN_COUNT, RUN_DEPARTMENT, RUN_DIVERSION, RUN_MONTH, RawTable
from hospital_sim.events import BrokenRecordError, RunRecord, decode_record
from hospital_sim.events.keys import RAW, RUNS, is_record_key, record_key

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class LoadedRun:
    """One finished run record, as rows of the run tables.

    Attributes:
        key: Key of the record in the lake.
        sha256: Digest of its bytes.
        run_id: Identifier of the run.
        history_id: Identifier of the hospital's past.
        hospital_id: Identifier of the hospital.
        rows: The rows, by table.
    """

    key: str
    sha256: str
    run_id: str
    history_id: str
    hospital_id: str
    rows: dict[RawTable, "pa.Table"]


def finished_runs(lake: Lake, broken: list[str]) -> Iterator[LoadedRun]:
    """Yield the finished run records of a lake.

    Args:
        lake: The lake.
        broken: Is given the keys of the objects that have the name of a run record and are none, or are another's:
            staging puts them into quarantine.

    Yields:
        Each record, in the order of the keys.
    """
    keys = (key for key in lake.store.keys(f"{RAW}/{RUNS}/") if is_record_key(key.removeprefix(f"{RAW}/")))
    for key, data in lake.store.read_many(keys):
        try:
            record = decode_record(data)
        except BrokenRecordError:
            broken.append(key)
            continue
        run = record.run
        if f"{RAW}/{record_key(run.run_id)}" != key:
            broken.append(key)
            continue
        digest = hashlib.sha256(data).hexdigest()
        yield LoadedRun(key, digest, run.run_id, run.history_id, run.hospital_id, _rows(record, key))


def _rows(record: RunRecord, key: str) -> dict[RawTable, "pa.Table"]:
    run = record.run
    own: dict[str, object] = {"run_id": run.run_id, "hospital_id": run.hospital_id}
    promises = [own | msgspec.structs.asdict(promise) for promise in run.departments]
    months = [
        own | {"department_id": promise.department_id, "month_number": month, "multiplier": factor}
        for promise in run.departments
        for month, factor in enumerate(promise.month_multipliers, start=1)
    ]
    counts = [own | msgspec.structs.asdict(count) for count in record.counts]
    diverted = [own | msgspec.structs.asdict(count) for count in record.diverted]
    described = msgspec.structs.asdict(run) | {
        "start_date": run.start,
        "end_date": run.end,
        "source_file": key,
    }
    return {
        RUN: _table(RUN, [described]),
        RUN_DEPARTMENT: _table(RUN_DEPARTMENT, promises),
        RUN_MONTH: _table(RUN_MONTH, months),
        RUN_COUNT: _table(RUN_COUNT, counts),
        RUN_DIVERSION: _table(RUN_DIVERSION, diverted),
    }


def _table(table: RawTable, rows: list[dict[str, object]]) -> "pa.Table":
    import pyarrow as pa

    types = {
        ColumnKind.STRING: pa.string(),
        ColumnKind.TIMESTAMP: pa.timestamp("us", tz="UTC"),
        ColumnKind.DATE: pa.date32(),
        ColumnKind.INTEGER: pa.int64(),
        ColumnKind.FLOAT: pa.float64(),
    }
    schema = pa.schema(pa.field(column.name, types[column.kind], column.nullable) for column in table.columns)
    return pa.table({name: pa.array([row[name] for row in rows], schema.field(name).type) for name in schema.names})
