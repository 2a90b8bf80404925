"""Reads the results of the checks of the data, and prepares the rows of their charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from elt.report import queries
from elt.report.encoding import Value, plain_number
from elt.report.figures import Row, rows
from elt.warehouse import Warehouse

STAGES = ("emitted", "raw_objects", "staged", "quarantined", "loaded", "fact_rows")
"""Columns with the counts of an event type and day, from the simulation to the facts."""
VERDICTS = {True: "holds", False: "fails", None: "too little data"}
"""Words for the results of ``verdict``."""


@dataclass(frozen=True)
class CheckResults:
    """Results of all checks of the data.

    Attributes:
        validation: Rows of ``mart_pressure_validation``.
        reconciliation: Counts of each event type and day; None if ``hospital-elt check`` has not run.
        quality: Results of ``hospital-elt check``; None if it has not run.
        wrong_events: Events that repeat another, or whose department is unknown.
    """

    validation: Sequence[Row]
    reconciliation: Sequence[Row] | None
    quality: Sequence[Row] | None
    wrong_events: Sequence[Row] = ()

    @cached_property
    def results(self) -> list[bool]:
        """True for each check that passed with enough data, and for each event type that reconciles on every day."""
        rows_of_checks = (*self.validation, *(self.quality or []))
        results = [bool(holds) for row in rows_of_checks if (holds := verdict(row)) is not None]
        event_types: dict[str, bool] = {}
        for row in self.reconciliation or []:
            name = str(row["event_type"])
            event_types[name] = event_types.get(name, True) and reconciles(row)
        return results + list(event_types.values())

    @property
    def failures(self) -> int:
        """Number of failed results."""
        return self.results.count(False)

    @property
    def undecided(self) -> int:
        """Number of checks with too little data to judge."""
        return sum(verdict(row) is None for row in self.validation)


def read_check_results(warehouse: Warehouse) -> CheckResults:
    """Read the validation, and the results of ``hospital-elt check`` if it has run."""

    def optional_rows(table: str, sql: str) -> list[dict[str, Value]] | None:
        return rows(warehouse, sql) if warehouse.has_table("quality", table) else None

    has_wrong_events = warehouse.has_table("staging", "stg_wrong_events")
    return CheckResults(
        validation=rows(warehouse, queries.VALIDATION),
        reconciliation=optional_rows("reconciliation", queries.RECONCILIATION),
        quality=optional_rows("check_result", queries.CHECKS),
        wrong_events=rows(warehouse, queries.WRONG_EVENTS) if has_wrong_events else [],
    )


def reconciles(row: Row) -> bool:
    """Return whether emitted = raw objects = staged + quarantined, and staged = loaded = fact rows."""
    emitted, raw_objects, staged, quarantined, loaded, fact_rows = (count(row[stage]) for stage in STAGES)
    return emitted == raw_objects == staged + quarantined and staged == loaded == fact_rows


def verdict(row: Row) -> bool | None:
    """Return whether a check holds; None if there is too little data to judge, so it would hold almost always."""
    return None if row["passed"] and not row.get("is_decisive", True) else bool(row["passed"])


def deviations(checks: CheckResults, hospital_id: str) -> list[Row]:
    """Return the validation of one hospital, each row with its deviation in units of the tolerance.

    Args:
        checks: The results.
        hospital_id: The hospital; a scope is its identifier, alone or followed by a department or a month.
    """
    rows_of_hospital: list[Row] = []
    for row in checks.validation:
        scope = str(row["scope"])
        expected, observed, tolerance = (plain_number(row[name]) for name in ("expected", "observed", "tolerance"))
        if scope != hospital_id and not scope.startswith((f"{hospital_id}/", f"{hospital_id} ")):
            continue
        difference = (observed or 0.0) - (expected or 0.0)
        rows_of_hospital.append(
            {
                "check": words(str(row["check_name"])),
                "scope": scope.removeprefix(hospital_id).strip("/ ") or "the hospital",
                "expected": expected,
                "observed": observed,
                "tolerance": tolerance,
                "deviation": difference / tolerance if tolerance else (0.0 if not difference else None),
                "result": VERDICTS[verdict(row)],
            }
        )
    return rows_of_hospital


def reconciliation_rows(checks: CheckResults) -> list[Row]:
    """Return the counts of each event type and day, with ``agrees`` or ``differs``."""
    return [
        {
            "event": words(str(row["event_type"])),
            "day": row["event_date"],
            **{stage: count(row[stage]) for stage in STAGES},
            "agreement": "agrees" if reconciles(row) else "differs",
        }
        for row in checks.reconciliation or []
    ]


def words(name: str) -> str:
    """Return the name of a check or an event type in words."""
    return name.replace("_", " ").capitalize() if name else name


def count(value: Value) -> int:
    """Return a count from the warehouse; 0 if it is null."""
    return int(plain_number(value) or 0)
