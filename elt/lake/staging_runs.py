"""The staging runs of a lake: each a plan with its commit, read in the order of their numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.manifests import Action, Commit, CommittedOutput, Plan, decode_manifest
from hospital_sim.storage import ObjectStore


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
    """Read every staging run of a lake, in order.

    Raises:
        BrokenLakeError: If a manifest cannot be read, or is missing between others.
    """
    manifests = {parsed for key in store.keys(layout.STAGING_MANIFESTS) if (parsed := layout.parse_manifest_key(key))}
    runs = []
    for number in range(1, max((number for number, _ in manifests), default=0) + 1):
        plan_key, commit_key = layout.plan_key(number), layout.commit_key(number)
        if (number, "plan") not in manifests:
            raise BrokenLakeError(f"{plan_key}: missing; put back the plan that staging wrote")
        plan = decode_manifest(plan_key, store.read(plan_key), Plan)
        has_commit = (number, "commit") in manifests
        commit = decode_manifest(commit_key, store.read(commit_key), Commit) if has_commit else None
        runs.append(StagingRun(plan, commit))
    return runs
