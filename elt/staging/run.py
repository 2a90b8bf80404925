"""Stages a lake: completes interrupted staging runs, plans the new objects, stages them, and commits."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

import msgspec

from elt import EmptyLakeError, OnProgress, report_progress
from elt.contracts import EVENT_TYPES
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.lake import Lake
from elt.lake.manifests import MANIFEST_VERSION, Action, Commit, Plan
from elt.lake.quarantine import Reason
from elt.lake.staging_runs import StagingRun, bundle_manifests
from elt.lake.workers import DaskWorkers, LocalWorkers, Workers, suitable_count
from elt.staging.delete import prune_objects
from elt.staging.input_lists import MonthToList, list_new_objects, lists_by_month
from elt.staging.plan import RunEnds, closed_months, create_plan, encode_plan, is_open, make_plan
from elt.staging.rewrite import rewrite_outputs, rewrites, superseded_outputs
from elt.staging.write import output_groups, quarantine_unrecognised, stage_outputs
from hospital_sim.storage import BUNDLED_TOGETHER, ObjectConflictError

MakePlan = Callable[[list[StagingRun]], Plan | None]
"""Makes the plan of the next staging run; returns None if there is nothing to do."""


@dataclass
class StageSummary:
    """Counts over all staging runs that one call completed.

    Attributes:
        lake: URL of the lake.
        raw_objects: Raw objects that were staged or quarantined.
        staged: Rows staged, by event type.
        quarantined: Objects quarantined, by reason.
        rejected: Objects with the key of an event among them.
        late: Late events among the rows.
        files: Parquet files written.
        manifests: Numbers of the staging runs that were completed; empty if there was nothing new.
    """

    lake: str
    raw_objects: int = 0
    staged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENT_TYPES, 0))
    quarantined: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    late: int = 0
    files: int = 0
    manifests: list[int] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows staged, of all event types."""
        return sum(self.staged.values())

    def add(self, plan: Plan, commit: Commit) -> None:
        """Add the counts of one staging run; a repair that reads no raw objects adds its number alone."""
        self.manifests.append(plan.number)
        if rewrites(plan):
            return
        quarantined = Counter(self.quarantined)
        # Commits of earlier versions have no reasons for unrecognised objects.
        quarantined.update(
            commit.foreign_reasons or ({Reason.FOREIGN_KEY.value: commit.foreign} if commit.foreign else {})
        )
        for output in commit.outputs:
            self.staged[output.event_type] += output.counts.rows
            self.late += sum(output.counts.late.values())
            self.files += output.key is not None
            reasons = {reason: sum(days.values()) for reason, days in output.counts.quarantined.items()}
            quarantined.update(reasons)
            self.rejected += sum(reasons.values())
        self.quarantined = dict(sorted(quarantined.items()))
        self.raw_objects += plan.foreign_objects + sum(output.objects for output in plan.outputs)

    def as_dict(self) -> dict[str, object]:
        """Return the summary as a JSON object, as the command prints it."""
        return asdict(self)


def stage(
    lake: Lake,
    as_of: date | None = None,
    workers: int | None = 1,
    dask: str | None = None,
    on_progress: OnProgress | None = None,
    *,
    only_open: bool = False,
) -> StageSummary:
    """Stage the raw objects that no earlier staging run took.

    A run that was killed is completed first. After a crash at any point, the same call completes the work.

    Args:
        lake: The lake.
        as_of: Months that ended by this day are closed for every hospital; by default, for each hospital, those that
            ended by the day after its newest finished run.
        workers: Most processes to use; None for a number that suits the lake and the machine. On the local file system
            one process keeps two processors busy, so at most half as many processes as processors are started.
        dask: Address of the scheduler of a Dask cluster that does the work; None to do it on this machine.
        on_progress: Called as months are listed and files are staged.
        only_open: True to list open months alone (see ``is_open``). Late events are left to a later staging.

    Returns:
        The counts of the staging runs that were completed.

    Raises:
        EmptyLakeError: If there are no events in the lake.
        BrokenLakeError: If a manifest or a run record is broken.
        StorageError: If the lake cannot be read or written.
    """
    # Read before the events are listed, because no month is closed for a run that finishes in between.
    raw_runs = lake.runs()
    ends = RunEnds.of(raw_runs.finished())
    tree = lake.raw_tree(raw_runs)
    earlier = lake.staging_runs()
    months = tree.days_by_month()
    if only_open:
        closed = closed_months(earlier)
        months = {place: days for place, days in months.items() if is_open(place[1], closed, ends.newest)}
    count = suitable_count(lake, sum(map(len, months.values())), workers)
    with LocalWorkers(lake, count) if dask is None else DaskWorkers(lake, dask) as pool:

        def plan_new(runs: list[StagingRun]) -> Plan | None:
            rows = _months_to_list(months, runs)
            parts = report_progress(pool.run(list_new_objects, rows), "listing months", len(rows), on_progress)
            new_objects = [new for of_month in parts for new in of_month]
            if not runs and not any(new.objects for new in new_objects):
                raise EmptyLakeError(
                    f"{lake.url}: no events under raw/; "
                    f"write some with: hospital-sim simulate HOSPITAL --sink {lake.url}/raw …"
                )
            return make_plan(lake, runs, ends, new_objects, tree.unrecognised, as_of)

        staging = StagingRuns(lake, pool, on_progress)
        staging.add(plan_new, earlier)
    return staging.summary


