"""Compacts a lake: the staged files of a closed month become one file for each event type."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from elt import OnProgress, WrongCallError
from elt.lake.lake import Lake
from elt.lake.layout import month_name
from elt.lake.manifests import Action, ClosedMonths, CommittedOutput, Plan, Repair
from elt.lake.repairs import current_outputs
from elt.lake.staging_runs import StagingRun
from elt.repair.summary import RepairSummary, make_repair
from elt.staging import stage
from elt.staging.input_lists import LARGEST_OUTPUT, NewObjects
from elt.staging.plan import closed_months, make_repair_plan


def compact(
    lake: Lake, month: date | None = None, workers: int = 1, on_progress: OnProgress | None = None
) -> RepairSummary:
    """Make one file of the staged files of each event type and closed month.

    A file has at most ``LARGEST_OUTPUT`` rows, in the order in which staging writes them. The old files stay until
    ``prune``. What is new in the lake is staged first.

    Args:
        lake: The lake.
        month: First day of the only month to compact; None for every month that is closed for all its hospitals.
        workers: Number of processes.
        on_progress: Called as files are written.

    Returns:
        The counts of the repair.

    Raises:
        WrongCallError: If the month is not closed.
        BrokenLakeError: If a manifest or a staged file is broken.
        StorageError: If the lake cannot be read or written.
    """
    stage(lake, workers=workers, on_progress=on_progress)

    def make_plan(runs: list[StagingRun]) -> Plan | None:
        outputs = [output for output, _ in current_outputs(runs) if month in (None, output.month)]
        closed = closed_months(runs)
        if month is not None:
            _require_closed(outputs, closed, month)
        groups = [group for group in _groups(outputs, closed) if len(group) > 1]
        compacted = [
            NewObjects(group[0].event_type, group[0].month, None, 0, supersedes=tuple(one.key or "" for one in group))
            for group in groups
        ]
        return make_repair_plan(runs, Repair(Action.COMPACT), compacted) if compacted else None

    return make_repair(lake, Action.COMPACT, make_plan, workers, on_progress)


def _require_closed(outputs: Iterable[CommittedOutput], closed: ClosedMonths, month: date) -> None:
    for output in outputs:
        for hospital_id in output.counts.staged:
            if not closed.closes(hospital_id, month):
                raise WrongCallError(
                    f"--month {month_name(month)}: not closed for {hospital_id}, so more of its events may come; "
                    "compact it when a run of the hospital has ended after it, or close it with stage --as-of"
                )


def _groups(outputs: Iterable[CommittedOutput], closed: ClosedMonths) -> Iterator[list[CommittedOutput]]:
    """Yield the outputs that one file can hold together, of months that are closed for every hospital."""
    places: dict[tuple[str, date], list[CommittedOutput]] = defaultdict(list)
    for output in outputs:
        places[output.event_type, output.month].append(output)
    for (_, month), of_month in sorted(places.items()):
        if not all(closed.closes(hospital_id, month) for output in of_month for hospital_id in output.counts.staged):
            continue
        group: list[CommittedOutput] = []
        for output in of_month:
            if sum(one.counts.rows for one in (*group, output)) > LARGEST_OUTPUT:
                yield group
                group = []
            group.append(output)
        yield group
