"""Plans: what a staging run will do, and which months it closes.

Creating the plan is the lock. Of two runs that would create the same plan number, one is refused; it completes the
plan of the other first and then plans what is left.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from elt.contracts import CONTRACT_VERSION
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import MANIFEST_VERSION, ClosedMonths, Plan, PlannedOutput, StagingRun
from elt.staging import input_lists as inputs
from elt.staging.input_lists import NewObjects
from hospital_sim.events import RunRecord
from hospital_sim.storage import BrokenRecord, FinishedRun, create_once


def closing(records: Iterable[RunRecord], as_of: date | None) -> ClosedMonths:
    """Return the months that a staging run closes.

    Args:
        records: The records of finished runs.
        as_of: The day by which months must have ended, for every hospital; None for a day of each hospital: the day
            after the end of its newest finished run.
    """
    if as_of is not None:
        return ClosedMonths(everywhere=as_of)
    closed = ClosedMonths()
    for record in records:
        day_after = record.run.end + timedelta(days=1)
        closed = closed.joined(ClosedMonths(hospitals={record.run.hospital_id: day_after}))
    return closed


def make_plan(
    lake: Lake,
    runs: list[StagingRun],
    found: Iterable[NewObjects],
    tree_foreign: list[str],
    as_of: date | None,
) -> Plan | None:
    """Make the plan of what is new in a lake.

    Args:
        lake: The lake.
        runs: The staging runs so far, all finished.
        found: The new objects of each event type and month.
        tree_foreign: Foreign keys outside the partitions.
        as_of: As in ``closing``.

    Returns:
        The plan, not created yet; None if there is nothing to do.
    """
    found = sorted(found, key=lambda new: (new.event_type, new.month))
    run_records = list(lake.run_records())
    broken_records = {run.key for run in run_records if isinstance(run, BrokenRecord)}
    closes = closing((run.record for run in run_records if isinstance(run, FinishedRun)), as_of)
    foreign = {*tree_foreign, *broken_records}.union(*(new.foreign for new in found)) - _earlier_foreign(lake, runs)
    closed = closed_by(runs)
    outputs = plan_outputs(runs, found)
    if not outputs and not foreign and _same_months(closed, closed.joined(closes)):
        return None
    return Plan(
        manifest_version=MANIFEST_VERSION,
        number=len(runs) + 1,
        contract_version=CONTRACT_VERSION,
        closed=closed,
        closes=closes,
        outputs=outputs,
        foreign_inputs=inputs.write_foreign(lake, list(foreign)) if foreign else None,
        foreign_objects=len(foreign),
    )


def make_replay_plan(runs: list[StagingRun], found: Iterable[NewObjects]) -> Plan:
    """Make the plan of a replay: objects that were in quarantine, and nothing else.

    Args:
        runs: The staging runs so far, all finished.
        found: The objects, of each event type and month.
    """
    return Plan(
        manifest_version=MANIFEST_VERSION,
        number=len(runs) + 1,
        contract_version=CONTRACT_VERSION,
        closed=closed_by(runs),
        closes=ClosedMonths(),
        outputs=plan_outputs(runs, sorted(found, key=lambda new: (new.event_type, new.month))),
        foreign_inputs=None,
        foreign_objects=0,
        replays=True,
    )


def closed_by(runs: list[StagingRun]) -> ClosedMonths:
    """Return the months that staging runs closed."""
    closed = ClosedMonths()
    for run in runs:
        closed = closed.joined(run.plan.closes)
    return closed


def create_plan(lake: Lake, plan: Plan) -> None:
    """Create a plan, and see that the store refuses to create it again, or it could overwrite the plan of another run.

    Raises:
        ObjectConflictError: If another run has created another plan with this number.
        OverwritingStoreError: If the store does not refuse to create what is there.
    """
    create_once(lake.store, layout.plan_key(plan.number), encode_plan(plan))


def encode_plan(plan: Plan) -> bytes:
    """Return the bytes of a plan."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1)


def plan_outputs(runs: list[StagingRun], found: Iterable[NewObjects]) -> tuple[PlannedOutput, ...]:
    """Return the outputs of a plan, each under a key that no earlier run has written."""
    numbers: Counter[tuple[str, date]] = Counter()
    for run in runs:
        for output in run.outputs:
            written = layout.parse_staged_key(output.key or "")
            if written is not None:
                place = (output.event_type, output.month)
                numbers[place] = max(numbers[place], written.number)
    outputs = []
    for new in found:
        if new.inputs is not None:
            numbers[new.event_type, new.month] += 1
            key = layout.staged_key(new.event_type, new.month, numbers[new.event_type, new.month])
            outputs.append(PlannedOutput(new.event_type, new.month, key, new.inputs, new.objects))
    return tuple(outputs)


def _same_months(before: ClosedMonths, after: ClosedMonths) -> bool:
    """Tell whether two close the same months, though their days may differ."""

    def months(closed: ClosedMonths) -> tuple[date | None, dict[str, date]]:
        everywhere = closed.everywhere and layout.month_of(closed.everywhere)
        return everywhere, {hospital: layout.month_of(day) for hospital, day in closed.hospitals.items()}

    return months(before) == months(after)


def _earlier_foreign(lake: Lake, runs: list[StagingRun]) -> set[str]:
    lists = (run.plan.foreign_inputs for run in runs)
    return {key for name in lists if name is not None for key in inputs.read_foreign(lake, name)}
