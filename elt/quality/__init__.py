"""Quality: checks that every emitted event is in the warehouse once and unchanged, and that the data can be true."""

from collections.abc import Mapping
from types import MappingProxyType

from elt import EltError
from elt.lake.lake import Lake
from elt.quality.emitted import emitted
from elt.quality.lake_checks import forgotten_check, late_check, quarantine_check, run_checks
from elt.quality.reconciliation import FACTS, department_check, reconcile, reconciliation_checks
from elt.quality.results import (
    CHECK_RESULT,
    FAILING_ROW,
    RECONCILIATION,
    CheckReport,
    CheckResult,
    Reconciliation,
    as_rows,
    failing_rows,
)
from elt.quality.taken_out import TakenOut
from elt.quality.thresholds import with_thresholds
from elt.quality.warehouse_checks import census_checks, check_invariants, freshness_checks, wrong_event_checks
from elt.staging.plan import closed_months, is_open
from elt.warehouse import Warehouse
from elt.warehouse.tables import RAW_TABLES
from elt.warehouse.version import require_version
from hospital_sim.storage import FinishedRun

__all__ = ["CheckReport", "CheckResult", "Reconciliation", "check"]

_OPEN_MONTHS = "raw objects counted in open months, and taken as staged in others"


def check(
    lake: Lake,
    warehouse: Warehouse,
    thresholds: Mapping[str, float] = MappingProxyType({}),
    *,
    only_open: bool = False,
) -> CheckReport:
    """Check a lake and the warehouse that was loaded from it, and write the results into the quality schema.

    Args:
        lake: The lake.
        warehouse: The warehouse, loaded and built.
        thresholds: Largest difference between expected and observed, by name of the check. Without one, late events,
            forgotten events and open quarantine always pass, and every other check allows no difference.
        only_open: True to count raw objects in the months alone that were open when the newest staging run began; in
            other months, as many as staging read are expected to be there.

    Returns:
        The results. A failed check raises nothing.

    Raises:
        WrongCallError: If no check has the name of a threshold.
        EltError: If the warehouse has not been loaded or built, or is of another version.
        BrokenLakeError: If a manifest cannot be read.
        StatementError: If the warehouse refuses a query.
    """
    _require_tables(warehouse)
    require_version(warehouse)
    runs = lake.runs()
    records = list(runs.finished())
    staging_runs = lake.staging_runs()
    taken_out = TakenOut.of(lake, staging_runs)
    truth = emitted(run.record for run in records if isinstance(run, FinishedRun)).since(taken_out.first_day)
    staged = lake.staged_counts(staging_runs)
    closed = closed_months(staging_runs[:-1])
    listed = (lambda month: is_open(month, closed, truth.ends)) if only_open else None
    rows = reconcile(lake, lake.raw_tree(runs), staging_runs, warehouse, staged, truth, taken_out, listed)
    late = late_check(lake.late_counts(staging_runs))
    checks = [
        *reconciliation_checks(rows, taken_out.set_aside, _OPEN_MONTHS if only_open else ""),
        department_check(staged, truth, taken_out),
        *run_checks([*records, *runs.unfinished()], truth),
        *census_checks(warehouse, truth, taken_out.forgotten_cells),
        *freshness_checks(warehouse, truth),
        *wrong_event_checks(warehouse, set(truth.ends), lake.url),
        *check_invariants(warehouse, set(truth.ends)),
        late,
        quarantine_check(taken_out.in_quarantine),
        forgotten_check(taken_out.forgotten),
    ]
    checks = with_thresholds(checks, thresholds)
    in_quarantine = {str(reason): count for reason, count in sorted(taken_out.in_quarantine.items())}
    report = CheckReport(tuple(rows), tuple(checks), int(late.observed), in_quarantine)
    warehouse.replace_quality_table(CHECK_RESULT, as_rows(CHECK_RESULT, report.checks))
    warehouse.replace_quality_table(FAILING_ROW, failing_rows(report.checks))
    warehouse.replace_quality_table(RECONCILIATION, as_rows(RECONCILIATION, report.reconciliation))
    return report


def _require_tables(warehouse: Warehouse) -> None:
    required = [("raw", table.name, "load") for table in RAW_TABLES]
    required += [("staging", "stg_wrong_events", "build")]
    required += [("curated", table, "build") for table, _ in FACTS.values()]
    for schema, table, command in required:
        if not warehouse.has_table(schema, table):
            raise EltError(
                f"{warehouse.schema(schema)}.{table}: not in {warehouse.dsn}; run hospital-elt {command} first"
            )
