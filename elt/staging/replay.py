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
from elt.lake.manifests import Plan
from elt.lake.store import Lake
from elt.lake.tree import RAW_PREFIX
from elt.native.object_names import read_object_names, split_identifiers
from elt.staging import input_lists as inputs
from elt.staging.batches import DayPart, day_batches
from elt.staging.decode import decode
from elt.staging.input_lists import NewObjects
from elt.staging.plan import make_replay_plan
from elt.staging.reading import BatchToRead, read_batch
from elt.staging.run import StagingRuns, open_workers
from elt.staging.summary import StageSummary
from elt.staging.write import BATCH_OBJECTS
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

    def as_json(self) -> dict[str, object]:
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
        for parts in day_batches(joined, BATCH_OBJECTS):
            for day, identifier in _right(lake, event_type, parts):
                right[day].append(identifier)
        if right:
            yield from inputs.write_lists(
                lake, event_type, month, {day: b"".join(sorted(found)) for day, found in right.items()}
            )


def _right(lake: Lake, event_type: str, parts: list[DayPart]) -> Iterator[tuple[date, bytes]]:
    """Yield the day and the identifier of each object that is there and keeps the contract."""
    there = [_still_there(lake, event_type, part) for part in parts]
    batch = read_batch(lake, BatchToRead(event_type, [part for part in there if len(part)]))
    broken = {(rejected.object.day, rejected.object.event_id) for rejected in decode(event_type, batch).rejected}
    for item in map(batch.item, range(len(batch))):
        if (item.day, item.event_id) not in broken:
            yield item.day, bytes.fromhex(item.event_id.replace("-", ""))


def _still_there(lake: Lake, event_type: str, part: DayPart) -> DayPart:
    (identifiers,), _ = read_object_names(event_type, lake.object_names(event_type, [part.day]))
    here = set(split_identifiers(identifiers))
    return replace(part, identifiers=b"".join(each for each in split_identifiers(part.identifiers) if each in here))
