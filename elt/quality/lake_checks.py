"""Checks of the lake as a whole: its runs, its censuses, what is late or in quarantine, how new it is."""

from collections import Counter
from datetime import date

from elt import manifests, quarantine, raw
from elt.quality.emitted import Emitted
from elt.quality.results import CheckResult
from elt.warehouse import Warehouse
from hospital_sim.storage import ObjectStore

LAKE = "lake"


def run_checks(store: ObjectStore, truth: Emitted) -> list[CheckResult]:
    """Check that every run finished, that runs agree, and that each hospital has one history."""
    unfinished = raw.unfinished_runs(store)
    examples = [f"{run.hospital_id} from {run.emit_from} to {run.end}, seed {run.seed}" for run in unfinished]
    finished = CheckResult(
        "runs_finished",
        LAKE,
        0,
        len(unfinished),
        not unfinished,
        f"run again to complete: {examples[0]}" if examples else "",
    )
    conflicts = [f"{cell.event_type} of {cell.department_id} on {cell.event_date}" for cell in truth.conflicts]
    agree = CheckResult(
        "run_records_agree",
        LAKE,
        0,
        len(conflicts),
        not conflicts,
        f"two records differ on: {conflicts[0]}" if conflicts else "",
    )
    histories = [
        CheckResult(
            "one_history",
            hospital_id,
            1,
            len(found),
            len(found) == 1,
            "" if len(found) == 1 else "runs of two pasts of one hospital are in the lake",
        )
        for hospital_id, found in sorted(truth.histories.items())
    ]
    return [finished, agree, *histories]


def census_checks(warehouse: Warehouse, truth: Emitted) -> list[CheckResult]:
    """Check that every department has both censuses on every day that runs cover."""
    table = f"{warehouse.schema('curated')}.fact_department_occupancy"
    found = warehouse.query(
        "SELECT hospital_id, count(*) AS days FROM ("  # noqa: S608
        f"SELECT hospital_id, department_id, snapshot_date FROM {table} "
        "GROUP BY hospital_id, department_id, snapshot_date "
        "HAVING count(*) = 2 AND count(DISTINCT snapshot_type) = 2) AS department_day GROUP BY hospital_id"
    ).to_pylist()
    observed = {str(row["hospital_id"]): int(row["days"]) for row in found}
    checks = []
    for hospital_id, days in sorted(truth.covered.items()):
        expected = len(days) * len(truth.departments[hospital_id])
        counted = observed.get(hospital_id, 0)
        detail = "" if counted == expected else "department-days with one census at the start and one at the end"
        checks.append(
            CheckResult("both_censuses_every_day", hospital_id, expected, counted, counted == expected, detail)
        )
    return checks


def freshness_checks(warehouse: Warehouse, truth: Emitted) -> list[CheckResult]:
    """Check that the newest census of each hospital is of the last day of its newest run."""
    table = f"{warehouse.schema('curated')}.fact_department_occupancy"
    found = warehouse.query(
        f"SELECT hospital_id, max(snapshot_date) AS newest FROM {table} GROUP BY hospital_id"  # noqa: S608
    ).to_pylist()
    newest: dict[str, date] = {str(row["hospital_id"]): row["newest"] for row in found}
    checks = []
    for hospital_id, end in sorted(truth.ends.items()):
        last = newest.get(hospital_id)
        behind = (end - last).days if last else len(truth.covered[hospital_id])
        detail = f"newest census {last or 'none'}, newest run ends {end}"
        checks.append(CheckResult("days_behind_newest_run", hospital_id, 0, behind, behind == 0, detail))
    return checks


def late_check(store: ObjectStore) -> CheckResult:
    """Report late events: they are staged and loaded like others, so they fail nothing."""
    late = manifests.late_counts(store)
    parts = [f"{count} {kind} of {hospital}, {month:%Y-%m}" for (kind, hospital, month), count in late.items()]
    return CheckResult("late_events", LAKE, 0, late.total(), passed=True, detail="; ".join(parts[:5]))


def quarantine_check(found: Counter[quarantine.Reason]) -> CheckResult:
    """Report what is in quarantine: it is accounted for, so it fails nothing by itself."""
    detail = ", ".join(f"{reason}: {count}" for reason, count in sorted(found.items()))
    return CheckResult("open_quarantine", LAKE, 0, found.total(), passed=True, detail=detail)
