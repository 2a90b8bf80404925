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
from elt.lake.key_lists import Bundles
from elt.lake.lake import Lake
from elt.lake.manifests import Plan, PlannedOutput
from elt.lake.quarantine import Reason
from elt.lake.staging_runs import StagingRun
from elt.lake.tree import RAW_PREFIX
from elt.lake.workers import LocalWorkers
from elt.native.names import identifier_of
from elt.staging.input_lists import NewObjects, PlannedMonth, lists_by_month
from elt.staging.plan import make_replay_plan
from elt.staging.reading.batches import BATCH_OBJECTS, in_batches, names_by_day, read_batch
from elt.staging.reading.decode import decode
from elt.staging.reading.duplicates import without_duplicates
from elt.staging.reading.lines import BATCH_BUNDLES, LineNames, bundles_by_day, read_bundle_batch
from elt.staging.run import StageSummary, StagingRuns
from hospital_sim.events.keys import is_record_key, parse_event_key, parse_line_key
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
    singles: dict[tuple[str, date], dict[date, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    bundles: dict[tuple[str, date], dict[date, dict[str, list[int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for entry in lake.quarantine.open_entries(runs):
        if entry.reason is Reason.SET_ASIDE:
            continue
        if event := parse_event_key(entry.key):
            place = event.event_type, layout.month_of(event.event_date)
            singles[place][event.event_date].append(identifier_of(event.event_id))
        elif line := parse_line_key(entry.key):
            (event_type, day, name, _), number = line
            bundles[event_type, layout.month_of(day)][day][name].append(number)
    lists = lists_by_month(runs)
    for event_type, month in sorted({*singles, *bundles}):
        planned = PlannedMonth.of(lake, lists[event_type, month])
        identifiers = {day: b"".join(sorted(ids)) for day, ids in singles[event_type, month].items()}
        lines = {
            day: {name: None if 0 in numbers else tuple(sorted(numbers)) for name, numbers in of_day.items()}
            for day, of_day in bundles[event_type, month].items()
        }
        fixed = _fixed_singles(lake, planned, event_type, month, identifiers)
        fixed_lines = _fixed_lines(lake, planned, event_type, month, lines)
        if fixed or fixed_lines:
            new = planned.lists(lake, event_type, month, fixed, fixed_lines)
            yield from (one for one in new if one.inputs)


def _fixed_singles(
    lake: Lake, planned: PlannedMonth, event_type: str, month: date, days: dict[date, bytes]
) -> dict[date, bytes]:
    """Return the identifiers of the single objects that exist, keep the contract, and are staged from no other."""
    fixed: dict[date, list[bytes]] = defaultdict(list)
    output = PlannedOutput(event_type, month, "", "", 0, beside=planned.beside(days))
    for names in in_batches(names_by_day(event_type, days, output), BATCH_OBJECTS):
        decoded = without_duplicates(lake, decode(read_batch(lake, names)))
        for item in map(decoded.batch.item, decoded.rows.tolist()):
            fixed[item.day].append(identifier_of(item.event_id))
    return {day: b"".join(sorted(identifiers)) for day, identifiers in fixed.items()}


def _fixed_lines(
    lake: Lake, planned: PlannedMonth, event_type: str, month: date, days: dict[date, Bundles]
) -> dict[date, Bundles]:
    """Return the bundles that can be read now, and the lines of others that keep the contract (as for singles)."""
    fixed: dict[date, Bundles] = defaultdict(dict)
    output = PlannedOutput(event_type, month, "", "", 0, bundled=True, beside=planned.beside_bundles(days))
    for names in in_batches(bundles_by_day(event_type, days, output), BATCH_BUNDLES):
        decoded = without_duplicates(lake, decode(read_bundle_batch(lake, names)))
        kept = {decoded.batch.key(place) for place in decoded.rows.tolist()}
        for part in decoded.batch.names:
            if not isinstance(part, LineNames):
                continue
            lines = tuple(int(line) for place, line in enumerate(part.lines) if part.key(place) in kept)
            if (part.all_lines and part.is_read) or lines:
                fixed[part.day][part.bundle] = None if part.all_lines else lines
    return fixed
