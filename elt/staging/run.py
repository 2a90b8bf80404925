"""The staging run: completes what an earlier one left, plans what is new, stages it, commits."""

from datetime import date

import msgspec

from elt.errors import EmptyLakeError
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.manifests import MANIFEST_VERSION, Commit, Plan
from elt.lake.store import Lake
from elt.lake.tree import RawTree
from elt.lake.workers import DaskWorkers, LocalWorkers, Workers, suitable_count
from elt.staging import input_lists as inputs
from elt.staging.input_lists import MonthToList
from elt.staging.plan import create_plan, encode_plan, make_plan
from elt.staging.summary import StageSummary
from elt.staging.write import bundles, quarantine_foreign, stage_outputs
from hospital_sim.storage import ObjectConflictError
from hospital_sim.terminal import progress


def stage(lake: Lake, as_of: date | None = None, workers: int | None = 1, dask: str | None = None) -> StageSummary:
    """Stage exactly the raw objects that no earlier staging run took.

    A run that was killed is completed first. Calling this again after a crash, at any point, completes the work.

    Args:
        lake: The lake.
        as_of: Months that ended by this day are closed for every hospital; by default, for each hospital, those that
            ended by the day after its newest finished run.
        workers: The most processes; None for a number that suits the lake and the machine. On the local file system
            one process keeps two processors busy, and no more are started than find processors.
        dask: Address of the scheduler of a Dask cluster whose workers do the work; None to do it on this machine.

    Returns:
        What was staged.

    Raises:
        EmptyLakeError: If there are no events in the lake.
        BrokenLakeError: If a manifest or a run record is broken.
        StorageError: If the lake cannot be read or written.
    """
    tree = lake.raw_tree()
    partitions = sum(map(len, tree.days.values()))
    summary = StageSummary(lake.url)
    with open_workers(lake, suitable_count(lake, partitions, workers), dask) as pool:
        complete_unfinished(lake, pool, summary)
        while plan := _plan_new(lake, tree, as_of, pool):
            try:
                create_plan(lake, plan)
            except ObjectConflictError:
                # Another run was faster: its plan comes first, and what it leaves is planned again.
                complete_unfinished(lake, pool, summary)
            else:
                summary.add(plan, complete(lake, plan, pool))
                break
    return summary


def open_workers(lake: Lake, count: int, dask: str | None) -> Workers:
    """Return what does the work: processes of this machine, or a Dask cluster at an address."""
    return LocalWorkers(lake, count) if dask is None else DaskWorkers(lake, dask)


def complete_unfinished(lake: Lake, pool: Workers, summary: StageSummary) -> None:
    """Complete the staging runs that were cut off."""
    for run in lake.staging_runs():
        if run.commit is None:
            summary.add(run.plan, complete(lake, run.plan, pool))


def _plan_new(lake: Lake, tree: RawTree, as_of: date | None, pool: Workers) -> Plan | None:
    runs = lake.staging_runs()
    lists = inputs.earlier_lists(output for run in runs for output in run.plan.outputs)
    months: dict[tuple[str, date], list[date]] = {}
    for event_type, days in tree.days.items():
        for day in days:
            months.setdefault((event_type, layout.month_of(day)), []).append(day)
    rows = [MonthToList(kind, days, lists.get((kind, month), [])) for (kind, month), days in months.items()]
    listed = progress(pool.each(inputs.list_new_objects, rows), "listing months", len(rows))
    found = [part for parts in listed for part in parts]
    if not runs and not any(new.objects for new in found):
        raise EmptyLakeError(
            f"{lake.url}: no events under raw/; write some with: hospital-sim simulate HOSPITAL --sink {lake.url}/raw …"
        )
    return make_plan(lake, runs, found, tree.unrecognised, as_of)


def complete(lake: Lake, plan: Plan, pool: Workers) -> Commit:
    """Do what a plan says, and commit."""
    foreign = quarantine_foreign(lake, plan)
    results = pool.each(stage_outputs, bundles(plan.outputs, pool.count), plan)
    written = dict(progress(results, "staging files", len(plan.outputs)))
    commit = Commit(
        manifest_version=MANIFEST_VERSION,
        number=plan.number,
        plan_sha256=digest(encode_plan(plan)),
        outputs=tuple(written[output.key] for output in plan.outputs),
        foreign=sum(foreign.values()),
        foreign_reasons={reason.value: count for reason, count in sorted(foreign.items())},
    )
    # What a commit speaks of must outlive a loss of power, if the commit does.
    lake.store.flush()
    lake.store.create(layout.commit_key(plan.number), msgspec.json.encode(commit))
    return commit
