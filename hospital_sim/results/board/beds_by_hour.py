"""Computes the open beds of a department through a run: planned beds from midnight, escalation beds from their hour."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import msgspec
from msgspec import Struct

from hospital_sim.clock import DAY, HOUR, date_of, second_of
from hospital_sim.config import HospitalConfig
from hospital_sim.config.changes import timelines
from hospital_sim.config.open_beds import planned_beds
from hospital_sim.config.parts import BedChange, Escalation
from hospital_sim.distributions import decode
from hospital_sim.events import DepSnapshot, RunStarted


class BedPlan(Struct, frozen=True):
    """The fields of a department's configuration that decide how many beds are open."""

    id: str
    beds: int
    bed_change: tuple[BedChange, ...] = ()
    escalation: Escalation | None = None


BedPlans = tuple[tuple[date, BedPlan | None], ...]
"""The bed plans of a department, each with its first day; None while it is closed."""


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


def bed_plans(run: RunStarted) -> dict[str, BedPlans]:
    """Return the bed plans of each department of a run, by identifier."""
    if "change" not in run.configuration:
        plans = msgspec.convert(run.configuration["department"], list[BedPlan])
        return {plan.id: ((date.min, plan),) for plan in plans}
    config = msgspec.convert(run.configuration, HospitalConfig, dec_hook=decode)
    return {
        name: tuple(
            (first, None if state is None else BedPlan(name, state.beds, state.bed_change, state.escalation))
            for first, state in timeline
        )
        for name, timeline in timelines(config).items()
    }


def open_beds(
    plans: BedPlans, run: RunStarted, uses: Sequence[BedUse], census: Sequence[DepSnapshot]
) -> list[tuple[int, int]]:
    """Return each change in the open beds of a department: the second, and the beds that are open from then on.

    A bed that is to close is not among them, even if its patient is still in it.

    Args:
        plans: Its bed plans.
        run: The run.
        uses: The stays in its beds.
        census: Its censuses. They tell whether escalation beds were open when the run began.
    """
    hours = range(second_of(run.emit_from), second_of(run.end) + DAY, HOUR)
    by_day = [_plan_on(plans, date_of(midnight)) for midnight in hours[:: DAY // HOUR]]
    planned = [_planned(plan, date_of(midnight)) for plan, midnight in zip(by_day, hours[:: DAY // HOUR], strict=True)]
    beds = [planned[place * HOUR // DAY] for place in range(len(hours))]
    if any(plan is not None and plan.escalation is not None for plan in by_day):
        begins, ends = sorted(use.begin for use in uses), sorted(use.end for use in uses)
        occupied = [bisect_left(begins, hour) - bisect_left(ends, hour) for hour in hours]
        day_before = run.emit_from - timedelta(days=1)
        plan_before = _plan_on(plans, day_before)
        by_hour = [plan_before, *(by_day[place * HOUR // DAY] for place in range(len(hours)))]
        rules = [None if plan is None else plan.escalation for plan in by_hour]
        every = [_planned(plan_before, day_before), *beds]
        closed, opened = (_with_escalation(rules, every, [0, *occupied], was_open) for was_open in (False, True))
        _, *beds = closed if _agrees(closed, opened, hours.start, uses, census) else opened
    return [next(same) for _, same in groupby(zip(hours, beds, strict=True), key=itemgetter(1))]


def _plan_on(plans: BedPlans, day: date) -> BedPlan | None:
    return next(plan for first, plan in reversed(plans) if first <= day)


def _planned(plan: BedPlan | None, day: date) -> int:
    return 0 if plan is None else planned_beds(plan, day)


def _with_escalation(
    rules: Sequence[Escalation | None], planned: Sequence[int], occupied: Sequence[int], is_open: bool
) -> list[int]:
    """Return the open beds of each hour; ``is_open`` tells of the first, the hour before the run."""
    beds = [planned[0] + (is_open * rules[0].beds if rules[0] is not None else 0)]
    for rule, beds_planned, beds_occupied in zip(rules[1:], planned[1:], occupied[1:], strict=True):
        is_open = rule is not None and rule.is_open(beds_occupied, beds_planned, is_open)
        beds.append(beds_planned + (rule.beds if rule is not None and is_open else 0))
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
