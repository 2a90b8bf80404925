"""Checks of the lake: its runs, late events and the quarantine."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from elt.lake.quarantine import Reason
from elt.lake.tree import RAW_PREFIX
from elt.quality.emitted import Emitted
from elt.quality.results import MOST_ROWS, CheckResult
from hospital_sim.storage import BrokenRecord, FinishedRun, StartedRun

_SCOPE = "lake"


def run_checks(runs: Iterable[FinishedRun | StartedRun | BrokenRecord], truth: Emitted) -> list[CheckResult]:
    """Check that run records can be read and agree, that every run finished, and that hospitals have one history.

    Args:
        runs: The runs of a lake: finished, unfinished and broken.
        truth: The counts of the finished runs.
    """
    runs = list(runs)
    unfinished = [start.run for start in runs if isinstance(start, StartedRun)]
    broken = sorted((run.key, run.problem) for run in runs if isinstance(run, BrokenRecord))
    wrong = [f"{RAW_PREFIX}{key}: {problem}" for key, problem in broken]
    examples = [f"{run.hospital_id} from {run.emit_from} to {run.end}, seed {run.seed}" for run in unfinished]
    conflicts = [f"{cell.event_type} of {cell.department_id} on {cell.event_date}" for cell in truth.conflicts]
    histories = [
        CheckResult(
            "one_history",
            hospital_id,
            1,
            len(pasts),
            len(pasts) == 1,
            "" if len(pasts) == 1 else "runs of two pasts of one hospital are in the lake",
        )
        for hospital_id, pasts in sorted(truth.histories.items())
    ]
    return [
        _empty_check("run_records_whole", wrong, "put back what the run wrote"),
        _empty_check("runs_finished", examples, "run again to complete"),
        _empty_check("run_records_agree", conflicts, "two records differ on"),
        *histories,
    ]


def _empty_check(name: str, rows: list[str], advice: str) -> CheckResult:
    detail = f"{advice}: {rows[0]}" if rows else ""
    return CheckResult(name, _SCOPE, 0, len(rows), not rows, detail, tuple(rows[:MOST_ROWS]))


def late_check(late: Counter[tuple[str, str, date]]) -> CheckResult:
    """Report late events. They pass, because they are staged and loaded like others.

    Args:
        late: Their numbers by event type, hospital and month.
    """
    parts = [f"{count} {kind} of {hospital}, {month:%Y-%m}" for (kind, hospital, month), count in late.items()]
    rows = tuple(parts[:MOST_ROWS])
    return CheckResult("late_events", _SCOPE, 0, late.total(), passed=True, detail="; ".join(parts[:5]), rows=rows)


def quarantine_check(counts: Counter[Reason]) -> CheckResult:
    """Report the objects in quarantine. They pass, because they are accounted for."""
    parts = tuple(f"{reason}: {count}" for reason, count in sorted(counts.items()))
    return CheckResult("open_quarantine", _SCOPE, 0, counts.total(), passed=True, detail=", ".join(parts), rows=parts)


def forgotten_check(counts: Counter[tuple[str, date]]) -> CheckResult:
    """Report the forgotten events. They pass, because an operator gave a reason for each.

    Args:
        counts: Their numbers by event type and day.
    """
    by_type: Counter[str] = Counter()
    for (event_type, _), count in counts.items():
        by_type[event_type] += count
    parts = tuple(f"{event_type}: {count}" for event_type, count in sorted(by_type.items()))
    return CheckResult("forgotten_events", _SCOPE, 0, counts.total(), passed=True, detail=", ".join(parts), rows=parts)
