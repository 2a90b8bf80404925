"""The staging runs of a lake: each a plan with its commit, read in the order of their numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.manifests import Action, Commit, CommittedOutput, Plan, decode_manifest
from hospital_sim.events.keys import LARGEST_RECORD
from hospital_sim.storage import BundledFolder, ObjectStore, ObjectUnreadableError, copied


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

    @classmethod
    def of(cls, output: CommittedOutput, number: int) -> "StagedFile | None":
        """Return the file of an output of a staging run; None if it has none."""
        if output.key is None:
            return None
        rows = output.counts.rows
        return cls(output.key, output.event_type, output.month, rows, output.bytes, output.sha256, number)


@dataclass(frozen=True)
class StagingRun:
    """A plan and, once the run is finished, its commit."""

    plan: Plan
    commit: Commit | None

    @property
    def outputs(self) -> tuple[CommittedOutput, ...]:
        """The outputs as they were written; empty while the run is unfinished."""
        return self.commit.outputs if self.commit else ()

    @property
    def action(self) -> Action | None:
        """The kind of repair that the run makes; None if it stages new objects."""
        return self.plan.repair.action if self.plan.repair else None

    def files(self) -> Iterator[StagedFile]:
        """Yield the Parquet files that the run has committed, current or not."""
        return (file for output in self.outputs if (file := StagedFile.of(output, self.plan.number)))


def counts_by_cell(outputs: Iterable[CommittedOutput]) -> Counter[tuple[str, str, str, date]]:
    """Return the number of staged events by event type, hospital, department and day."""
    totals: Counter[tuple[str, str, str, date]] = Counter()
    for output in outputs:
        for hospital_id, departments in output.counts.staged.items():
            for department_id, days in departments.items():
                for offset, count in enumerate(days):
                    if count:
                        day = output.month.replace(day=offset + 1)
                        totals[output.event_type, hospital_id, department_id, day] += count
    return totals


def read_staging_runs(store: ObjectStore) -> list[StagingRun]:
    """Read every staging run of a lake, in order; most of them from a bundle.

    Raises:
        BrokenLakeError: If a manifest cannot be read, or is missing between others.
    """
    runs: list[StagingRun] = []
    for key, data in _read_manifests(BundledFolder(store, layout.STAGING_MANIFESTS)):
        if key == layout.plan_key(len(runs) + 1):
            runs.append(StagingRun(decode_manifest(key, data, Plan), None))
        else:
            runs[-1] = StagingRun(runs[-1].plan, decode_manifest(key, data, Commit))
    return runs


def bundle_manifests(store: ObjectStore) -> None:
    """Create a bundle of the plans and commits of all finished staging runs."""
    folder = BundledFolder(store, layout.STAGING_MANIFESTS)
    manifests = dict(_read_manifests(folder))
    finished = [number for number in range(1, len(manifests) + 1) if layout.commit_key(number) in manifests]
    keys = (key(number) for number in finished for key in (layout.plan_key, layout.commit_key))
    folder.add_bundle({key: copied(manifests[key]) for key in keys})


def _read_manifests(folder: BundledFolder) -> Iterator[tuple[str, bytes]]:
    """Yield the manifests of a lake: of each staging run its plan and, if it is finished, its commit."""
    listed = {parsed: key for key in folder.keys if (parsed := layout.parse_manifest_key(key))}
    last = max((number for number, _ in listed), default=0)
    for number in range(1, last + 1):
        if (number, "plan") not in listed:
            raise BrokenLakeError(f"{layout.plan_key(number)}: missing; put back the plan that staging wrote")
    places = ((number, name) for number in range(1, last + 1) for name in ("plan", "commit"))
    for key, data in folder.read_each([listed[place] for place in places if place in listed], LARGEST_RECORD):
        if isinstance(data, ObjectUnreadableError):
            raise data
        yield key, data
