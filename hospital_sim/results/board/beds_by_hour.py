"""Computes the open beds of a department through a run: planned beds from midnight, escalation beds from their hour."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import msgspec
from msgspec import Struct

from hospital_sim.clock import DAY, HOUR, date_of, second_of
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.config.parts import BedChange, Escalation
from hospital_sim.events import DepSnapshot, RunStarted


class BedPlan(Struct, frozen=True):
    """The fields of a department's configuration that decide how many beds are open."""

    id: str
    beds: int
    bed_change: tuple[BedChange, ...] = ()
    escalation: Escalation | None = None


class BedUse(NamedTuple):
    """A stay in a bed, in seconds of the clock.

    Attributes:
        bed: Number of the bed.
        begin: Second of the admission.
        end: Second of the discharge; infinite before it.
    """

    bed: int
    begin: int
    end: float


def bed_plans(run: RunStarted) -> dict[str, BedPlan]:
    """Return the bed plan of each department of a run, by identifier."""
    plans = msgspec.convert(run.configuration["department"], list[BedPlan])
    return {plan.id: plan for plan in plans}


def open_beds(
    plan: BedPlan, run: RunStarted, uses: Sequence[BedUse], census: Sequence[DepSnapshot]
) -> list[tuple[int, int]]:
    """Return each change in the open beds of a department: the second, and the beds that are open from then on.

    A bed that is to close is not among them, even if its patient is still in it.

    Args:
        plan: Its bed plan.
        run: The run.
        uses: The stays in its beds.
        census: Its censuses. They tell whether escalation beds were open when the run began.
    """
    hours = range(second_of(run.emit_from), second_of(run.end) + DAY, HOUR)
    planned = [planned_beds(plan, date_of(midnight)) for midnight in hours[:: DAY // HOUR]]
    beds = [planned[place * HOUR // DAY] for place in range(len(hours))]
    if plan.escalation is not None:
        begins, ends = sorted(use.begin for use in uses), sorted(use.end for use in uses)
        occupied = [bisect_left(begins, hour) - bisect_left(ends, hour) for hour in hours]
        before = planned_beds(plan, run.emit_from - timedelta(days=1))
        closed, opened = (
            _with_escalation(plan.escalation, [before, *beds], [0, *occupied], was_open) for was_open in (False, True)
        )
        _, *beds = closed if _agrees(closed, opened, hours.start, uses, census) else opened
    return [next(same) for _, same in groupby(zip(hours, beds, strict=True), key=itemgetter(1))]


def _with_escalation(rule: Escalation, planned: Sequence[int], occupied: Sequence[int], is_open: bool) -> list[int]:
    """Return the open beds of each hour; ``is_open`` tells of the first, the hour before the run."""
    beds = [planned[0] + is_open * rule.beds]
    for beds_planned, beds_occupied in zip(planned[1:], occupied[1:], strict=True):
        is_open = rule.is_open(beds_occupied, beds_planned, is_open)
        beds.append(beds_planned + is_open * rule.beds)
    return beds


def _agrees(
    hourly: Sequence[int], other: Sequence[int], first: int, uses: Sequence[BedUse], census: Sequence[DepSnapshot]
) -> bool:
    """Return True if the censuses agree with some open beds, wherever these differ from others.

    Args:
        hourly: Open beds of each hour, from the hour before the run.
        other: Others, from the same hour.
        first: First second of the run.
        uses: The stays in the beds.
        census: The censuses. A bed that is to close counts until its patient leaves.
    """
    for event in census:
        # A census at the start of a day is taken before all else in its second, one at the end after all else.
        second = int(event.event_time.timestamp()) + (event.snapshot_type == "EOD")
        place = (second - 1 - first) // HOUR + 1
        beds = hourly[place]
        if beds != other[place]:
            closing = sum(use.bed > beds and use.begin < second <= use.end for use in uses)
            if beds + closing != event.beds:
                return False
    return True
