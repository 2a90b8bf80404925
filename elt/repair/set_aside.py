"""Sets valid but wrong events aside: they leave the staged files, and are listed in the quarantine."""

from collections.abc import Iterable, Mapping, Sequence

from elt import OnProgress, WrongCallError
from elt.lake.lake import Lake
from elt.lake.manifests import Action, Plan, Repair
from elt.lake.quarantine import Entry, Reason
from elt.lake.repairs import Removed, current_files, in_effect
from elt.lake.staging_runs import StagingRun
from elt.repair.select import event_keys, files_without, select_keys, selected_keys
from elt.repair.summary import RepairSummary, make_repair, require_reason
from elt.staging import stage
from elt.staging.plan import make_repair_plan


def set_aside(
    lake: Lake, keys: Iterable[str], reason: str, workers: int = 1, on_progress: OnProgress | None = None
) -> RepairSummary:
    """Take valid but wrong events out of the staged files. Their raw objects stay, and a replay leaves them aside.

    What is new in the lake is staged first. All events are set aside, or none; those that are aside already stay so.

    Args:
        lake: The lake.
        keys: Keys of the events, relative to ``raw/``.
        reason: The operator's reason, which the quarantine shows.
        workers: Number of processes.
        on_progress: Called as files are staged.

    Returns:
        The counts of the repair.

    Raises:
        WrongCallError: If a key is not that of a staged event, or there is no reason.
        BrokenLakeError: If a manifest or a staged file is broken.
        StorageError: If the lake cannot be read or written.
    """
    wanted = event_keys(keys)
    repair = Repair(Action.SET_ASIDE, require_reason(reason))
    if not wanted:
        raise WrongCallError("KEY: name at least one event")
    stage(lake, workers=workers, on_progress=on_progress)

    def make_plan(runs: list[StagingRun]) -> Plan | None:
        selected = list(select_keys(lake, current_files(runs), wanted.values()))
        entries = {entry.key: entry for entry in lake.quarantine.open_entries(runs)}
        set_aside = {key for key, entry in entries.items() if entry.reason is Reason.SET_ASIDE}
        known = selected_keys(selected) | set_aside
        for key in (key for key in wanted if key not in known):
            raise WrongCallError(f"{key}: {_why_not_staged(lake, runs, entries, key)}; nothing was set aside")
        if not selected:
            return None
        return make_repair_plan(runs, repair, files_without(lake, selected))

    return make_repair(lake, repair.action, make_plan, workers, on_progress)


def _why_not_staged(lake: Lake, runs: Sequence[StagingRun], entries: Mapping[str, Entry], key: str) -> str:
    if key in entries:
        return f"in quarantine already ({entries[key].reason}: {entries[key].detail})"
    for run in in_effect(runs, Action.FORGET):
        if key in Removed(lake.store, [run]):
            return f"forgotten by staging run {run.plan.number}"
    return "no event of this key is in the lake"
