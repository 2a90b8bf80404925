"""Replays the quarantine: stages its objects that keep the contract now.

A newer contract, or the right object under the key in ``raw/``, fixes the cause. A replay is a staging run with a plan
and a commit, so the next ``stage`` or ``replay`` completes an interrupted one.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial

from elt import EmptyLakeError, OnProgress
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import Plan
from elt.lake.quarantine import Reason
from elt.lake.staging_runs import StagingRun
from elt.lake.tree import RAW_PREFIX
from elt.lake.workers import LocalWorkers
from elt.native.names import identifier_of
from elt.staging import input_lists
from elt.staging.batches import BATCH_OBJECTS, ObjectNames, in_batches, names_by_day, read_batch
from elt.staging.decode import decode
from elt.staging.input_lists import NewObjects
from elt.staging.plan import make_replay_plan
from elt.staging.run import StageSummary, StagingRuns
from hospital_sim.events.keys import is_record_key, parse_event_key
from hospital_sim.storage import FinishedRun, ObjectNotFoundError, read_record


@dataclass(frozen=True)
class ReplaySummary:
    """Counts of one replay.

    Attributes:
        staged: Counts of what was staged.
        closed: Entries that left the quarantine.
        still_open: Entries that stay, by reason.
    """

    staged: StageSummary
    closed: int
    still_open: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the summary as a JSON object, as the command prints it."""
        return asdict(self)


def replay(lake: Lake, workers: int = 1, on_progress: OnProgress | None = None) -> ReplaySummary:
    """Stage the objects of the quarantine that keep the contract now; the others stay, with their first reason.

    Args:
        lake: The lake.
        workers: Number of processes.
        on_progress: Called as files are staged.

    Returns:
        The counts of the replay.

    Raises:
        EmptyLakeError: If the lake has not been staged.
        BrokenLakeError: If a manifest or an entry is broken.
        StorageError: If the lake cannot be read or written.
    """
    if not lake.staging_runs():
        raise EmptyLakeError(f"{lake.url}: nothing was staged here; run hospital-elt stage --lake {lake.url} first")
    before = lake.quarantine.open_counts().total()
    with LocalWorkers(lake, workers) as pool:
        runs = StagingRuns(lake, pool, on_progress)
        runs.add(partial(_plan_fixed, lake))
    still_open = lake.quarantine.open_counts()
    by_reason = {reason.value: count for reason, count in sorted(still_open.items())}
    return ReplaySummary(runs.summary, before - still_open.total(), by_reason)


def _plan_fixed(lake: Lake, runs: list[StagingRun]) -> Plan | None:
    _close_fixed_records(lake, runs)
    new_objects = list(_fixed_events(lake, runs))
    return make_replay_plan(runs, new_objects) if new_objects else None


def _close_fixed_records(lake: Lake, runs: list[StagingRun]) -> None:
    for entry in list(lake.quarantine.open_entries(runs)):
        if is_record_key(entry.key) and _is_record(lake, entry.key):
            lake.quarantine.close(entry.key, None)


def _is_record(lake: Lake, key: str) -> bool:
    try:
        return isinstance(read_record(lake.store, key, RAW_PREFIX), FinishedRun)
    except ObjectNotFoundError:
        return False


def _fixed_events(lake: Lake, runs: list[StagingRun]) -> Iterator[NewObjects]:
    """Yield the objects of each type and month that are in quarantine and keep the contract now.

    Events that an operator set aside keep it, but only the operator takes them back.
    """
    quarantined: dict[tuple[str, date], dict[date, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for entry in lake.quarantine.open_entries(runs):
        key = parse_event_key(entry.key)
        if key is not None and entry.reason is not Reason.SET_ASIDE:
            in_month = quarantined[key.event_type, layout.month_of(key.event_date)]
            in_month[key.event_date].append(identifier_of(key.event_id))
    for (event_type, month), days in sorted(quarantined.items()):
        fixed: dict[date, list[bytes]] = defaultdict(list)
        by_day = {day: b"".join(sorted(identifiers)) for day, identifiers in days.items()}
        for names in in_batches(names_by_day(event_type, by_day), BATCH_OBJECTS):
            for day, identifier in _keep_contract(lake, names):
                fixed[day].append(identifier)
        if fixed:
            lists = {day: b"".join(sorted(identifiers)) for day, identifiers in fixed.items()}
            yield from input_lists.write_lists(lake, event_type, month, lists)


def _keep_contract(lake: Lake, names: list[ObjectNames]) -> Iterator[tuple[date, bytes]]:
    """Yield the day and the identifier of each object that exists and keeps the contract."""
    decoded = decode(read_batch(lake, names))
    for item in map(decoded.batch.item, decoded.rows.tolist()):
        yield item.day, identifier_of(item.event_id)
