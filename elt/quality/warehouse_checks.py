"""Checks of the warehouse: invariants, wrong events, complete censuses and freshness."""

from collections.abc import Container, Mapping
from datetime import date
from typing import Any

from elt.quality.emitted import Cell, Emitted
from elt.quality.invariants import INVARIANTS, Invariant
from elt.quality.results import MOST_ROWS, CheckResult
from elt.warehouse import Warehouse
from hospital_sim.events.keys import RAW, key_of

_WRONG_EVENTS = (
    ("events_not_repeated", "repeated", "no event repeats an earlier one; one that does is left out of every fact"),
    ("departments_known", "unknown_department", "every department of an event has a census"),
)
"""Name of the check, problem in the table ``stg_wrong_events``, and the rule in words."""


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


def wrong_event_checks(warehouse: Warehouse, hospitals: set[str], lake: str) -> list[CheckResult]:
    """Check that no event repeats an earlier one, and that every department of an event has a census.

    Args:
        warehouse: A built warehouse.
        hospitals: The hospitals of the finished runs.
        lake: URL of the lake, for the command that sets an event aside.
    """
    table = f"{warehouse.schema('staging')}.stg_wrong_events"
    checks = []
    for name, problem, sentence in _WRONG_EVENTS:
        counted = warehouse.query(
            f"SELECT hospital_id, count(*) AS events FROM {table} WHERE problem = '{problem}' GROUP BY hospital_id"  # noqa: S608
        ).to_pylist()
        counts = {str(row["hospital_id"]): int(row["events"]) for row in counted}
        for hospital in sorted(hospitals | counts.keys()):
            rows = warehouse.query(
                "SELECT event_type, event_id, event_time, department_id, repeats_event_id "  # noqa: S608
                f"FROM {table} WHERE problem = '{problem}' AND hospital_id = '{_quoted(hospital)}' "
                f"ORDER BY event_time, event_type, event_id LIMIT {MOST_ROWS}"
            ).to_pylist()
            lines = tuple(f"{_raw_key(row)} {_problem(row)}" for row in rows)
            advice = f"hospital-elt quarantine add {_raw_key(rows[0])} --reason TEXT --lake {lake}" if rows else ""
            detail = f"{sentence}; broken by: {lines[0]}; set it aside: {advice}" if rows else ""
            checks.append(CheckResult(name, hospital, 0, counts.get(hospital, 0), not rows, detail, lines))
    return checks


def _raw_key(row: Mapping[str, Any]) -> str:
    return f"{RAW}/{key_of(row['event_type'], row['event_time'].date(), row['event_id'])}"


def _problem(row: Mapping[str, Any]) -> str:
    repeats = row["repeats_event_id"]
    return f"repeats event {repeats}" if repeats else f"is of department {row['department_id']!r}"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _examples(warehouse: Warehouse, violations: str, hospital: str) -> tuple[str, ...]:
    rows = warehouse.query(
        f"SELECT example FROM ({violations}) AS violation WHERE hospital_id = '{_quoted(hospital)}' "  # noqa: S608
        f"ORDER BY example LIMIT {MOST_ROWS}"
    )
    return tuple(str(example) for example in rows["example"].to_pylist())


def census_checks(warehouse: Warehouse, truth: Emitted, forgotten: Container[Cell]) -> list[CheckResult]:
    """Check that every open department has both censuses on every day that a run covers.

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
    for hospital_id, covered in sorted(truth.counted.items()):
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
