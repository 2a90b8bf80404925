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

from elt import BrokenLakeError
from elt.lake.layout import month_after

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
        return any(day is not None and month_after(month) <= day for day in days)

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
        raw_sha256: Digest of the raw objects of each day (see ``elt.lake.digests.RawDigest``); empty if it was staged
            before such digests were kept.
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

    @property
    def outputs(self) -> tuple[CommittedOutput, ...]:
        """The outputs as they were written; empty while the run is unfinished."""
        return self.commit.outputs if self.commit else ()

    def files(self) -> Iterator[StagedFile]:
        """Yield the Parquet files that the run has committed."""
        for output in self.outputs:
            if output.key is not None:
                yield StagedFile(
                    output.key,
                    output.event_type,
                    output.month,
                    output.counts.rows,
                    output.bytes,
                    output.sha256,
                    self.plan.number,
                )


def counts_of_runs(runs: Iterable[StagingRun]) -> Counter[tuple[str, str, str, date]]:
    """Return the number of events that staging runs staged by event type, hospital, department and day."""
    totals: Counter[tuple[str, str, str, date]] = Counter()
    for run in runs:
        for output in run.outputs:
            for hospital_id, departments in output.counts.staged.items():
                for department_id, days in departments.items():
                    for offset, count in enumerate(days):
                        if count:
                            day = output.month.replace(day=offset + 1)
                            totals[output.event_type, hospital_id, department_id, day] += count
    return totals


def decode_manifest(key: str, data: bytes, cls: type[Manifest]) -> Manifest:
    """Read a plan or a commit.

    Args:
        key: Key of the object, for the message.
        data: Its bytes.
        cls: ``Plan`` or ``Commit``.

    Raises:
        BrokenLakeError: If the object is not such a manifest.
    """
    try:
        return msgspec.json.decode(data, type=cls)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BrokenLakeError(f"{key}: not a manifest of this version ({error})") from error
