"""Reconciliation: counts the events of each type and day at each step, from the run records to the facts."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from elt.contracts import EVENT_TYPES
from elt.lake.lake import Lake
from elt.lake.staging_runs import StagingRun
from elt.lake.tree import RawTree
from elt.quality.emitted import Cell, Emitted
from elt.quality.raw_counts import count_raw
from elt.quality.results import MOST_ROWS, CheckResult, Reconciliation
from elt.quality.taken_out import Counts, TakenOut
from elt.warehouse import Warehouse

FACTS = {
    "admission": ("fact_admissions", "admitted_on"),
    "discharge": ("fact_discharges", "discharged_on"),
    "wait_snapshot": ("fact_waiting_list", "snapshot_date"),
    "dep_snapshot": ("fact_department_occupancy", "snapshot_date"),
}
"""The fact of each event type, and the column that holds the date of the event."""


def reconcile(
    lake: Lake,
    tree: RawTree,
    staging_runs: list[StagingRun],
    warehouse: Warehouse,
    staged_cells: Counter[tuple[str, str, str, date]],
    truth: Emitted,
    taken_out: TakenOut,
    is_listed: Callable[[date], bool] | None = None,
) -> list[Reconciliation]:
    """Count the events of each type and day at each step.

    Args:
        lake: The lake.
        tree: Its partitions.
        staging_runs: Its staging runs.
        warehouse: A warehouse that the lake was loaded into and whose facts are built.
        staged_cells: Staged events by event type, hospital, department and day.
        truth: What the runs emitted.
        taken_out: Events that repairs keep out of the data.
        is_listed: Returns True for the first day of a month whose raw objects are to be counted; by default all are.
            Other months are taken to have as many as staging read.

    Returns:
        One entry for each type and day that any step has counts for, sorted by type and day.
    """
    staged, emitted = _by_type_and_day(staged_cells), truth.by_type_and_day()
    accounted = staged + taken_out.broken
    steps = (
        +Counter({place: taken_out.expected(place, count, accounted[place]) for place, count in emitted.items()}),
        count_raw(lake, tree, staging_runs, taken_out.removed, accounted, is_listed or (lambda _: True)),
        staged,
        taken_out.broken,
        _in_tables(warehouse, "raw", {event_type: (event_type, "event_time") for event_type in EVENT_TYPES}),
        _in_tables(warehouse, "curated", FACTS),
    )
    order = {event_type: place for place, event_type in enumerate(EVENT_TYPES)}
    days = sorted(set().union(*steps), key=lambda key: (order[key[0]], key[1]))
    return [Reconciliation(*key, *(step[key] for step in steps)) for key in days]


def reconciliation_checks(rows: list[Reconciliation], set_aside: Counts, note: str = "") -> list[CheckResult]:
    """Return one check for each event type: all its days agree.

    Args:
        rows: The counts.
        set_aside: Events that were set aside, which may explain a difference.
        note: The detail of a check that passed.
    """
    checks = []
    for event_type in EVENT_TYPES:
        days = [row for row in rows if row.event_type == event_type]
        wrong = [row for row in days if not row.agrees]
        checks.append(
            CheckResult(
                "reconciliation",
                event_type,
                len(days),
                len(days) - len(wrong),
                not wrong,
                _explain(wrong, sum(set_aside[event_type, row.event_date] for row in wrong)) or note,
                tuple(_counts(row) for row in wrong[:MOST_ROWS]),
            )
        )
    return checks


def department_check(
    staged_cells: Counter[tuple[str, str, str, date]], truth: Emitted, taken_out: TakenOut
) -> CheckResult:
    """Compare emitted and staged events by department, on days whose events were all staged once."""
    staged: Counter[Cell] = Counter({Cell(*key): count for key, count in staged_cells.items()})
    forgotten = taken_out.forgotten_cells
    forgotten_staged: Counts = Counter()
    for cell, count in forgotten.items():
        forgotten_staged[cell.event_type, cell.event_date] += count
    never_staged = taken_out.broken + (taken_out.forgotten - forgotten_staged)
    cells = [cell for cell in {*truth.counts, *staged} if not never_staged[cell.event_type, cell.event_date]]
    wrong = sorted(
        cell for cell in cells if not staged[cell] <= truth.counts.get(cell, 0) <= staged[cell] + forgotten[cell]
    )
    detail = ""
    if wrong:
        event_type, hospital_id, department_id, day = wrong[0]
        detail = f"first: {event_type} of {hospital_id}, {department_id}, on {day}"
    rows = tuple(
        f"{cell[0]} of {cell[1]}, {cell[2]}, on {cell[3]}: {truth.counts.get(cell, 0)} emitted, {staged[cell]} staged"
        for cell in wrong[:MOST_ROWS]
    )
    return CheckResult("staged_by_department", "lake", len(cells), len(cells) - len(wrong), not wrong, detail, rows)


def _explain(wrong: list[Reconciliation], set_aside: int) -> str:
    if not wrong:
        return ""
    counts = f"first: {_counts(wrong[0])}; "
    if set_aside and all(row.raw_objects == row.staged + row.quarantined for row in wrong):
        return counts + f"{set_aside} are set aside; hospital-elt quarantine add --undo NUMBER brings them back"
    if any(row.emitted != row.raw_objects for row in wrong):
        return counts + "the lake is not what its runs wrote"
    if any(row.raw_objects != row.staged + row.quarantined for row in wrong):
        return counts + "run hospital-elt stage"
    if any(row.staged != row.loaded for row in wrong):
        return counts + "run hospital-elt load"
    return counts + "run hospital-elt build"


def _counts(row: Reconciliation) -> str:
    return (
        f"{row.event_date} has {row.emitted} emitted, {row.raw_objects} raw, {row.staged} staged, "
        f"{row.quarantined} in quarantine, {row.loaded} loaded, {row.fact_rows} in the fact"
    )


def _by_type_and_day(cells: Counter[tuple[str, str, str, date]]) -> Counts:
    counts: Counts = Counter()
    for (event_type, _, _, day), rows in cells.items():
        counts[event_type, day] += rows
    return counts


def _in_tables(warehouse: Warehouse, schema: str, tables: dict[str, tuple[str, str]]) -> Counts:
    counts: Counts = Counter()
    for event_type, (table, day) in tables.items():
        # Year, month and day instead of a cast, because the DATE of some engines begins in 1970.
        parts = ", ".join(f"cast(extract({part} from {day}) as bigint)" for part in ("year", "month", "day"))
        rows = warehouse.query(
            f"SELECT {parts}, count(*) FROM {warehouse.schema(schema)}.{table} GROUP BY {parts}"  # noqa: S608
        )
        for year, month, day_of_month, count in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            counts[event_type, date(year, month, day_of_month)] += count
    return counts
