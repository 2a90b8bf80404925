"""Counts the events under ``raw/``: single objects by their names, lines of day bundles by the manifests.

Bundles are read only where the manifests do not tell: those that no finished staging run took, and those with events
that left the staged files or the quarantine.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from elt.lake.key_lists import read_bundle_lists
from elt.lake.lake import DayListing, Lake
from elt.lake.layout import month_of
from elt.lake.manifests import CommittedOutput, PlannedOutput
from elt.lake.prefetch import prefetched
from elt.lake.repairs import Removed
from elt.lake.staging_runs import StagingRun
from elt.lake.tree import RawTree
from elt.native.names import IDENTIFIER_BYTES, split_identifiers
from elt.quality.taken_out import Counts
from elt.staging.reading.raw_day import read_listed

_Month = tuple[tuple[str, date], list[date]]
"""An event type and month, and its days that have a partition."""


def count_raw(
    lake: Lake,
    tree: RawTree,
    runs: Sequence[StagingRun],
    removed: Removed,
    accounted: Counts,
    is_listed: Callable[[date], bool],
) -> Counts:
    """Return the number of events under ``raw/`` by type and day, without those that repairs removed.

    Args:
        lake: The lake.
        tree: Its partitions.
        runs: Its staging runs.
        removed: The events that repairs removed.
        accounted: Events that staging read, by type and day.
        is_listed: Returns True for the first day of a month that is to be counted. Others are taken to have as many
            events as staging read.
    """
    counts = Counter({place: count for place, count in accounted.items() if not is_listed(month_of(place[1]))})
    months = (item for item in tree.days_by_month().items() if is_listed(item[0][1]))
    for of_month in prefetched(partial(_count_month, lake, _bundled(runs), removed), months, lake.listing_threads):
        counts.update(of_month)
    return +counts


@dataclass(frozen=True)
class _BundledMonth:
    """The outputs of one event type and month that were staged from bundles.

    Attributes:
        outputs: Those of finished staging runs, as planned and as written.
        is_counted: False if other staging runs read the same bundles: repairs, replays, or one that is not finished.
    """

    outputs: Sequence[tuple[PlannedOutput, CommittedOutput]] = ()
    is_counted: bool = True

    def names(self, lake: Lake) -> dict[date, set[str]]:
        """Return the names of the bundles by day; none if they are not counted."""
        names: dict[date, set[str]] = defaultdict(set)
        lists = [planned.inputs for planned, _ in self.outputs] if self.is_counted else []
        for bundles_by_day in read_bundle_lists(lake.store, lists):
            for day, bundles in bundles_by_day.items():
                names[day].update(bundles)
        return names

    def count(self, day: date) -> int:
        """Return the number of lines of a day that were staged or quarantined."""
        lines = 0
        for _, output in self.outputs:
            departments = (days for hospital in output.counts.staged.values() for days in hospital.values())
            lines += sum(days[day.day - 1] for days in departments)
            lines += sum(days.get(day, 0) for days in output.counts.quarantined.values())
        return lines


def _bundled(runs: Iterable[StagingRun]) -> dict[tuple[str, date], _BundledMonth]:
    outputs: dict[tuple[str, date], list[tuple[PlannedOutput, CommittedOutput]]] = defaultdict(list)
    uncounted: set[tuple[str, date]] = set()
    for run in runs:
        bundled = [output for output in run.plan.outputs if output.bundled]
        if run.commit is None or run.plan.replays or run.plan.repair:
            uncounted.update((output.event_type, output.month) for output in bundled)
            continue
        # A commit has the outputs of its plan, in their order.
        for planned, output in zip(run.plan.outputs, run.outputs, strict=True):
            if planned.bundled:
                outputs[output.event_type, output.month].append((planned, output))
    return {place: _BundledMonth(outputs[place], place not in uncounted) for place in {*outputs, *uncounted}}


def _count_month(
    lake: Lake, bundled: Mapping[tuple[str, date], _BundledMonth], removed: Removed, month: _Month
) -> Counts:
    (event_type, first_day), days = month
    staged = bundled.get((event_type, first_day), _BundledMonth())
    names = staged.names(lake)
    gone = removed.of_month(event_type, first_day) if removed else {}
    counts: Counts = Counter()
    for listing in lake.list_days(event_type, days):
        day = listing.day
        if not listing.bundles or ({*listing.bundles} == names.get(day) and not gone.get(day)):
            counts[event_type, day] = _count_singles(listing, gone.get(day)) + staged.count(day) * bool(listing.bundles)
            continue
        raw = read_listed(lake, event_type, listing)
        lines = sum(map(len, raw.lines.values())) + sum(raw.other_lines.values())
        in_lines = {one for events in raw.lines.values() for one in events}.intersection(gone.get(day, ()))
        counts[event_type, day] = _count_singles(listing, gone.get(day)) + lines - len(in_lines)
    return counts


def _count_singles(listing: DayListing, gone: set[bytes] | None) -> int:
    count = len(listing.identifiers) // IDENTIFIER_BYTES
    return count - len(gone.intersection(split_identifiers(listing.identifiers))) if gone else count
