"""Whether the data can be believed: what the checks found, and what the charts show of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from elt.report import queries
from elt.report.encoding import Value, plain_number
from elt.report.figures import Row, rows
from elt.warehouse import Warehouse

STAGES = ("emitted", "raw_objects", "staged", "quarantined", "loaded", "fact_rows")
"""The counts of an event type and day, from the simulation to the facts."""


@dataclass(frozen=True)
class TrustFigures:
    """What is known of the data itself.

    Attributes:
        validation: Rows of ``mart_pressure_validation``.
        reconciliation: Counts of each event type and day; None if ``hospital-elt check`` has not run.
        checks: Results of the checks; None if ``hospital-elt check`` has not run.
    """

    validation: Sequence[Row]
    reconciliation: Sequence[Row] | None
    checks: Sequence[Row] | None

    @property
    def results(self) -> list[bool]:
        """Whether each check of either kind passed, and whether each event type reconciles on every day."""
        results = [bool(row["passed"]) for row in (*self.validation, *(self.checks or []))]
        event_types: dict[str, bool] = {}
        for row in self.reconciliation or []:
            name = str(row["event_type"])
            event_types[name] = event_types.get(name, True) and reconciles(row)
        return results + list(event_types.values())

    @property
    def failures(self) -> int:
        """Number of results that are not as they should be."""
        return self.results.count(False)


def read_trust(warehouse: Warehouse) -> TrustFigures:
    """Read the validation, and what ``hospital-elt check`` wrote if it has run."""

    def if_there(table: str, sql: str) -> list[dict[str, Value]] | None:
        return rows(warehouse, sql) if warehouse.has_table("quality", table) else None

    return TrustFigures(
        validation=rows(warehouse, queries.VALIDATION),
        reconciliation=if_there("reconciliation", queries.RECONCILIATION),
        checks=if_there("check_result", queries.CHECKS),
    )


def reconciles(row: Row) -> bool:
    """Tell whether emitted = raw objects = staged + quarantined, and staged = loaded = fact rows."""
    emitted, raw_objects, staged, quarantined, loaded, fact_rows = (count(row[stage]) for stage in STAGES)
    return emitted == raw_objects == staged + quarantined and staged == loaded == fact_rows


def deviations(trust: TrustFigures, hospital_id: str) -> list[Row]:
    """Return the validation of one hospital, each check with how far it is off in units of its tolerance.

    Args:
        trust: The figures.
        hospital_id: The hospital; a scope is its identifier alone, or followed by a department or a month.
    """
    found: list[Row] = []
    for row in trust.validation:
        scope = str(row["scope"])
        expected, observed, tolerance = (plain_number(row[name]) for name in ("expected", "observed", "tolerance"))
        if scope != hospital_id and not scope.startswith((f"{hospital_id}/", f"{hospital_id} ")):
            continue
        difference = (observed or 0.0) - (expected or 0.0)
        found.append(
            {
                "check": words(str(row["check_name"])),
                "scope": scope.removeprefix(hospital_id).strip("/ ") or "the hospital",
                "expected": expected,
                "observed": observed,
                "tolerance": tolerance,
                "deviation": difference / tolerance if tolerance else (0.0 if not difference else None),
                "result": "holds" if row["passed"] else "fails",
            }
        )
    return found


def reconciliation_rows(trust: TrustFigures) -> list[Row]:
    """Return the counts of each event type and day, and whether they agree."""
    return [
        {
            "event": words(str(row["event_type"])),
            "day": row["event_date"],
            **{stage: count(row[stage]) for stage in STAGES},
            "agreement": "agrees" if reconciles(row) else "differs",
        }
        for row in trust.reconciliation or []
    ]


def words(name: str) -> str:
    """Return the name of a check or an event type as a heading."""
    return name.replace("_", " ").capitalize() if name else name


def count(value: Value) -> int:
    """Return a count of the warehouse; 0 if it is null."""
    return int(plain_number(value) or 0)
