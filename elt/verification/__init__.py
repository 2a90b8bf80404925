"""Verification: proves that a lake is what its run records and manifests say, or names what is not."""

from collections import Counter
from datetime import date

from elt import OnProgress, report_progress
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import StagingRun, counts_of_runs
from elt.lake.tree import RAW_PREFIX
from elt.quality.emitted import Cell
from elt.staging.run import open_workers
from elt.verification.manifest_checks import check_inputs, check_staged_files, read_runs
from elt.verification.problems import Kind, Problem, VerificationReport
from elt.verification.raw_checks import MonthFindings, MonthToCheck, Staged, check_months
from elt.verification.record_checks import check_counts, check_runs
from hospital_sim.events.keys import parse_event_key

__all__ = ["Kind", "Problem", "VerificationReport", "verify"]


def verify(lake: Lake, workers: int = 1, on_progress: OnProgress | None = None) -> VerificationReport:
    """Read a whole lake, and compare it with what its runs and its staging runs say of it.

    Args:
        lake: The lake.
        workers: Processes.
        on_progress: Called as months are verified.

    Returns:
        What is wrong, by name; nothing is raised for it.

    Raises:
        StorageError: If the lake cannot be read.
    """
    report = VerificationReport(lake.url)
    problems = report.problems
    records, unfinished = check_runs(lake, problems)
    runs = read_runs(lake, problems)
    problems += check_inputs(lake, runs)
    wrong_files = list(check_staged_files(lake, runs))
    problems += wrong_files
    tree = lake.raw_tree()
    problems += [Problem(RAW_PREFIX + key, Kind.FOREIGN, "not the key of an event") for key in tree.unrecognised]
    rows = _months(tree.days, runs, {problem.key for problem in wrong_files})
    with open_workers(lake, workers) as pool:
        months = list(report_progress(pool.run(check_months, rows), "verifying months", len(rows), on_progress))
    _add_events(report, runs, months)
    troubled = set().union(*(month.troubled for month in months))
    troubled |= _quarantined(lake, problems)
    found = counts_of_runs(runs)
    there: Counter[Cell] = Counter({Cell(*key): count for key, count in found.items()})
    for month in months:
        there.update(month.unstaged)
    problems += check_counts(records, there, troubled, unfinished)
    report.problems = sorted(set(problems))
    return report


def _months(days: dict[str, list[date]], runs: list[StagingRun], wrong_files: set[str]) -> list[MonthToCheck]:
    """Return what to check, one row for each event type and month."""
    present: dict[tuple[str, date], list[date]] = {}
    for event_type, found in days.items():
        for day in found:
            present.setdefault((event_type, layout.month_of(day)), []).append(day)
    staged: dict[tuple[str, date], list[Staged]] = {}
    pending: dict[tuple[str, date], list[str]] = {}
    for run in runs:
        for planned in run.plan.outputs:
            place = (planned.event_type, planned.month)
            if run.commit is None:
                pending.setdefault(place, []).append(planned.inputs)
        # A commit has the outputs of its plan, in their order.
        for planned, output in zip(run.plan.outputs, run.outputs, strict=False):
            staged.setdefault((planned.event_type, planned.month), []).append(Staged(planned.inputs, output))
    rows: list[MonthToCheck] = []
    for place in sorted({*present, *staged, *pending}):
        outputs = tuple(staged.get(place, ()))
        sound = frozenset(each.output.key for each in outputs if each.output.key) - wrong_files
        here, planned_for = tuple(present.get(place, ())), tuple(pending.get(place, ()))
        rows.append(MonthToCheck(place[0], here, outputs, planned_for, sound))
    return rows


def _add_events(report: VerificationReport, runs: list[StagingRun], months: list[MonthFindings]) -> None:
    report.raw_objects = sum(month.raw_objects for month in months)
    report.unstaged = sum(month.unstaged.total() for month in months)
    report.staged_files = sum(bool(output.key) for run in runs for output in run.outputs)
    for month in months:
        report.problems += month.problems


def _quarantined(lake: Lake, problems: list[Problem]) -> set[tuple[str, date]]:
    """Add what is in quarantine; return the types and days of its events."""
    troubled = set()
    for entry in lake.quarantine.open_entries():
        key = parse_event_key(entry.key)
        if key is not None:
            troubled.add((key.event_type, key.event_date))
            detail = f"in quarantine: {entry.reason}: {entry.detail}"
            problems.append(Problem(RAW_PREFIX + entry.key, Kind.ALTERED, detail))
    return troubled
