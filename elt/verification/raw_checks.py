"""Checks the raw objects of one event type and month against what staging read and wrote."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import NamedTuple

from elt.lake.digests import RawDigest
from elt.lake.lake import Lake
from elt.lake.manifests import CommittedOutput, Neighbour
from elt.lake.prefetch import prefetched
from elt.lake.tree import RAW_PREFIX
from elt.native.buffers import texts_of
from elt.native.names import identifier_texts, object_names, split_identifiers
from elt.quality.emitted import Cell
from elt.staging.reading.batches import BATCH_OBJECTS, Batch, in_batches, names_by_day, read_batch
from elt.staging.reading.decode import decode
from elt.verification.bundle_checks import BundleCheck
from elt.verification.explained import MonthRepairs, read_list
from elt.verification.problems import Kind, Problem
from elt.verification.staged_events import StagedEvents
from hospital_sim.events.keys import partition_prefix


class Staged(NamedTuple):
    """One output of a finished staging run, the key of the list of its raw objects, and whether they are bundles."""

    inputs: str
    bundled: bool
    output: CommittedOutput


@dataclass
class MonthFindings:
    """Findings of one event type and month.

    Attributes:
        problems: The problems.
        raw_objects: Number of events under ``raw/``, lines of bundles included.
        unstaged: Events among them that no staging run took, by cell.
        explained_days: Event types and days that have a named problem.
    """

    problems: list[Problem] = field(default_factory=list)
    raw_objects: int = 0
    unstaged: Counter[Cell] = field(default_factory=Counter)
    explained_days: set[tuple[str, date]] = field(default_factory=set)


class MonthToCheck(NamedTuple):
    """One event type and month whose raw objects are to be checked.

    Attributes:
        event_type: The event type.
        days: The days of the month that have a partition.
        staged: Outputs of finished staging runs for the month.
        pending: Lists of raw objects of an unfinished staging run.
        files: Keys of the current staged files that are as they were written.
        wrong_files: Keys of the staged files of the lake that are not.
        repairs: Repairs of the month.
    """

    event_type: str
    days: tuple[date, ...]
    staged: tuple[Staged, ...]
    pending: tuple[Neighbour, ...]
    files: tuple[str, ...]
    wrong_files: frozenset[str]
    repairs: MonthRepairs


def check_months(lake: Lake, months: Iterable[MonthToCheck]) -> Generator[MonthFindings, None, None]:
    """Check raw objects, and yield the findings of each month.

    Args:
        lake: The lake.
        months: The months to check.
    """
    return (_MonthCheck(lake, month).run() for month in months)


class _MonthCheck:
    """Checks one event type and month."""

    def __init__(self, lake: Lake, month: MonthToCheck) -> None:
        self._lake = lake
        self._month = month
        self._type = month.event_type
        self._findings = MonthFindings()

    def run(self) -> MonthFindings:
        """Check the month once, and return the findings."""
        existing: dict[date, set[bytes]] = {}
        bundles: dict[date, set[str]] = {}
        for day, singles, names in self._list_days():
            existing[day], bundles[day] = singles, names
        self._check_pruned(existing)
        self._check_bundles(bundles)
        unstaged = {day: set(identifiers) for day, identifiers in existing.items()}
        for item in (item for item in self._month.staged if not item.bundled):
            for day, identifiers in read_list(self._lake, item.inputs).items():
                unstaged.get(day, set()).difference_update(split_identifiers(identifiers))
                self._check_day(day, identifiers, existing.get(day, set()), item.output)
        self._check_unstaged(unstaged)
        for one in (one for one in self._month.pending if not one.bundled):
            for day, identifiers in read_list(self._lake, one.inputs).items():
                for identifier in set(split_identifiers(identifiers)) - existing.get(day, set()):
                    self._add(Kind.MISSING, day, self._name(identifier), "planned to be staged")
        return self._findings

    def _add(self, kind: Kind, day: date, name: str, detail: str) -> None:
        """Add one problem of a day; the name is empty if the object is not known."""
        key = RAW_PREFIX + partition_prefix(self._type, day) + name
        self._findings.problems.append(Problem(key, kind, detail))
        self._findings.explained_days.add((self._type, day))

    def _check_bundles(self, existing: dict[date, set[str]]) -> None:
        check = BundleCheck(self._lake, self._type, existing, self._add)
        pruned: dict[date, set[str]] = defaultdict(set)
        for key in self._month.repairs.pruned_bundles:
            for day, bundles in check.read_list(key).items():
                pruned[day].update(bundles)
        for item in (item for item in self._month.staged if item.bundled):
            staged = None if item.output.key in self._month.wrong_files else self._staged
            check.check_staged(item.inputs, item.output, staged, pruned)
        for one in (one for one in self._month.pending if one.bundled):
            check.check_pending(one.inputs)
        for batch in check.unstaged():
            self._count_unstaged(batch)
        self._findings.raw_objects += check.lines

    def _list_days(self) -> Iterator[tuple[date, set[bytes], set[str]]]:
        """Yield each day with its events and bundles, and add unrecognised objects as problems."""
        for day, identifiers, bundles, unrecognised in self._lake.list_days(self._type, self._month.days):
            prefix = partition_prefix(self._type, day)
            for name in (name for name in unrecognised if prefix + name not in self._month.repairs.names):
                self._add(Kind.FOREIGN, day, name, "not the key of an event")
            existing = set(split_identifiers(identifiers))
            self._findings.raw_objects += len(existing)
            yield day, existing, set(bundles)

    def _check_pruned(self, existing: dict[date, set[bytes]]) -> None:
        """Add the objects that a finished prune deleted, and that exist, as problems."""
        for key in self._month.repairs.pruned:
            for day, identifiers in read_list(self._lake, key).items():
                again = existing.get(day, set()) & self._forgotten.get(day, set())
                for identifier in again.intersection(split_identifiers(identifiers)):
                    detail = "forgotten and pruned, but there again; hospital-elt prune deletes it"
                    self._add(Kind.FOREIGN, day, self._name(identifier), detail)

    @cached_property
    def _forgotten(self) -> dict[date, set[bytes]]:
        days: dict[date, set[bytes]] = defaultdict(set)
        for key in self._month.repairs.forgotten:
            for day, identifiers in read_list(self._lake, key).items():
                days[day].update(split_identifiers(identifiers))
        return days

    def _name(self, identifier: bytes) -> str:
        return texts_of(object_names(self._type, identifier_texts(identifier)))[0]

    def _check_day(self, day: date, identifiers: bytes, existing: set[bytes], output: CommittedOutput) -> None:
        """Check that the objects of one day and output exist, with the bytes that staging read."""
        forgotten = self._forgotten.get(day, set())
        missing = [identifier for identifier in split_identifiers(identifiers) if identifier not in existing]
        for identifier in missing if not forgotten else set(missing) - forgotten:
            self._add(Kind.MISSING, day, self._name(identifier), "it was there when it was staged")
        present = identifiers
        if missing:
            present = b"".join(identifier for identifier in split_identifiers(identifiers) if identifier in existing)
        expected = output.counts.raw_sha256.get(day)
        if not missing and expected is not None and self._digest(day, identifiers) == expected:
            return
        explained = bool(missing) or expected is None
        if present and output.key not in self._month.wrong_files:
            for name, kind, detail in self._differences(day, present):
                explained = True
                if kind is not None:
                    self._add(kind, day, name, detail)
        if not explained:
            self._add(Kind.ALTERED, day, "", "the bytes of its objects are not those that were staged")

    def _digest(self, day: date, identifiers: bytes) -> str:
        whole = RawDigest()
        for batch in self._batches({day: identifiers}):
            whole.add(batch.objects.view(), batch.objects.lengths())
        return whole.hexdigest()

    def _batches(self, days: dict[date, bytes]) -> Iterator[Batch]:
        batches = in_batches(names_by_day(self._type, days), BATCH_OBJECTS)
        return prefetched(partial(read_batch, self._lake), batches, self._lake.prefetch_threads)

    def _differences(self, day: date, identifiers: bytes) -> Iterator[tuple[str, Kind | None, str]]:
        """Yield name, kind and detail of each object that differs from its staged event or quarantined bytes.

        The kind is None if a replay staged the object, because the output of the replay is checked too.
        """
        events = self._staged.of_day(day)
        for batch in self._batches({day: identifiers}):
            for place, data in enumerate(batch.objects):
                key, event_id = batch.key(place), batch.item(place).event_id
                name = key.removeprefix(partition_prefix(self._type, day))
                event = events.get(event_id)
                if event is None:
                    entry = self._lake.quarantine.entry_of(key)
                    if self._lake.quarantine.is_closed(key):
                        yield name, None, "staged by a replay"
                    elif entry is not None and entry.sha256 and hashlib.sha256(data).hexdigest() != entry.sha256:
                        yield name, Kind.ALTERED, "not the bytes that were put in quarantine"
                    continue
                if difference := self._staged.difference(event, data):
                    yield name, *difference

    @cached_property
    def _staged(self) -> StagedEvents:
        return StagedEvents(self._lake, self._type, self._month.files)

    def _check_unstaged(self, days: dict[date, set[bytes]]) -> None:
        """Count the events that no staging run took, and add those that break the contract as problems."""
        unstaged = {day: b"".join(sorted(identifiers)) for day, identifiers in days.items() if identifiers}
        for batch in self._batches(unstaged):
            self._count_unstaged(batch)

    def _count_unstaged(self, batch: Batch) -> None:
        decoded = decode(batch)
        for rejected in decoded.rejected:
            day = rejected.object.day
            name = rejected.key.removeprefix(partition_prefix(self._type, day))
            self._add(Kind.ALTERED, day, name, f"{rejected.reason}: {rejected.detail}")
        for row in decoded.table.select(["hospital_id", "department_id", "event_time"]).to_pylist():
            cell = Cell(self._type, row["hospital_id"], row["department_id"], row["event_time"].date())
            self._findings.unstaged[cell] += 1
