"""Turns finished run records into rows of the run tables: the expectations of each run and its counts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from elt.contracts import columns_schema
from elt.lake.digests import digest
from elt.lake.tree import RAW_PREFIX
from elt.warehouse.tables import RUN, RUN_COUNT, RUN_DEPARTMENT, RUN_DIVERSION, RUN_MONTH, RawTable
from hospital_sim.events import RunRecord
from hospital_sim.storage import FinishedRun

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class LoadedRun:
    """One finished run record, as rows of the run tables.

    Attributes:
        key: Key of the record in the lake.
        sha256: Digest of its bytes.
        run_id: Identifier of the run.
        history_id: Identifier of the history of its hospital.
        hospital_id: Identifier of the hospital.
        rows: The rows, by table.
    """

    key: str
    sha256: str
    run_id: str
    history_id: str
    hospital_id: str
    rows: dict[RawTable, "pa.Table"]


def loaded_run(finished: FinishedRun) -> LoadedRun:
    """Return a run record as rows."""
    run = finished.record.run
    key = RAW_PREFIX + finished.key
    rows = _rows(finished.record, key)
    return LoadedRun(key, digest(finished.data), run.run_id, run.history_id, run.hospital_id, rows)


def _rows(record: RunRecord, key: str) -> dict[RawTable, "pa.Table"]:
    run = record.run
    of_run: dict[str, object] = {"run_id": run.run_id, "hospital_id": run.hospital_id}
    departments = [of_run | msgspec.structs.asdict(department) for department in run.departments]
    months = [
        of_run | {"department_id": department.department_id, "month_number": month, "multiplier": factor}
        for department in run.departments
        for month, factor in enumerate(department.month_multipliers, start=1)
    ]
    counts = [of_run | msgspec.structs.asdict(count) for count in record.counts]
    diverted = [of_run | msgspec.structs.asdict(count) for count in record.diverted]
    described = msgspec.structs.asdict(run) | {"start_date": run.start, "end_date": run.end, "source_file": key}
    return {
        RUN: _table(RUN, [described]),
        RUN_DEPARTMENT: _table(RUN_DEPARTMENT, departments),
        RUN_MONTH: _table(RUN_MONTH, months),
        RUN_COUNT: _table(RUN_COUNT, counts),
        RUN_DIVERSION: _table(RUN_DIVERSION, diverted),
    }


def _table(table: RawTable, rows: list[dict[str, object]]) -> "pa.Table":
    import pyarrow as pa

    schema = columns_schema(table.columns)
    return pa.table({field.name: pa.array([row[field.name] for row in rows], field.type) for field in schema})
