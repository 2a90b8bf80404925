"""Sets valid but wrong events aside: they leave the staged files, and are listed in the quarantine."""

from collections.abc import Iterable

from elt import OnProgress, WrongCallError
from elt.lake.lake import Lake
from elt.lake.manifests import Action, Plan, Repair
from elt.lake.quarantine import Reason
from elt.lake.repairs import Removed, current_files, in_effect
from elt.repair.select import event_keys, files_without, identifier, select_keys
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

    def make_plan() -> Plan | None:
        runs = lake.staging_runs()
        selected = list(select_keys(lake, current_files(runs), wanted.values()))
        staged = {(file.event_type, day, one) for file, days in selected for day, ids in days.items() for one in ids}
        set_aside = {entry.key for entry in lake.quarantine.open_entries() if entry.reason is Reason.SET_ASIDE}
        for text, key in wanted.items():
            is_staged = (key.event_type, key.event_date, identifier(key.event_id)) in staged
            if not is_staged and text not in set_aside:
                raise WrongCallError(f"{text}: {_why_not_staged(lake, text)}; nothing was set aside")
        if not selected:
            return None
        return make_repair_plan(runs, repair, files_without(lake, selected))

    return make_repair(lake, repair.action, make_plan, workers, on_progress)


def _why_not_staged(lake: Lake, key: str) -> str:
    for entry in lake.quarantine.open_entries():
        if entry.key == key:
            return f"in quarantine already ({entry.reason}: {entry.detail})"
    for run in in_effect(lake.staging_runs(), Action.FORGET):
        if key in Removed(lake.store, [run]):
            return f"forgotten by staging run {run.plan.number}"
    return "no event of this key is in the lake"
