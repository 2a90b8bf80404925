"""Plans of staging runs: the outputs with their raw objects, and the months that the run closes.

Creating the plan is the lock. If two runs create a plan with the same number, one is refused: it completes the plan of
the other and then plans the remaining objects.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import reduce
from operator import attrgetter
from typing import NamedTuple, Self

import msgspec

from elt.contracts import CONTRACT_VERSION
from elt.lake import layout
from elt.lake.key_lists import read_unrecognised
from elt.lake.lake import Lake
from elt.lake.manifests import MANIFEST_VERSION, ClosedMonths, Plan, PlannedOutput, Repair
from elt.lake.staging_runs import StagingRun
from elt.staging import input_lists
from elt.staging.input_lists import NewObjects
from hospital_sim.storage import BrokenRecord, FinishedRun, create_once


class RunEnds(NamedTuple):
    """What a plan needs of the run records of a lake.

    Attributes:
        newest: Last day of the newest finished run of each hospital.
        broken: Keys of the records that are broken.
    """

    newest: dict[str, date]
    broken: set[str]

    @classmethod
    def of(cls, runs: Iterable[FinishedRun | BrokenRecord]) -> Self:
        """Return the ends of runs, whose records are read one after another, because together they may be large."""
        ends = cls({}, set())
        for one in runs:
            if isinstance(one, BrokenRecord):
                ends.broken.add(one.key)
            else:
                run = one.record.run
                ends.newest[run.hospital_id] = max(run.end, ends.newest.get(run.hospital_id, run.end))
        return ends


def make_plan(
    lake: Lake,
    runs: list[StagingRun],
    run_ends: RunEnds,
    new_objects: Iterable[NewObjects],
    unrecognised: Iterable[str],
    as_of: date | None,
) -> Plan | None:
    """Make the plan for the new objects of a lake.

    Args:
        lake: The lake.
        runs: The staging runs so far, all finished.
        run_ends: What the run records of the lake say of the ends of runs.
        new_objects: The new objects of each event type and month.
        unrecognised: Unrecognised keys outside the partitions.
        as_of: The day by which months must have ended to be closed, for every hospital; None for a day of each
            hospital: the day after the end of its newest finished run.

    Returns:
        The plan, not created yet; None if there is nothing to do.
    """
    new_objects = list(new_objects)
    if as_of is not None:
        closes = ClosedMonths(everywhere=as_of)
    else:
        ends = sorted(run_ends.newest.items())
        closes = ClosedMonths(hospitals={hospital: end + timedelta(days=1) for hospital, end in ends})
    in_partitions = (new.unrecognised for new in new_objects)
    new_keys = {*unrecognised, *run_ends.broken}.union(*in_partitions)
    if new_keys:
        earlier_lists = [run.plan.foreign_inputs for run in runs if run.plan.foreign_inputs is not None]
        new_keys.difference_update(*read_unrecognised(lake.store, earlier_lists))
    plan = _plan(runs, new_objects, closes)
    if new_keys:
        key = input_lists.write_unrecognised(lake, new_keys)
        return msgspec.structs.replace(plan, foreign_inputs=key, foreign_objects=len(new_keys))
    is_new = plan.outputs or not _same_months(plan.closed, plan.closed.joined(closes))
    return plan if is_new else None


def make_replay_plan(runs: list[StagingRun], new_objects: Iterable[NewObjects]) -> Plan:
    """Make the plan of a replay, which stages only objects that are in quarantine.

    Args:
        runs: The staging runs so far, all finished.
        new_objects: The objects of each event type and month.
    """
    return msgspec.structs.replace(_plan(runs, new_objects, ClosedMonths()), replays=True)


def make_repair_plan(
    runs: list[StagingRun],
    repair: Repair,
    new_objects: Iterable[NewObjects],
    unrecognised: tuple[str, int] | None = None,
) -> Plan:
    """Make the plan of a repair.

    Args:
        runs: The staging runs so far, all finished.
        repair: The repair.
        new_objects: The objects of each output, with the files that it supersedes.
        unrecognised: Key and length of the list of other keys that the repair concerns; None if there are none.
    """
    plan = _plan(runs, new_objects, ClosedMonths())
    foreign_inputs, foreign_objects = unrecognised or (None, 0)
    # An event that comes back is not late, because it came in time.
    return msgspec.structs.replace(
        plan, repair=repair, closed=ClosedMonths(), foreign_inputs=foreign_inputs, foreign_objects=foreign_objects
    )


def closed_months(runs: Iterable[StagingRun]) -> ClosedMonths:
    """Return the months that staging runs closed."""
    return _joined(run.plan.closes for run in runs)


def is_open(month: date, closed: ClosedMonths, ends: Mapping[str, date]) -> bool:
    """Return True if a month may have new events that are not late.

    It is closed if it is so for one hospital, and each other hospital has closed it too or never reached it.

    Args:
        month: First day of the month.
        closed: The months that are closed.
        ends: Last day of the newest finished run of each hospital.
    """
    hospitals = {"", *ends, *closed.hospitals}  # the empty name closes what is closed everywhere
    closing = {hospital for hospital in hospitals if closed.closes(hospital, month)}
    return not closing or any(ends.get(hospital, date.min) >= month for hospital in hospitals - closing)


def _plan(runs: list[StagingRun], new_objects: Iterable[NewObjects], closes: ClosedMonths) -> Plan:
    return Plan(
        manifest_version=MANIFEST_VERSION,
        number=len(runs) + 1,
        contract_version=CONTRACT_VERSION,
        closed=closed_months(runs),
        closes=closes,
        outputs=_outputs(runs, new_objects),
        foreign_inputs=None,
        foreign_objects=0,
    )


def _joined(closed: Iterable[ClosedMonths]) -> ClosedMonths:
    return reduce(ClosedMonths.joined, closed, ClosedMonths())


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


def _outputs(runs: list[StagingRun], new_objects: Iterable[NewObjects]) -> tuple[PlannedOutput, ...]:
    """Return the outputs of a plan, by type and month, each under a key that no earlier run has written."""
    numbers: Counter[tuple[str, date]] = Counter()
    for run in runs:
        for output in run.outputs:
            written = layout.parse_staged_key(output.key or "")
            if written is not None:
                place = (output.event_type, output.month)
                numbers[place] = max(numbers[place], written.number)
    outputs = []
    for new in sorted(new_objects, key=attrgetter("event_type", "month")):
        if new.inputs is not None or new.supersedes:
            numbers[new.event_type, new.month] += 1
            key = layout.staged_key(new.event_type, new.month, numbers[new.event_type, new.month])
            inputs = new.inputs or ""
            outputs.append(
                PlannedOutput(
                    new.event_type, new.month, key, inputs, new.objects, new.supersedes, new.bundled, new.beside
                )
            )
    return tuple(outputs)


def _same_months(before: ClosedMonths, after: ClosedMonths) -> bool:
    """Return True if two close the same months, though their days may differ."""

    def months(closed: ClosedMonths) -> tuple[date | None, dict[str, date]]:
        everywhere = closed.everywhere and layout.month_of(closed.everywhere)
        return everywhere, {hospital: layout.month_of(day) for hospital, day in closed.hospitals.items()}

    return months(before) == months(after)
