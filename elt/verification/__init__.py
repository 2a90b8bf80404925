"""Verification: compares every object of a lake with its run records and manifests, and names each difference."""

from collections import Counter
from datetime import date

from elt import OnProgress, report_progress
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import StagingRun, counts_of_runs
from elt.lake.tree import RAW_PREFIX
from elt.lake.workers import LocalWorkers
from elt.quality.emitted import Cell
from elt.verification.manifest_checks import check_inputs, check_staged_files, read_runs
from elt.verification.problems import Kind, Problem, VerificationReport
from elt.verification.raw_checks import MonthToCheck, Staged, check_months
from elt.verification.record_checks import check_counts, check_runs
from hospital_sim.events.keys import parse_event_key

__all__ = ["Kind", "Problem", "VerificationReport", "verify"]


def verify(lake: Lake, workers: int = 1, on_progress: OnProgress | None = None) -> VerificationReport:
    """Read a whole lake, and compare it with its run records and manifests.

    Args:
        lake: The lake.
        workers: Number of processes.
        on_progress: Called as months are verified.

    Returns:
        The problems. A problem raises nothing.

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
    with LocalWorkers(lake, workers) as pool:
        months = list(report_progress(pool.run(check_months, rows), "verifying months", len(rows), on_progress))
    problems += [problem for month in months for problem in month.problems]
    report.raw_objects = sum(month.raw_objects for month in months)
    report.unstaged = sum(month.unstaged.total() for month in months)
    report.staged_files = sum(bool(output.key) for run in runs for output in run.outputs)
    explained_days = set().union(*(month.explained_days for month in months))
    explained_days |= _quarantined(lake, problems)
    counts: Counter[Cell] = Counter({Cell(*key): count for key, count in counts_of_runs(runs).items()})
    for month in months:
        counts.update(month.unstaged)
    problems += check_counts(records, counts, explained_days, unfinished)
    report.problems = sorted(set(problems))
    return report


def _months(days: dict[str, list[date]], runs: list[StagingRun], wrong_files: set[str]) -> list[MonthToCheck]:
    """Return one row for each event type and month to check."""
    present: dict[tuple[str, date], list[date]] = {}
    for event_type, days_of_type in days.items():
        for day in days_of_type:
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
        sound = frozenset(item.output.key for item in outputs if item.output.key) - wrong_files
        here, planned_for = tuple(present.get(place, ())), tuple(pending.get(place, ()))
        rows.append(MonthToCheck(place[0], here, outputs, planned_for, sound))
    return rows


def _quarantined(lake: Lake, problems: list[Problem]) -> set[tuple[str, date]]:
    """Add the objects in quarantine as problems; return the types and days of its events."""
    days = set()
    for entry in lake.quarantine.open_entries():
        key = parse_event_key(entry.key)
        if key is not None:
            days.add((key.event_type, key.event_date))
            detail = f"in quarantine: {entry.reason}: {entry.detail}"
            problems.append(Problem(RAW_PREFIX + entry.key, Kind.ALTERED, detail))
    return days
