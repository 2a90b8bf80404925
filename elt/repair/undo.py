"""Takes repairs back: events return to the staged files, compacted files make way for those that they superseded."""

from collections.abc import Iterator, Sequence
from datetime import date

from elt import OnProgress, WrongCallError
from elt.lake.key_lists import Bundles
from elt.lake.lake import Lake
from elt.lake.manifests import Action, Plan, Repair
from elt.lake.repairs import Removed, current_files, in_effect
from elt.lake.staging_runs import StagingRun
from elt.repair.select import Days, event_key_of, write_days
from elt.repair.summary import RepairSummary, make_repair
from elt.staging.input_lists import NewObjects, write_bundle_lists
from elt.staging.plan import make_repair_plan
from elt.staging.reading.raw_day import read_day

_COMMANDS = {
    Action.SET_ASIDE: "hospital-elt quarantine add",
    Action.FORGET: "hospital-elt forget",
    Action.COMPACT: "hospital-elt compact",
}


def undo(
    lake: Lake, action: Action, number: int, workers: int = 1, on_progress: OnProgress | None = None
) -> RepairSummary:
    """Take a repair back.

    Events that were set aside or forgotten are staged again from their raw objects. Files that were compacted become
    current again. A repair that was taken back before stays so.

    Args:
        lake: The lake.
        action: Kind of the repair.
        number: Number of its staging run.
        workers: Number of processes.
        on_progress: Called as files are staged.

    Returns:
        The counts of the undo.

    Raises:
        WrongCallError: If the staging run is no such repair, or can no longer be taken back.
        BrokenLakeError: If a manifest or a list of keys is broken.
        StorageError: If the lake cannot be read or written.
    """

    def make_plan(runs: list[StagingRun]) -> Plan | None:
        run = _repair(runs, action, number)
        if run is None:
            return None
        if action is Action.COMPACT:
            _require_current(lake, runs, run)
            restored: list[NewObjects] = []
        else:
            restored = list(_restored(lake, runs, run))
        return make_repair_plan(runs, Repair(Action.UNDO, undoes=number), restored)

    return make_repair(lake, Action.UNDO, make_plan, workers, on_progress)


def _repair(runs: Sequence[StagingRun], action: Action, number: int) -> StagingRun | None:
    """Return the repair; None if it was taken back before."""
    run = runs[number - 1] if 0 < number <= len(runs) else None
    if run is None or run.action is not action:
        others = ", ".join(str(one.plan.number) for one in in_effect(runs, action))
        raise WrongCallError(
            f"--undo {number}: not a staging run of {_COMMANDS[action]}; "
            + (f"those are {others}" if others else "there is none to take back")
        )
    return run if run in in_effect(runs, action) else None


def _require_current(lake: Lake, runs: Sequence[StagingRun], run: StagingRun) -> None:
    current = {file.key for file in current_files(runs)}
    for output in run.plan.outputs:
        if output.key not in current:
            raise WrongCallError(
                f"--undo {run.plan.number}: {output.key} has been replaced by a later repair; take that back first"
            )
        for key in output.supersedes:
            if not lake.store.exists(key):
                raise WrongCallError(f"--undo {run.plan.number}: {key} is gone, perhaps pruned; nothing was changed")


def _restored(lake: Lake, runs: Sequence[StagingRun], run: StagingRun) -> Iterator[NewObjects]:
    """Write the lists of the events that come back: those that nothing else keeps out of the staged files."""
    others = [one for one in runs if one is not run]
    removed = Removed(lake.store, in_effect(others, Action.SET_ASIDE, Action.FORGET))
    quarantined = {entry.key for entry in lake.quarantine.open_entries(others)}
    own = Removed(lake.store, [run])
    missing = 0
    for event_type, month in own.months:
        back: Days = {}
        bundles: dict[date, Bundles] = {}
        for day, identifiers in own.of_month(event_type, month).items():
            kept = {
                one
                for one in identifiers - removed.of_month(event_type, month).get(day, set())
                if not quarantined or event_key_of(event_type, day, one) not in quarantined
            }
            if not kept:
                continue
            raw = read_day(lake, event_type, day)
            missing += len(kept - raw.events)
            if singles := kept & raw.singles:
                back[day] = singles
            if lines := raw.bundled(kept):
                bundles[day] = lines
        if not missing:
            yield from write_days(lake, event_type, month, back) if back else ()
            yield from write_bundle_lists(lake, event_type, month, bundles)
    if missing:
        raise WrongCallError(
            f"--undo {run.plan.number}: {missing:,} of its raw objects are gone, perhaps pruned, and nothing else "
            "holds them; nothing was changed"
        )
