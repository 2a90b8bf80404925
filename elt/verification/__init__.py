"""Verification: compares every object of a lake with its run records and manifests, and names each difference."""

from collections import Counter
from datetime import date

from elt import BrokenLakeError, OnProgress, report_progress
from elt.lake.lake import Lake
from elt.lake.layout import event_place
from elt.lake.manifests import Neighbour
from elt.lake.quarantine import Reason
from elt.lake.repairs import current_outputs
from elt.lake.staging_runs import StagingRun, counts_by_cell
from elt.lake.tree import RAW_PREFIX
from elt.lake.workers import LocalWorkers
from elt.quality.emitted import Cell
from elt.staging.rewrite import rewrites
from elt.verification.explained import Repairs
from elt.verification.manifest_checks import check_bundles, check_inputs, check_staged_files, read_runs
from elt.verification.problems import Kind, Problem, VerificationReport
from elt.verification.raw_checks import MonthToCheck, Staged, check_months
from elt.verification.record_checks import check_counts, check_runs

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
    problems += check_bundles(lake, {problem.key for problem in problems})
    wrong_files = list(check_staged_files(lake, runs))
    problems += wrong_files
    repairs = Repairs.of(lake, runs)
    tree = lake.raw_tree()
    problems += [
        Problem(RAW_PREFIX + key, Kind.FOREIGN, "not the key of an event")
        for key in tree.unrecognised
        if key not in repairs.forgotten_names
    ]
    rows = _months(tree.days_by_month(), runs, repairs, {problem.key for problem in wrong_files})
    with LocalWorkers(lake, workers) as pool:
        months = list(report_progress(pool.run(check_months, rows), "verifying months", len(rows), on_progress))
    problems += [problem for month in months for problem in month.problems]
    current = [output for output, _ in current_outputs(runs)]
    report.raw_objects = sum(month.raw_objects for month in months)
    report.unstaged = sum(month.unstaged.total() for month in months)
    report.staged_files = len(current)
    report.forgotten = repairs.forgotten
    report.unfinished = [run.plan.number for run in runs if run.commit is None]
    explained_days = repairs.unstaged_days.union(*(month.explained_days for month in months))
    explained_days |= _quarantined(lake, runs, report)
    counts: Counter[Cell] = Counter({Cell(*key): count for key, count in counts_by_cell(current).items()})
    for month in months:
        counts.update(month.unstaged)
    problems += check_counts(records, counts, repairs.counts, explained_days, unfinished)
    report.problems = sorted(set(problems))
    return report


def _months(
    present: dict[tuple[str, date], list[date]], runs: list[StagingRun], repairs: Repairs, wrong_files: set[str]
) -> list[MonthToCheck]:
    """Return one row for each event type and month to check."""
    staged: dict[tuple[str, date], list[Staged]] = {}
    pending: dict[tuple[str, date], list[Neighbour]] = {}
    for run in runs:
        if rewrites(run.plan):
            continue
        for planned in run.plan.outputs:
            place = (planned.event_type, planned.month)
            if run.commit is None:
                pending.setdefault(place, []).append(Neighbour(planned.inputs, planned.bundled))
        # A commit has the outputs of its plan, in their order.
        for planned, output in zip(run.plan.outputs, run.outputs, strict=False):
            staged.setdefault((planned.event_type, planned.month), []).append(
                Staged(planned.inputs, planned.bundled, output)
            )
    files: dict[tuple[str, date], list[str]] = {}
    for output, _ in current_outputs(runs):
        files.setdefault((output.event_type, output.month), []).append(output.key or "")
    return [
        MonthToCheck(
            event_type=place[0],
            days=tuple(present.get(place, ())),
            staged=tuple(staged.get(place, ())),
            pending=tuple(pending.get(place, [])),
            files=tuple(key for key in files.get(place, ()) if key not in wrong_files),
            wrong_files=frozenset(wrong_files),
            repairs=repairs.of_month(*place),
        )
        for place in sorted({*present, *staged, *pending})
    ]


def _quarantined(lake: Lake, runs: list[StagingRun], report: VerificationReport) -> set[tuple[str, date]]:
    """Add the broken objects in quarantine as problems; return the types and days of its events.

    An event that was set aside is no problem: its object is what was written.
    """
    days = set()

    def add_problem(key: str, _: BrokenLakeError) -> None:
        report.problems.append(Problem(key, Kind.ALTERED, "not an entry of the quarantine"))

    for entry in lake.quarantine.open_entries(runs, add_problem):
        place = event_place(entry.key)
        if entry.reason is Reason.SET_ASIDE:
            report.set_aside += 1
        elif place is not None:
            days.add(place)
            detail = f"in quarantine: {entry.reason}: {entry.detail}"
            report.problems.append(Problem(RAW_PREFIX + entry.key, Kind.ALTERED, detail))
    return days