class StagingRuns:
    """Adds staging runs to a lake, and completes interrupted ones.

    Args:
        lake: The lake.
        pool: The processes that do the work.
        on_progress: Called as files are staged.

    Attributes:
        summary: Counts of all runs that were completed.
    """

    def __init__(self, lake: Lake, pool: Workers, on_progress: OnProgress | None) -> None:
        self._lake = lake
        self._pool = pool
        self._on_progress = on_progress
        self.summary = StageSummary(lake.url)

    def add(self, make_plan: MakePlan, runs: list[StagingRun] | None = None) -> Plan | None:
        """Complete the staging runs that were interrupted, create a plan and complete it; return it.

        Args:
            make_plan: Called for the plan with all staging runs; returns None if there is nothing to do. If another
                process creates its plan first, that one is completed, and the function is called again.
            runs: All staging runs, interrupted or not; read by default.
        """
        runs = self._finish(self._lake.staging_runs() if runs is None else runs)
        while plan := make_plan(runs):
            try:
                create_plan(self._lake, plan)
            except ObjectConflictError:
                runs = self._finish(self._lake.staging_runs())
            else:
                self._complete(plan)
                return plan
        return None

    def _finish(self, runs: list[StagingRun]) -> list[StagingRun]:
        """Complete those of all staging runs that were interrupted, and return all."""
        unfinished = [run.plan for run in runs if run.commit is None]
        for plan in unfinished:
            entries = self._lake.quarantine.open_entries(runs)
            self._complete(plan, frozenset(e.key for e in entries if e.manifest == plan.number))
        return self._lake.staging_runs() if unfinished else runs

    def _complete(self, plan: Plan, in_quarantine: frozenset[str] = frozenset()) -> None:
        unrecognised = {} if plan.repair else quarantine_unrecognised(self._lake, plan)
        if plan.repair is not None and plan.repair.action is Action.PRUNE:
            results = prune_objects(self._lake, plan)
        elif rewrites(plan):
            results = self._pool.run(rewrite_outputs, plan.outputs, superseded_outputs(self._lake, plan))
        else:
            results = self._pool.run(stage_outputs, output_groups(plan.outputs, self._pool.count), plan, in_quarantine)
        written = dict(report_progress(results, "staging files", len(plan.outputs), self._on_progress))
        commit = Commit(
            manifest_version=MANIFEST_VERSION,
            number=plan.number,
            plan_sha256=digest(encode_plan(plan)),
            outputs=tuple(written[output] for output in plan.outputs),
            foreign=sum(unrecognised.values()),
            foreign_reasons={reason.value: count for reason, count in sorted(unrecognised.items())},
        )
        # The objects that a commit names must survive a loss of power if the commit does, so they are flushed first.
        self._lake.store.flush()
        self._lake.store.create(layout.commit_key(plan.number), msgspec.json.encode(commit))
        if plan.number % BUNDLED_TOGETHER == 0:
            bundle_manifests(self._lake.store)
        self.summary.add(plan, commit)


def _months_to_list(months: Mapping[tuple[str, date], list[date]], runs: Iterable[StagingRun]) -> list[MonthToList]:
    earlier = lists_by_month(runs)
    return [MonthToList(kind, days, earlier[kind, month]) for (kind, month), days in months.items()]
