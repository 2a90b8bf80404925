"""Plans of staging runs: the outputs with their raw objects, and the months that the run closes.

Creating the plan is the lock. If two runs create a plan with the same number, one is refused: it completes the plan of
the other and then plans the remaining objects.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from elt.contracts import CONTRACT_VERSION
from elt.lake import layout
from elt.lake.lake import Lake
from elt.lake.manifests import MANIFEST_VERSION, ClosedMonths, Plan, PlannedOutput, StagingRun
from elt.staging import input_lists
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
    new_objects: Iterable[NewObjects],
    unrecognised: Iterable[str],
    as_of: date | None,
) -> Plan | None:
    """Make the plan for the new objects of a lake.

    Args:
        lake: The lake.
        runs: The staging runs so far, all finished.
        new_objects: The new objects of each event type and month.
        unrecognised: Unrecognised keys outside the partitions.
        as_of: As in ``closing``.

    Returns:
        The plan, not created yet; None if there is nothing to do.
    """
    new_objects = sorted(new_objects, key=_by_type_and_month)
    run_records = list(lake.run_records())
    broken_records = {run.key for run in run_records if isinstance(run, BrokenRecord)}
    closes = closing((run.record for run in run_records if isinstance(run, FinishedRun)), as_of)
    in_partitions = (new.unrecognised for new in new_objects)
    new_keys = {*unrecognised, *broken_records}.union(*in_partitions) - _planned_unrecognised(lake, runs)
    closed = closed_by(runs)
    outputs = plan_outputs(runs, new_objects)
    if not outputs and not new_keys and _same_months(closed, closed.joined(closes)):
        return None
    return Plan(
        manifest_version=MANIFEST_VERSION,
        number=len(runs) + 1,
        contract_version=CONTRACT_VERSION,
        closed=closed,
        closes=closes,
        outputs=outputs,
        foreign_inputs=input_lists.write_unrecognised(lake, list(new_keys)) if new_keys else None,
        foreign_objects=len(new_keys),
    )


def make_replay_plan(runs: list[StagingRun], new_objects: Iterable[NewObjects]) -> Plan:
    """Make the plan of a replay, which stages only objects that are in quarantine.

    Args:
        runs: The staging runs so far, all finished.
        new_objects: The objects of each event type and month.
    """
    return Plan(
        manifest_version=MANIFEST_VERSION,
        number=len(runs) + 1,
        contract_version=CONTRACT_VERSION,
        closed=closed_by(runs),
        closes=ClosedMonths(),
        outputs=plan_outputs(runs, sorted(new_objects, key=_by_type_and_month)),
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
    """Create a plan, and check that the store refuses to create it twice, because the plan is the lock.

    Raises:
        ObjectConflictError: If another run has created another plan with this number.
        OverwritingStoreError: If the store creates an object that exists.
    """
    create_once(lake.store, layout.plan_key(plan.number), encode_plan(plan))


def encode_plan(plan: Plan) -> bytes:
    """Return the bytes of a plan."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1)


def plan_outputs(runs: list[StagingRun], new_objects: Iterable[NewObjects]) -> tuple[PlannedOutput, ...]:
    """Return the outputs of a plan, each under a key that no earlier run has written."""
    numbers: Counter[tuple[str, date]] = Counter()
    for run in runs:
        for output in run.outputs:
            written = layout.parse_staged_key(output.key or "")
            if written is not None:
                place = (output.event_type, output.month)
                numbers[place] = max(numbers[place], written.number)
    outputs = []
    for new in new_objects:
        if new.inputs is not None:
            numbers[new.event_type, new.month] += 1
            key = layout.staged_key(new.event_type, new.month, numbers[new.event_type, new.month])
            outputs.append(PlannedOutput(new.event_type, new.month, key, new.inputs, new.objects))
    return tuple(outputs)


def _same_months(before: ClosedMonths, after: ClosedMonths) -> bool:
    """Return True if two close the same months, though their days may differ."""

    def months(closed: ClosedMonths) -> tuple[date | None, dict[str, date]]:
        everywhere = closed.everywhere and layout.month_of(closed.everywhere)
        return everywhere, {hospital: layout.month_of(day) for hospital, day in closed.hospitals.items()}

    return months(before) == months(after)


def _planned_unrecognised(lake: Lake, runs: list[StagingRun]) -> set[str]:
    lists = (run.plan.foreign_inputs for run in runs)
    return {key for name in lists if name is not None for key in input_lists.read_unrecognised(lake, name)}


def _by_type_and_month(new: NewObjects) -> tuple[str, date]:
    return new.event_type, new.month
