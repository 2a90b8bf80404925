"""Manifests: the plan and the commit of each staging run, and what all of them together say about a lake.

A plan names, before anything is staged, every output and the raw objects that go into it; creating it is the lock. A
commit says what became of them. Neither holds a wall-clock time. A plan without a commit is an unfinished run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import msgspec

from elt.errors import BrokenLakeError
from elt.lake import layout
from hospital_sim.storage import ObjectStore

MANIFEST_VERSION = 1

Manifest = TypeVar("Manifest", "Plan", "Commit")


class ClosedMonths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to when months are closed: a month that ended by this day is closed for the hospital.

    Attributes:
        everywhere: The day for every hospital; None if none was given.
        hospitals: The day for each hospital.
    """

    everywhere: date | None = None
    hospitals: dict[str, date] = {}

    def closes(self, hospital_id: str, month: date) -> bool:
        """Tell whether a month, given by its first day, is closed for a hospital."""
        days = (self.everywhere, self.hospitals.get(hospital_id))
        return any(day is not None and layout.month_after(month) <= day for day in days)

    def joined(self, other: "ClosedMonths") -> "ClosedMonths":
        """Return what is closed by either of two."""
        days = [day for day in (self.everywhere, other.everywhere) if day is not None]
        hospitals = dict(self.hospitals)
        for hospital_id, day in other.hospitals.items():
            hospitals[hospital_id] = max(day, hospitals.get(hospital_id, day))
        return ClosedMonths(max(days, default=None), dict(sorted(hospitals.items())))


class PlannedOutput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One output of a plan: a staged file, and what is staged into it.

    Attributes:
        event_type: Type of the events.
        month: First day of the month of the events.
        key: Key of the staged file (not written if every object is quarantined).
        inputs: Key of the list of raw objects.
        objects: Number of raw objects.
    """

    event_type: str
    month: date
    key: str
    inputs: str
    objects: int


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a staging run sets out to do.

    Attributes:
        manifest_version: Version of these fields.
        number: Number of the staging run, from 1.
        contract_version: Version of the events' contract.
        closed: Months that earlier runs closed: an event of one of them is late.
        closes: Months that this run closes.
        outputs: The outputs, by event type and month.
        foreign_inputs: Key of the list of foreign keys; None if there are none.
        foreign_objects: Number of foreign objects.
        replays: Whether the outputs are objects that were in quarantine.
    """

    manifest_version: int
    number: int
    contract_version: int
    closed: ClosedMonths
    closes: ClosedMonths
    outputs: tuple[PlannedOutput, ...]
    foreign_inputs: str | None
    foreign_objects: int
    replays: bool = False


class OutputCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of the raw objects of one output; also in the metadata of its Parquet file.

    Attributes:
        rows: Events staged.
        late: Late events among them, by hospital.
        staged: Events staged, by hospital and department: one number for each day of the month.
        quarantined: Objects quarantined, by reason and the day of their key.
        raw_sha256: Digest of the raw objects of each day (see ``elt.lake.digests.RawDigest``); empty where a lake was
            staged before digests of raw objects were kept.
    """

    rows: int
    late: dict[str, int]
    staged: dict[str, dict[str, list[int]]]
    quarantined: dict[str, dict[date, int]]
    raw_sha256: dict[date, str] = {}


class CommittedOutput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One output as it was written.

    Attributes:
        event_type: Type of the events.
        month: First day of the month of the events.
        key: Key of the staged file; None if every object was quarantined.
        bytes: Size of the file.
        sha256: Digest of the file, hexadecimal.
        counts: What became of the raw objects.
    """

    event_type: str
    month: date
    key: str | None
    bytes: int
    sha256: str
    counts: OutputCounts


class Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a staging run did; written when all of it is durable.

    Attributes:
        manifest_version: Version of these fields.
        number: Number of the staging run.
        plan_sha256: Digest of the plan's bytes, hexadecimal.
        outputs: The outputs, as in the plan.
        foreign: Number of foreign objects quarantined.
        foreign_reasons: The same by reason.
    """

    manifest_version: int
    number: int
    plan_sha256: str
    outputs: tuple[CommittedOutput, ...]
    foreign: int
    foreign_reasons: dict[str, int] = {}


@dataclass(frozen=True)
class StagedFile:
    """One committed Parquet file.

    Attributes:
        key: Its key in the lake.
        event_type: Type of the events in it.
        month: First day of their month.
        rows: Number of events.
        bytes: Size.
        sha256: Digest of its bytes, hexadecimal.
        manifest: Number of the staging run that wrote it.
    """

    key: str
    event_type: str
    month: date
    rows: int
    bytes: int
    sha256: str
    manifest: int


@dataclass(frozen=True)
class StagingRun:
    """A plan and, once the run is finished, its commit."""

    plan: Plan
    commit: Commit | None


def staging_runs(store: ObjectStore) -> list[StagingRun]:
    """Read every staging run of a lake, in order.

    Raises:
        BrokenLakeError: If a manifest cannot be read, or is missing between others.
    """
    found = {parsed: key for key in store.keys(layout.STAGING_MANIFESTS) if (parsed := layout.parse_manifest_key(key))}
    runs = []
    for number in range(1, max((number for number, _ in found), default=0) + 1):
        plan = found.get((number, "plan"))
        if plan is None:
            raise BrokenLakeError(f"{layout.plan_key(number)}: missing; put back the plan that staging wrote")
        commit = found.get((number, "commit"))
        runs.append(StagingRun(_read(store, plan, Plan), None if commit is None else _read(store, commit, Commit)))
    return runs


def read_plan(store: ObjectStore, key: str) -> Plan:
    """Read one plan.

    Raises:
        BrokenLakeError: If the object is none.
    """
    return _read(store, key, Plan)


def read_commit(store: ObjectStore, key: str) -> Commit:
    """Read one commit.

    Raises:
        BrokenLakeError: If the object is none.
    """
    return _read(store, key, Commit)


def staged_files(store: ObjectStore) -> list[StagedFile]:
    """Return every file of the finished staging runs, in the order in which they were staged.

    Raises:
        BrokenLakeError: If a manifest cannot be read.
    """
    return [file for run in staging_runs(store) if run.commit for file in _files(run.commit)]


def staged_counts(store: ObjectStore) -> Counter[tuple[str, str, str, date]]:
    """Return the number of staged events by event type, hospital, department and day.

    Raises:
        BrokenLakeError: If a manifest cannot be read.
    """
    return counts_of_runs(staging_runs(store))


def counts_of_runs(runs: Iterable[StagingRun]) -> Counter[tuple[str, str, str, date]]:
    """Return the number of events that staging runs staged by event type, hospital, department and day."""
    totals: Counter[tuple[str, str, str, date]] = Counter()
    for run in runs:
        for output in run.commit.outputs if run.commit else ():
            for hospital_id, department_id, day, count in _daily(output):
                totals[output.event_type, hospital_id, department_id, day] += count
    return totals


def late_counts(store: ObjectStore) -> Counter[tuple[str, str, date]]:
    """Return the number of late events by event type, hospital and month.

    Raises:
        BrokenLakeError: If a manifest cannot be read.
    """
    totals: Counter[tuple[str, str, date]] = Counter()
    for run in staging_runs(store):
        for output in run.commit.outputs if run.commit else ():
            for hospital_id, count in output.counts.late.items():
                totals[output.event_type, hospital_id, output.month] += count
    return totals


def _files(commit: Commit) -> Iterator[StagedFile]:
    for output in commit.outputs:
        if output.key is not None:
            yield StagedFile(
                output.key,
                output.event_type,
                output.month,
                output.counts.rows,
                output.bytes,
                output.sha256,
                commit.number,
            )


def _daily(output: CommittedOutput) -> Iterator[tuple[str, str, date, int]]:
    for hospital_id, departments in output.counts.staged.items():
        for department_id, days in departments.items():
            for offset, count in enumerate(days):
                if count:
                    yield hospital_id, department_id, output.month.replace(day=offset + 1), count


def _read(store: ObjectStore, key: str, cls: type[Manifest]) -> Manifest:
    try:
        return msgspec.json.decode(store.read(key), type=cls)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BrokenLakeError(f"{key}: not a manifest of this version ({error})") from error
