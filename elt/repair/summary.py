"""The result of one repair, and how every repair is made."""

from dataclasses import asdict, dataclass

from elt import OnProgress, WrongCallError
from elt.lake.lake import Lake
from elt.lake.manifests import Action
from elt.lake.workers import LocalWorkers
from elt.staging.run import MakePlan, StagingRuns

_TITLES = {
    Action.SET_ASIDE: "Set aside in",
    Action.FORGET: "Forgot in",
    Action.COMPACT: "Compacted",
    Action.PRUNE: "Pruned",
}


@dataclass(frozen=True)
class RepairSummary:
    """Counts of one repair.

    Attributes:
        lake: URL of the lake.
        action: Kind of the repair.
        number: Number of its staging run, for its undo; None if there was nothing to do.
        undoes: Number of the staging run that was taken back; None unless it is an undo.
        events: Objects that were set aside, forgotten, brought back or deleted.
        superseded: Staged files that are no longer current; of a prune, those that were deleted.
        files: Staged files that are current instead.
    """

    lake: str
    action: Action
    number: int | None
    undoes: int | None
    events: int
    superseded: int
    files: int

    @property
    def title(self) -> str:
        """What was done, in words, before the URL of the lake."""
        return _TITLES[self.action] if self.undoes is None else f"Took staging run {self.undoes} back in"

    def as_dict(self) -> dict[str, object]:
        """Return the summary as a JSON object, as the command prints it."""
        return asdict(self)


@dataclass(frozen=True)
class PruneSummary(RepairSummary):
    """Counts of a prune.

    Attributes:
        unnameable: Keys, relative to ``raw/``, of forgotten objects that must be deleted by hand, because the store
            lists them, but cannot be asked for them: ``a//b`` in S3.
        kept: Keys, relative to ``raw/``, of day bundles that hold forgotten events besides others, and so stay.
    """

    unnameable: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def make_repair(
    lake: Lake, action: Action, make_plan: MakePlan, workers: int, on_progress: OnProgress | None
) -> RepairSummary:
    """Complete interrupted staging runs, then plan a repair and make it.

    Args:
        lake: The lake.
        action: Kind of the repair.
        make_plan: Called for the plan (see ``StagingRuns.add``).
        workers: Number of processes.
        on_progress: Called as files are written.
    """
    with LocalWorkers(lake, workers) as pool:
        plan = StagingRuns(lake, pool, on_progress).add(make_plan)
    if plan is None:
        return RepairSummary(lake.url, action, None, None, 0, 0, 0)
    run = lake.staging_runs()[plan.number - 1]
    return RepairSummary(
        lake=lake.url,
        action=action,
        number=plan.number,
        undoes=plan.repair.undoes if plan.repair else None,
        events=sum(output.objects for output in plan.outputs) + plan.foreign_objects,
        superseded=sum(len(output.supersedes) for output in plan.outputs),
        files=sum(output.key is not None for output in run.outputs),
    )


def require_reason(reason: str) -> str:
    """Return an operator's reason without spaces around it.

    Raises:
        WrongCallError: If it is empty or has more than one line.
    """
    reason = reason.strip()
    if not reason or not reason.isprintable():
        raise WrongCallError("--reason: give one line of text, so that others understand the repair later")
    return reason
