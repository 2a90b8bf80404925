"""Checks of the warehouse: invariants, complete censuses and freshness."""

from collections.abc import Container
from datetime import date

from elt.quality.emitted import Cell, Emitted
from elt.quality.invariants import INVARIANTS, Invariant
from elt.quality.results import MOST_ROWS, CheckResult
from elt.warehouse import Warehouse


def check_invariants(warehouse: Warehouse, hospitals: set[str]) -> list[CheckResult]:
    """Check every invariant for every hospital.

    Args:
        warehouse: A built warehouse.
        hospitals: The hospitals of the finished runs.

    Returns:
        One result for each invariant and hospital, also for hospitals that only the warehouse holds.
    """
    return [result for invariant in INVARIANTS for result in _check(warehouse, invariant, hospitals)]


def _check(warehouse: Warehouse, invariant: Invariant, hospitals: set[str]) -> list[CheckResult]:
    schemas = {name: warehouse.schema(name) for name in ("raw", "curated")}
    violations = invariant.violations.format(**schemas)
    counted = warehouse.query(
        f"SELECT hospital_id, count(*) AS violations FROM ({violations}) AS violation GROUP BY hospital_id"  # noqa: S608
    ).to_pylist()
    by_hospital = {str(row["hospital_id"]): int(row["violations"]) for row in counted}
    results = []
    for hospital in sorted(hospitals | set(by_hospital)):
        examples = _examples(warehouse, violations, hospital) if hospital in by_hospital else ()
        detail = f"{invariant.sentence}; broken by: {examples[0]}" if examples else ""
        count = by_hospital.get(hospital, 0)
        results.append(CheckResult(invariant.name, hospital, 0, count, not count, detail, examples))
    return results


def _examples(warehouse: Warehouse, violations: str, hospital: str) -> tuple[str, ...]:
    literal = hospital.replace("'", "''")
    rows = warehouse.query(
        f"SELECT example FROM ({violations}) AS violation WHERE hospital_id = '{literal}' "  # noqa: S608
        f"ORDER BY example LIMIT {MOST_ROWS}"
    )
    return tuple(str(example) for example in rows["example"].to_pylist())


def census_checks(warehouse: Warehouse, truth: Emitted, forgotten: Container[Cell]) -> list[CheckResult]:
    """Check that every department has both censuses on every day that a run covers.

    Args:
        warehouse: A built warehouse.
        truth: What the runs emitted.
        forgotten: Cells with forgotten events. Their days may lack a census.
    """
    table = f"{warehouse.schema('curated')}.fact_department_occupancy"
    complete_days = warehouse.query(
        f"SELECT hospital_id, department_id, snapshot_date FROM {table} "  # noqa: S608
        "GROUP BY hospital_id, department_id, snapshot_date "
        "HAVING count(*) = 2 AND count(DISTINCT snapshot_type) = 2"
    )
    counted: dict[str, set[tuple[str, date]]] = {}
    for hospital, department, day in zip(*(column.to_pylist() for column in complete_days.columns), strict=True):
        counted.setdefault(str(hospital), set()).add((str(department), day))
    checks = []
    for hospital_id, days in sorted(truth.covered.items()):
        covered = {(department, day) for department in truth.departments[hospital_id] for day in days}
        expected = {
            (department, day)
            for department, day in covered
            if Cell("dep_snapshot", hospital_id, department, day) not in forgotten
        }
        seen = counted.get(hospital_id, set())
        wrong = sorted((expected - seen) | (seen - covered))
        detail = "department-days with one census at the start and one at the end" if wrong else ""
        rows = tuple(f"{department}, {day}" for department, day in wrong[:MOST_ROWS])
        checks.append(
            CheckResult("both_censuses_every_day", hospital_id, len(expected), len(seen), not wrong, detail, rows)
        )
    return checks


def freshness_checks(warehouse: Warehouse, truth: Emitted) -> list[CheckResult]:
    """Check that the newest census of each hospital is of the last day of its newest run."""
    table = f"{warehouse.schema('curated')}.fact_department_occupancy"
    newest_days = warehouse.query(
        f"SELECT hospital_id, max(snapshot_date) AS newest FROM {table} GROUP BY hospital_id"  # noqa: S608
    ).to_pylist()
    newest: dict[str, date] = {str(row["hospital_id"]): row["newest"] for row in newest_days}
    checks = []
    for hospital_id, end in sorted(truth.ends.items()):
        if hospital_id not in truth.covered:
            continue  # all its days are forgotten
        last = newest.get(hospital_id)
        days_behind = (end - last).days if last else len(truth.covered[hospital_id])
        detail = f"newest census {last or 'none'}, newest run ends {end}"
        checks.append(CheckResult("days_behind_newest_run", hospital_id, 0, days_behind, days_behind == 0, detail))
    return checks
