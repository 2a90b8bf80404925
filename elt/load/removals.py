"""Loads repairs: the counts of forgotten events, and a note of each repair that took events out of staged files.

A build replaces the months of new files, but an event that is gone reaches further, for example back to the month in
which its delay began. So such a repair also discards the record of the last build, and the next build makes everything
again. A compaction changes no row, and an undo only adds some, so neither needs that.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from elt.contracts import columns_schema
from elt.lake import layout
from elt.lake.manifests import Action
from elt.lake.repairs import first_day_kept, forgotten_counts, in_effect
from elt.lake.staging_runs import StagingRun
from elt.warehouse import Warehouse
from elt.warehouse.tables import FORGOTTEN_COUNT, LAST_BUILD, SOURCE_FILE

if TYPE_CHECKING:
    import pyarrow as pa

_TAKE_OUT = (Action.SET_ASIDE, Action.FORGET)


def repair_digests(runs: Sequence[StagingRun]) -> tuple[dict[str, str], set[str]]:
    """Return the repairs in effect that took events out, by the key of their plan, with its digest.

    Also returns the keys of the plans of those that were taken back.
    """
    effective = list(in_effect(runs, *_TAKE_OUT))
    digests = {layout.plan_key(run.plan.number): run.commit.plan_sha256 for run in effective if run.commit is not None}
    return digests, {layout.plan_key(run.plan.number) for run in runs if run.action in _TAKE_OUT} - digests.keys()


def discard_last_build(warehouse: Warehouse) -> None:
    """Make the next build build everything."""
    if warehouse.has_table("raw", LAST_BUILD.name):
        warehouse.delete(LAST_BUILD, "name", "last")


def load_forgotten_counts(warehouse: Warehouse, runs: Sequence[StagingRun]) -> None:
    """Make the table of forgotten events hold those of the repairs in effect, on days that are still kept."""
    first = first_day_kept(runs)
    in_table = warehouse.query(f"SELECT DISTINCT {SOURCE_FILE} FROM {warehouse.schema('raw')}.{FORGOTTEN_COUNT.name}")  # noqa: S608
    if in_table.num_rows:
        warehouse.delete(FORGOTTEN_COUNT, SOURCE_FILE, *in_table[SOURCE_FILE].to_pylist())
    for run in in_effect(runs, Action.FORGET):
        counts = forgotten_counts(runs, run)
        rows = _rows(counts, layout.plan_key(run.plan.number), first)
        if rows.num_rows:
            warehouse.insert(FORGOTTEN_COUNT, rows)


def _rows(counts: Counter[tuple[str, str, str, date]], key: str, first: date) -> "pa.Table":
    import pyarrow as pa

    rows = [
        {
            "hospital_id": hospital_id,
            "event_type": event_type,
            "department_id": department_id,
            "event_date": day,
            "count": count,
            SOURCE_FILE: key,
        }
        for (event_type, hospital_id, department_id, day), count in sorted(counts.items())
        if day >= first
    ]
    return pa.Table.from_pylist(rows, schema=columns_schema(FORGOTTEN_COUNT.columns))
