"""Results of ``check``: their classes, and the tables of the quality schema that hold them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from elt.contracts import EVENT_TYPES, Column, ColumnKind, columns_schema
from elt.warehouse.tables import RawTable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class CheckResult:
    """One check of one hospital or of the whole lake.

    Attributes:
        check_name: Name of the check.
        scope: A hospital, an event type, or ``lake``.
        expected: The expected number.
        observed: The observed number.
        passed: True if the check passed.
        detail: The problem with an example, or what to do; a passed check may add information.
        rows: The rows that the check found, one line each, at most ``MOST_ROWS``.
    """

    check_name: str
    scope: str
    expected: float
    observed: float
    passed: bool
    detail: str = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reconciliation:
    """Counts of the events of one type and day at each step.

    Attributes:
        event_type: Type of the events.
        event_date: UTC date of the events.
        emitted: Events that run records count, without those that were forgotten.
        raw_objects: Objects under ``raw/``, without those that were forgotten or set aside.
        staged: Rows in committed Parquet files.
        quarantined: Broken objects in quarantine.
        loaded: Rows in the raw schema.
        fact_rows: Rows of the fact.
    """

    event_type: str
    event_date: date
    emitted: int
    raw_objects: int
    staged: int
    quarantined: int
    loaded: int
    fact_rows: int

    @property
    def agrees(self) -> bool:
        """True if emitted = raw objects = staged + quarantined, and staged = loaded = fact rows."""
        accounted = self.emitted == self.raw_objects == self.staged + self.quarantined
        return accounted and self.staged == self.loaded == self.fact_rows


@dataclass(frozen=True)
class CheckReport:
    """Results of one call of ``check``.

    Attributes:
        reconciliation: One entry for each event type and day, sorted.
        checks: The checks, in display order.
        late: Number of late events.
        quarantined: Objects in quarantine, by reason.
    """

    reconciliation: tuple[Reconciliation, ...]
    checks: tuple[CheckResult, ...]
    late: int
    quarantined: dict[str, int]

    @property
    def passed(self) -> bool:
        """True if every check passed."""
        return all(check.passed for check in self.checks)

    def totals(self) -> dict[str, dict[str, int]]:
        """Return the sums over all days, by event type."""
        return {
            event_type: {
                step: sum(getattr(row, step) for row in self.reconciliation if row.event_type == event_type)
                for step in STEPS
            }
            for event_type in EVENT_TYPES
        }

    def as_dict(self) -> dict[str, object]:
        """Return the report as a JSON object: totals for each event type, and every check."""
        return {
            "passed": self.passed,
            "reconciliation": self.totals(),
            "checks": [asdict(check) for check in self.checks],
            "late": self.late,
            "quarantined": self.quarantined,
        }


MOST_ROWS = 1000
"""Most rows that the result of one check keeps."""

STEPS = ("emitted", "raw_objects", "staged", "quarantined", "loaded", "fact_rows")
"""The steps at which events are counted, in order."""


CHECK_RESULT = RawTable(
    name="check_result",
    columns=(
        Column("check_name", ColumnKind.STRING, "What was checked."),
        Column("scope", ColumnKind.STRING, "A hospital, an event type, or the lake."),
        Column("expected", ColumnKind.FLOAT, "The number that should be."),
        Column("observed", ColumnKind.FLOAT, "The number that is."),
        Column("passed", ColumnKind.BOOLEAN, "Whether that is as it must be."),
        Column("detail", ColumnKind.STRING, "What is wrong, or more of what is right."),
    ),
    order_by=("check_name", "scope"),
)

FAILING_ROW = RawTable(
    name="failing_row",
    columns=(
        Column("check_name", ColumnKind.STRING, "What was checked."),
        Column("scope", ColumnKind.STRING, "A hospital, an event type, or the lake."),
        Column("row_number", ColumnKind.INTEGER, "Place of the row among those that the check found, from 1."),
        Column("found", ColumnKind.STRING, "What was found, in words."),
    ),
    order_by=("check_name", "scope", "row_number"),
)

RECONCILIATION = RawTable(
    name="reconciliation",
    columns=(
        Column("event_type", ColumnKind.STRING, "Type of the events."),
        Column("event_date", ColumnKind.DATE, "UTC date of the events."),
        *(Column(step, ColumnKind.INTEGER, f"Events counted as {step.replace('_', ' ')}.") for step in STEPS),
    ),
    order_by=("event_type", "event_date"),
)


def failing_rows(checks: Iterable[CheckResult]) -> "pa.Table":
    """Return the rows of failed checks as rows of ``FAILING_ROW``."""
    import pyarrow as pa

    rows = [
        {"check_name": check.check_name, "scope": check.scope, "row_number": number, "found": line}
        for check in checks
        if not check.passed
        for number, line in enumerate(check.rows, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=columns_schema(FAILING_ROW.columns))


def as_rows(table: RawTable, values: Iterable[CheckResult] | Iterable[Reconciliation]) -> "pa.Table":
    """Return results as rows of their table."""
    import pyarrow as pa

    return pa.Table.from_pylist([vars(value) for value in values], schema=columns_schema(table.columns))
