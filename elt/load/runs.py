"""Turns finished run records into rows of the run tables: the expectations of each run and its counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

import msgspec

from elt.contracts import columns_schema
from elt.lake.digests import digest
from elt.lake.tree import RAW_PREFIX
from elt.warehouse.tables import RUN, RUN_COUNT, RUN_DEPARTMENT, RUN_DIVERSION, RUN_MONTH, RawTable
from hospital_sim.events import DepartmentPromise, RunRecord, RunStarted
from hospital_sim.storage import FinishedRun

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class LoadedRun:
    """One finished run record, as rows of the run tables.

    Attributes:
        key: Key of the record in the lake.
        sha256: Digest of its bytes.
        record: The record.
    """

    key: str
    sha256: str
    record: RunRecord

    @property
    def run(self) -> RunStarted:
        """The run."""
        return self.record.run

    def rows(self) -> dict[RawTable, "pa.Table"]:
        """Return the rows of the record, by table."""
        return _rows(self.record, self.key)


def loaded_run(finished: FinishedRun) -> LoadedRun:
    """Return a run record, to be loaded as rows."""
    return LoadedRun(RAW_PREFIX + finished.key, digest(finished.data), finished.record)


def _rows(record: RunRecord, key: str) -> dict[RawTable, "pa.Table"]:
    run = record.run
    of_run: dict[str, object] = {"run_id": run.run_id, "hospital_id": run.hospital_id}
    expectations = [
        (department, of_run | {"valid_from": first, "valid_to": last})
        for first, last, promises in _periods(run)
        for department in promises
    ]
    departments = [of_period | msgspec.structs.asdict(department) for department, of_period in expectations]
    months = [
        of_period | {"department_id": department.department_id, "month_number": month, "multiplier": factor}
        for department, of_period in expectations
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


def _periods(run: RunStarted) -> Iterator[tuple[date | None, date | None, tuple[DepartmentPromise, ...]]]:
    """Yield the first and the last day of each period of a run, None without a bound, and its expectations."""
    if not run.periods:
        yield None, None, run.departments
    for period, after in zip_longest(run.periods, run.periods[1:]):
        is_first = period is run.periods[0]
        last = None if after is None else after.first_day - timedelta(days=1)
        yield None if is_first else period.first_day, last, period.departments


def _table(table: RawTable, rows: list[dict[str, object]]) -> "pa.Table":
    import pyarrow as pa

    schema = columns_schema(table.columns)
    return pa.table({field.name: pa.array([row[field.name] for row in rows], field.type) for field in schema})
