"""Prunes a lake: deletes the objects of forgotten events, and staged files that are superseded."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from elt import OnProgress
from elt.lake import layout
from elt.lake.key_lists import Bundles
from elt.lake.lake import Lake
from elt.lake.manifests import Action, Plan, Repair
from elt.lake.repairs import Removed, current_files, in_effect
from elt.lake.staging_runs import StagingRun
from elt.lake.tree import RAW_PREFIX
from elt.native.names import identifier_of
from elt.repair.select import Days, write_days
from elt.repair.summary import PruneSummary, RepairSummary, make_repair
from elt.staging.delete import QUARANTINE_PLACES, delete_older_bundles
from elt.staging.input_lists import NewObjects, write_bundle_lists, write_unrecognised
from elt.staging.plan import make_repair_plan
from elt.staging.reading.raw_day import read_day
from hospital_sim.events.keys import day_bundle_key, parse_event_key
from hospital_sim.storage import UnfitKeyError


@dataclass
class Prunable:
    """Objects to which no manifest refers any more.

    Attributes:
        events: Forgotten events that are under ``raw/`` or in quarantine, by event type and month.
        bundles: Day bundles that hold nothing but forgotten events, by event type, month and day.
        kept: Keys of the day bundles that hold forgotten events and others, relative to ``raw/``.
        others: The same of objects whose keys belong to no event, relative to ``raw/``.
        files: Superseded staged files, by event type and month.
        unnameable: Keys, relative to ``raw/``, of forgotten objects that the store lists, but cannot be asked for.
    """

    events: dict[tuple[str, date], Days] = field(default_factory=dict)
    bundles: dict[tuple[str, date], dict[date, Bundles]] = field(default_factory=lambda: defaultdict(dict))
    kept: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    files: dict[tuple[str, date], list[str]] = field(default_factory=lambda: defaultdict(list))
    unnameable: list[str] = field(default_factory=list)

    @property
    def objects(self) -> int:
        """Number of raw objects."""
        singles = sum(len(ids) for days in self.events.values() for ids in days.values())
        return (
            singles + sum(len(of_day) for days in self.bundles.values() for of_day in days.values()) + len(self.others)
        )


def prune(
    lake: Lake, *, dry_run: bool = False, workers: int = 1, on_progress: OnProgress | None = None
) -> PruneSummary:
    """Delete forgotten raw objects, with their copies in quarantine, superseded staged files, and older bundles.

    It cannot be undone, and what it deletes can no longer be taken back. A prune that was killed is completed first.

    Args:
        lake: The lake.
        dry_run: True to count only.
        workers: Number of processes.
        on_progress: Called as event types and months are pruned.

    Returns:
        The counts of the repair: raw objects and files; and the objects that must be deleted by hand.

    Raises:
        BrokenLakeError: If a manifest or a list of keys is broken.
        StorageError: If the lake cannot be read or written.
    """
    if dry_run:
        prunable = _prunable(lake, lake.staging_runs())
        files = sum(map(len, prunable.files.values()))
        counts = RepairSummary(lake.url, Action.PRUNE, None, None, prunable.objects, files, 0)
        return PruneSummary(**asdict(counts), unnameable=tuple(prunable.unnameable), kept=tuple(prunable.kept))
    unnameable: list[str] = []
    kept: list[str] = []

    def make_plan(runs: list[StagingRun]) -> Plan | None:
        prunable = _prunable(lake, runs)
        unnameable[:], kept[:] = prunable.unnameable, prunable.kept
        outputs = list(_outputs(lake, prunable))
        if not outputs and not prunable.others:
            return None
        others = prunable.others
        unrecognised = (write_unrecognised(lake, others), len(others)) if others else None
        return make_repair_plan(runs, Repair(Action.PRUNE), outputs, unrecognised)

    summary = make_repair(lake, Action.PRUNE, make_plan, workers, on_progress)
    delete_older_bundles(lake)
    return PruneSummary(**asdict(summary), unnameable=tuple(unnameable), kept=tuple(kept))


def _prunable(lake: Lake, runs: Sequence[StagingRun]) -> Prunable:
    forgotten = Removed(lake.store, in_effect(runs, Action.FORGET))
    in_quarantine = {key.removeprefix(place) for place in QUARANTINE_PLACES for key in lake.store.keys(place)}
    kept_copies: dict[tuple[str, date], set[bytes]] = defaultdict(set)
    for key in filter(None, map(parse_event_key, in_quarantine)):
        kept_copies[key.event_type, key.event_date].add(identifier_of(key.event_id))
    prunable = Prunable()
    for event_type, month in forgotten.months:
        for day, ids in forgotten.of_month(event_type, month).items():
            raw = read_day(lake, event_type, day)
            if singles := ids & (raw.singles | kept_copies[event_type, day]):
                prunable.events.setdefault((event_type, month), {})[day] = singles
            whole = [name for name, lines in raw.lines.items() if not raw.other_lines[name] and lines.keys() <= ids]
            if whole:
                prunable.bundles[event_type, month][day] = Bundles.fromkeys(whole)
            prunable.kept += (
                day_bundle_key(event_type, day, name)
                for name, lines in raw.lines.items()
                if name not in whole and not ids.isdisjoint(lines)
            )
    for name in sorted(forgotten.unrecognised()):
        try:
            exists = lake.store.exists(RAW_PREFIX + name)
        except (UnfitKeyError, ValueError):
            prunable.unnameable.append(name)
        else:
            prunable.others += [name] * (exists or layout.quarantine_name(name) in in_quarantine)
    if prunable.unnameable:
        prunable.unnameable = sorted({*prunable.unnameable}.intersection(lake.raw_tree().unrecognised))
    current = {file.key for file in current_files(runs)}
    existing = set(lake.store.keys(layout.STAGING))
    for file in (file for run in runs for file in run.files()):
        if file.key not in current and file.key in existing:
            prunable.files[file.event_type, file.month].append(file.key)
    return prunable


def _outputs(lake: Lake, prunable: Prunable) -> Iterator[NewObjects]:
    for event_type, month in sorted({*prunable.events, *prunable.files, *prunable.bundles}):
        days, files = prunable.events.get((event_type, month), {}), tuple(prunable.files.get((event_type, month), ()))
        first, *rest = write_days(lake, event_type, month, days)
        yield replace(first, supersedes=files)
        yield from rest
        yield from write_bundle_lists(lake, event_type, month, prunable.bundles.get((event_type, month), {}))
