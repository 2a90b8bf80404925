"""Quality: whether what was emitted is in the warehouse, once and unchanged, and whether it can be true."""

from elt import quarantine, raw
from elt.errors import EltError
from elt.quality.emitted import emitted
from elt.quality.lake_checks import late_check, quarantine_check, run_checks
from elt.quality.reconciliation import FACTS, department_check, reconcile, reconciliation_checks
from elt.quality.results import CHECK_RESULT, RECONCILIATION, CheckReport, CheckResult, Reconciliation, as_rows
from elt.quality.warehouse_checks import census_checks, check_invariants, freshness_checks
from elt.warehouse import Warehouse
from elt.warehouse.tables import RAW_TABLES
from hospital_sim.storage import ObjectStore

__all__ = ["CheckReport", "CheckResult", "Reconciliation", "check"]


def check(store: ObjectStore, warehouse: Warehouse) -> CheckReport:
    """Check a lake and the warehouse that was loaded from it, and write the results into the quality schema.

    Args:
        store: The lake.
        warehouse: The warehouse, loaded and built.

    Returns:
        What was found; nothing is raised for a check that fails.

    Raises:
        EltError: If the warehouse has not been loaded or built.
        BrokenLakeError: If a manifest or a run record cannot be read.
        StatementError: If the warehouse refuses a query.
    """
    _require_tables(warehouse)
    truth = emitted(record for _, record in raw.run_records(store))
    rows = reconcile(store, warehouse, truth)
    in_quarantine = quarantine.open_counts(store)
    late = late_check(store)
    checks = [
        *reconciliation_checks(rows),
        department_check(store, truth),
        *run_checks(store, truth),
        *census_checks(warehouse, truth),
        *freshness_checks(warehouse, truth),
        *check_invariants(warehouse, set(truth.ends)),
        late,
        quarantine_check(in_quarantine),
    ]
    report = CheckReport(
        tuple(rows), tuple(checks), int(late.observed), {str(reason): n for reason, n in sorted(in_quarantine.items())}
    )
    warehouse.replace_quality_table(CHECK_RESULT, as_rows(CHECK_RESULT, report.checks))
    warehouse.replace_quality_table(RECONCILIATION, as_rows(RECONCILIATION, report.reconciliation))
    return report


def _require_tables(warehouse: Warehouse) -> None:
    needed = [("raw", table.name, "load") for table in RAW_TABLES]
    needed += [("curated", table, "build") for table, _ in FACTS.values()]
    for schema, table, command in needed:
        if not warehouse.has_table(schema, table):
            raise EltError(
                f"{warehouse.schema(schema)}.{table}: not in {warehouse.dsn}; run hospital-elt {command} first"
            )
