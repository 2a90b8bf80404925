"""Replay: stages what was put in quarantine and keeps the contract now.

The cause is mended by a newer contract, or by putting the right object under the key in ``raw/``. A replay is a staging
run of its own, with a plan and a commit, so a replay that is cut off is completed by the next staging or replay.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date

from elt import EmptyLakeError, OnProgress
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import Plan
from elt.lake.tree import RAW_PREFIX
from elt.native.names import read_object_names, split_identifiers
from elt.staging import input_lists as inputs
from elt.staging.batches import BATCH_OBJECTS, ObjectNames, in_batches, names_by_day, read_batch
from elt.staging.decode import decode
from elt.staging.input_lists import NewObjects
from elt.staging.plan import make_replay_plan
from elt.staging.run import StageSummary, StagingRuns, open_workers
from hospital_sim.events import keys as raw_layout
from hospital_sim.storage import FinishedRun, ObjectNotFoundError, read_record


@dataclass(frozen=True)
class ReplaySummary:
    """What a replay did.

    Attributes:
        staged: What was staged.
        closed: Entries that left the list.
        still_open: Entries that stay, by reason.
    """

    staged: StageSummary
    closed: int
    still_open: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the summary as a JSON object."""
        return asdict(self)


def replay(lake: Lake, workers: int = 1, on_progress: OnProgress | None = None) -> ReplaySummary:
    """Stage what is in quarantine and keeps the contract now; the rest stays there, with its first reason.

    Args:
        lake: The lake.
        workers: Processes.
        on_progress: Called as files are staged.

    Returns:
        What was staged.

    Raises:
        EmptyLakeError: If the lake has not been staged.
        BrokenLakeError: If a manifest or an entry is broken.
        StorageError: If the lake cannot be read or written.
    """
    if not lake.staging_runs():
        raise EmptyLakeError(f"{lake.url}: nothing was staged here; run hospital-elt stage --lake {lake.url} first")
    before = lake.quarantine.open_counts().total()
    with open_workers(lake, workers) as pool:
        runs = StagingRuns(lake, pool, on_progress)
        runs.complete_unfinished()
        _close_fixed_records(lake)
        runs.add(lambda: _plan_fixed(lake))
    still_open = lake.quarantine.open_counts()
    by_reason = {reason.value: count for reason, count in sorted(still_open.items())}
    return ReplaySummary(runs.summary, before - still_open.total(), by_reason)


def _plan_fixed(lake: Lake) -> Plan | None:
    new_objects = list(_fixed_events(lake))
    return make_replay_plan(lake.staging_runs(), new_objects) if new_objects else None


def _close_fixed_records(lake: Lake) -> None:
    for entry in list(lake.quarantine.open_entries()):
        if raw_layout.is_record_key(entry.key) and _is_record(lake, entry.key):
            lake.quarantine.close(entry.key, None)


def _is_record(lake: Lake, key: str) -> bool:
    try:
        return isinstance(read_record(lake.store, key, RAW_PREFIX), FinishedRun)
    except ObjectNotFoundError:
        return False


def _fixed_events(lake: Lake) -> Iterator[NewObjects]:
    """Yield the events of each type and month that are in quarantine and keep the contract now."""
    waiting: dict[tuple[str, date], dict[date, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for entry in lake.quarantine.open_entries():
        key = raw_layout.parse_event_key(entry.key)
        if key is not None:
            in_month = waiting[key.event_type, layout.month_of(key.event_date)]
            in_month[key.event_date].append(bytes.fromhex(key.event_id.replace("-", "")))
    for (event_type, month), days in sorted(waiting.items()):
        right: dict[date, list[bytes]] = defaultdict(list)
        joined = {day: b"".join(sorted(identifiers)) for day, identifiers in days.items()}
        for names in in_batches(names_by_day(event_type, joined), BATCH_OBJECTS):
            for day, identifier in _right(lake, names):
                right[day].append(identifier)
        if right:
            yield from inputs.write_lists(
                lake, event_type, month, {day: b"".join(sorted(found)) for day, found in right.items()}
            )


def _right(lake: Lake, names: list[ObjectNames]) -> Iterator[tuple[date, bytes]]:
    """Yield the day and the identifier of each object that exists and keeps the contract."""
    existing = [of_day for of_day in (_existing(lake, of_day) for of_day in names) if len(of_day)]
    if not existing:
        return
    decoded = decode(read_batch(lake, existing))
    for item in map(decoded.batch.item, decoded.rows.tolist()):
        yield item.day, bytes.fromhex(item.event_id.replace("-", ""))


def _existing(lake: Lake, names: ObjectNames) -> ObjectNames:
    """Return the names of the objects that exist."""
    (listed,), _ = read_object_names(names.event_type, lake.object_names(names.event_type, [names.day]))
    existing = set(split_identifiers(listed)).intersection(split_identifiers(names.identifiers))
    return replace(names, identifiers=b"".join(sorted(existing)))
