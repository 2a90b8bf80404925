"""Manifests: the plan and the commit of each staging run.

A plan is created before anything is staged, and creating it is the lock. It names every output with its raw objects. A
commit holds the hashes and counts of the outputs. Neither holds a wall-clock time. A plan without a commit is an
unfinished run.
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
    """Days by which months are closed: a month that ended by its hospital's day is closed for the hospital.

    Attributes:
        everywhere: The day for every hospital; None if each hospital has its own.
        hospitals: The day for each hospital.
    """

    everywhere: date | None = None
    hospitals: dict[str, date] = {}

    def closes(self, hospital_id: str, month: date) -> bool:
        """Return True if a month is closed for a hospital; ``month`` is its first day."""
        days = (self.everywhere, self.hospitals.get(hospital_id))
        return any(day is not None and month_after(month) <= day for day in days)

    def joined(self, other: "ClosedMonths") -> "ClosedMonths":
        """Return the months that either of two closes."""
        days = [day for day in (self.everywhere, other.everywhere) if day is not None]
        hospitals = dict(self.hospitals)
        for hospital_id, day in other.hospitals.items():
            hospitals[hospital_id] = max(day, hospitals.get(hospital_id, day))
        return ClosedMonths(max(days, default=None), dict(sorted(hospitals.items())))


class PlannedOutput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One output of a plan: a staged file and its raw objects.

    Attributes:
        event_type: Type of the events.
        month: First day of the month of the events.
        key: Key of the staged file. The file is not written if every object is quarantined.
        inputs: Key of the list of raw objects.
        objects: Number of raw objects.
    """

    event_type: str
    month: date
    key: str
    inputs: str
    objects: int


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The outputs of a staging run, created before it begins.

    Attributes:
        manifest_version: Version of these fields.
        number: Number of the staging run, from 1.
        contract_version: Version of the events' contract.
        closed: Months that earlier runs closed; events of these months are late.
        closes: Months that this run closes.
        outputs: The outputs, by event type and month.
        foreign_inputs: Key of the list of unrecognised keys; None if there are none.
        foreign_objects: Number of unrecognised objects.
        replays: True if the outputs are objects that were in quarantine.
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
    """Counts of the raw objects of one output, staged and quarantined; also in the metadata of its Parquet file.

    Attributes:
        rows: Events staged.
        late: Late events among the rows, by hospital.
        staged: Events staged, by hospital and department, as a list with one number for each day of the month.
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
        counts: Counts of its raw objects.
    """

    event_type: str
    month: date
    key: str | None
    bytes: int
    sha256: str
    counts: OutputCounts


class Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The result of a staging run, written when all its outputs are durable.

    Attributes:
        manifest_version: Version of these fields.
        number: Number of the staging run.
        plan_sha256: Digest of the plan's bytes, hexadecimal.
        outputs: The outputs, as in the plan.
        foreign: Number of unrecognised objects quarantined.
        foreign_reasons: Their numbers by reason.
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
