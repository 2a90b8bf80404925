"""Manifests: the plan and the commit of each staging run.

A plan is created before anything is staged, and creating it is the lock. It names every output with its raw objects. A
commit holds the hashes and counts of the outputs. Neither holds a wall-clock time. A plan without a commit is an
unfinished run. A repair is a staging run too: its plan says what an operator asked for.
"""

from datetime import date
from enum import StrEnum
from typing import TypeVar

import msgspec

from elt import BrokenLakeError
from elt.lake import layout

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
        return any(day is not None and layout.month_after(month) <= day for day in days)

    def joined(self, other: "ClosedMonths") -> "ClosedMonths":
        """Return the months that either of two closes."""
        days = [day for day in (self.everywhere, other.everywhere) if day is not None]
        hospitals = dict(self.hospitals)
        for hospital_id, day in other.hospitals.items():
            hospitals[hospital_id] = max(day, hospitals.get(hospital_id, day))
        return ClosedMonths(max(days, default=None), dict(sorted(hospitals.items())))


class Action(StrEnum):
    """Kind of a repair."""

    SET_ASIDE = "set_aside"
    """Valid but wrong events leave the staged files; their raw objects stay."""
    FORGET = "forget"
    """Events leave the staged files, and may be deleted."""
    COMPACT = "compact"
    """Several files of a month become one."""
    UNDO = "undo"
    """An earlier repair is taken back."""
    PRUNE = "prune"
    """Forgotten raw objects and superseded files are deleted."""


class Repair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The repair that an operator asked for.

    Attributes:
        action: Kind of the repair.
        reason: The operator's reason.
        undoes: Number of the staging run that is taken back.
        before: First day that is kept, if events are forgotten by their age.
    """

    action: Action
    reason: str = ""
    undoes: int | None = None
    before: date | None = None


class Neighbour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A list of raw objects that may hold the events of another.

    Attributes:
        inputs: Key of the list.
        bundled: True if its objects are day bundles.
    """

    inputs: str
    bundled: bool = False


class PlannedOutput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One output of a plan: a staged file and its raw objects.

    Attributes:
        event_type: Type of the events.
        month: First day of the month of the events.
        key: Key of the staged file. The file is not written if it would have no rows.
        inputs: Key of the list of raw objects: those in the file, those that a repair takes out of the superseded
            files, or those that are deleted. Empty if there are none.
        objects: Number of raw objects.
        supersedes: Keys of the staged files that this output replaces.
        bundled: True if the raw objects are day bundles.
        beside: Lists of single objects or bundles of the same days, planned before, that may hold events of this output
            too. An event is staged once.
    """

    event_type: str
    month: date
    key: str
    inputs: str
    objects: int
    supersedes: tuple[str, ...] = ()
    bundled: bool = False
    beside: tuple[Neighbour, ...] = ()


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
        repair: The repair that the run makes; None if it stages new objects.
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
    repair: Repair | None = None


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
        raise BrokenLakeError(
            f"{key}: not a manifest of this version ({error}); put back the manifest that staging wrote, "
            "or delete it if staging wrote none"
        ) from error
