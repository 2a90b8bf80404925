"""Checks the day bundles of one event type and month against what staging read and wrote."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from elt import BrokenLakeError
from elt.lake.digests import RawDigest
from elt.lake.key_lists import Bundles, read_bundles
from elt.lake.lake import Lake
from elt.lake.manifests import CommittedOutput
from elt.staging.reading.batches import Batch, in_batches
from elt.staging.reading.decode import decode, unread
from elt.staging.reading.lines import BATCH_BUNDLES, bundles_by_day, read_bundle_batch
from elt.verification.problems import Kind
from elt.verification.staged_events import StagedEvents
from hospital_sim.events.keys import day_bundle_key, parse_day_bundle_key, partition_prefix
from hospital_sim.storage import StorageError

AddProblem = Callable[[Kind, date, str, str], None]
"""Adds a problem of a kind and day to an object with a name in the partition; the last text is the detail."""


class BundleCheck:
    """Checks the bundles of one event type and month.

    Args:
        lake: The lake.
        event_type: The event type.
        existing: The names of the bundles that exist, by day.
        add: Called for each problem.

    Attributes:
        lines: Number of lines that were read.
    """

    def __init__(self, lake: Lake, event_type: str, existing: dict[date, set[str]], add: AddProblem) -> None:
        self._lake = lake
        self._type = event_type
        self._existing = existing
        self._unstaged = {day: set(names) for day, names in existing.items()}
        self._add = add
        self.lines = 0

    def check_pending(self, list_key: str) -> None:
        """Check that the bundles of an unfinished staging run exist."""
        for day, bundles in self.read_list(list_key).items():
            for name in bundles.keys() - self._existing.get(day, set()):
                self._add(Kind.MISSING, day, self._name(day, name), "planned to be staged")

    def check_staged(
        self, list_key: str, output: CommittedOutput, staged: StagedEvents | None, gone: dict[date, set[str]]
    ) -> None:
        """Check that the bundles of an output exist, with the lines that staging read.

        Args:
            list_key: Key of the list of the bundles.
            output: The output.
            staged: The events of the current files; None if the file of the output is not as it was written.
            gone: Names of the bundles that a prune deleted, by day.
        """
        for day, bundles in self.read_list(list_key).items():
            self._unstaged.get(day, set()).difference_update(bundles)
            existing = self._existing.get(day, set())
            for name in bundles.keys() - existing - gone.get(day, set()):
                self._add(Kind.MISSING, day, self._name(day, name), "it was there when it was staged")
            present = {name: lines for name, lines in bundles.items() if name in existing}
            if present:
                self._check_day(day, present, output, staged, is_whole=present.keys() == bundles.keys())

    def _check_day(
        self, day: date, bundles: Bundles, output: CommittedOutput, staged: StagedEvents | None, *, is_whole: bool
    ) -> None:
        whole = RawDigest()
        for batch in self._batches({day: bundles}):
            self.lines += len(batch) * (None in bundles.values())
            whole.add(batch.objects.view(), batch.objects.lengths())
        if is_whole and whole.hexdigest() == output.counts.raw_sha256.get(day):
            return
        problems = list(self._differences(day, bundles, staged)) if staged is not None else []
        for name, kind, detail in problems:
            self._add(kind, day, name, detail)
        if not problems and is_whole and staged is not None:
            self._add(Kind.ALTERED, day, "", "the lines of its bundles are not those that were staged")

    def _differences(self, day: date, bundles: Bundles, staged: StagedEvents) -> Iterator[tuple[str, Kind, str]]:
        """Yield name, kind and detail of each line that is not what was staged or quarantined, and of missing ones."""
        events = staged.of_day(day)
        quarantine = self._lake.quarantine
        prefix = partition_prefix(self._type, day)
        lines_of: dict[str, set[str]] = defaultdict(set)
        for batch in self._batches({day: bundles}):
            decoded = decode(batch)
            event_ids = dict(zip(decoded.rows.tolist(), decoded.table["event_id"].to_pylist(), strict=True))
            for place, data in enumerate(batch.objects):
                key, event_id = batch.key(place), event_ids.get(place, "")
                if place in batch.unreadable and parse_day_bundle_key(key) and quarantine.entry_of(key) is None:
                    yield key.removeprefix(prefix), Kind.ALTERED, unread(batch.unreadable[place])[1]
                    lines_of[batch.part(place).hospital_id] |= events.keys()
                    continue
                lines_of[batch.part(place).hospital_id].add(event_id)
                if event_id in events:
                    difference = staged.difference(events[event_id], data)
                    if difference is not None:
                        yield key.removeprefix(prefix), *difference
                    continue
                entry = quarantine.entry_of(key)
                if entry is None and event_id:
                    # Repairs take events out of the files; one that was replaced is missed below.
                    continue
                is_same = entry is None or not entry.sha256 or hashlib.sha256(data).hexdigest() == entry.sha256
                if entry is None or not (is_same or quarantine.is_closed(key)):
                    yield key.removeprefix(prefix), Kind.ALTERED, "not the line that was staged or put in quarantine"
        for event_id, event in events.items():
            if event.hospital_id in lines_of and event_id not in lines_of[event.hospital_id]:
                name = self._name(day, event.hospital_id)
                yield name, Kind.ALTERED, f"the line of event {event_id}, which was staged, is gone"

    def unstaged(self) -> Iterator[Batch]:
        """Yield the lines of the bundles that no staging run took."""
        days = {day: Bundles.fromkeys(sorted(names)) for day, names in self._unstaged.items() if names}
        for batch in self._batches(days):
            self.lines += len(batch)
            yield batch

    def _batches(self, days: dict[date, Bundles]) -> Iterator[Batch]:
        names = in_batches(bundles_by_day(self._type, days), BATCH_BUNDLES)
        return (read_bundle_batch(self._lake, part) for part in names)

    def _name(self, day: date, bundle: str) -> str:
        return day_bundle_key(self._type, day, bundle).removeprefix(partition_prefix(self._type, day))

    def read_list(self, key: str) -> dict[date, Bundles]:
        """Return a list of bundles; nothing if it cannot be read, because the check of the lists reports it."""
        try:
            return read_bundles(self._lake.store, key)
        except (StorageError, BrokenLakeError, ValueError):
            return {}
