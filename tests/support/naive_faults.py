"""Faults to plant in the real engine: a fault takes pytest's ``monkeypatch`` and replaces one part by a wrong one."""

from collections.abc import Callable
from heapq import heappush
from typing import Any

import pytest
from msgspec import structs

from hospital_sim.blocks.bed_pool import BedPool
from hospital_sim.blocks.bed_queue import BedQueue
from hospital_sim.simulation import department, escalation, overflow, spells
from hospital_sim.simulation.discharge_profile import DischargeClock
from hospital_sim.simulation.order import Order, Phase

Plant = Callable[[pytest.MonkeyPatch], None]


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    right = BedQueue._admit_from_list

    def wrong(self: BedQueue[Any], event: Any) -> None:
        self._queue.reverse()
        right(self, event)
        self._queue.reverse()

    patch.setattr(BedQueue, "_admit_from_list", wrong)


def newcomers_overtake(patch: pytest.MonkeyPatch) -> None:
    """The bed of a discharge is free at once, and who waits is looked at after those who ask in that second."""
    priority = Order.priority

    def wrong(self: Order, phase: Phase, department: int = 0) -> Any:
        return priority(self, Phase.END_OF_DAY if phase is Phase.ADMISSION else phase, department)

    def take(self: BedQueue[Any], occupant: Any) -> int | None:
        return self.pool.take(occupant)

    patch.setattr(Order, "priority", wrong)
    patch.setattr(BedQueue, "take_bed", take)


def a_bed_leaks(patch: pytest.MonkeyPatch) -> None:
    """Every thirtieth bed that patients leave is never free again."""
    right, departures = BedPool.leave, [0]

    def wrong(self: BedPool[Any], number: int, *, clean: bool = True) -> Any:
        departures[0] += 1
        return right(self, number, clean=clean and departures[0] % 30 > 0)

    patch.setattr(BedPool, "leave", wrong)


def a_bed_is_given_twice(patch: pytest.MonkeyPatch) -> None:
    """Every thirtieth bed that patients leave is free twice."""
    leave, cleaned, departures = BedPool.leave, BedPool.cleaned, [0]

    def wrong(self: BedPool[Any], number: int, *, clean: bool = True) -> Any:
        departures[0] += 1
        occupant = leave(self, number, clean=clean) if number in self._occupants else None
        if departures[0] % 30 == 0 and number in self._free:
            heappush(self._free, number)
        return occupant

    patch.setattr(BedPool, "leave", wrong)
    patch.setattr(BedPool, "cleaned", lambda self, bed: cleaned(self, bed) if bed in self._cleaning else None)


def the_free_bed_is_overlooked(patch: pytest.MonkeyPatch) -> None:
    """Of the beds that are free at one moment, the queue is given one."""

    def wrong(self: BedQueue[Any], _: Any) -> None:
        self._round_is_due = False
        if self._queue and self.pool.has_free_bed and len(self._queue) > 1:
            self._give(*self._queue.popleft())
        for call in self.on_round:
            call()

    patch.setattr(BedQueue, "_admit_from_list", wrong)


def outliers_go_too_early(patch: pytest.MonkeyPatch) -> None:
    right = overflow.OutlierRounds.__init__

    def wrong(self: Any, *arguments: Any) -> None:
        right(self, *arguments)
        self._after //= 2

    patch.setattr(overflow.OutlierRounds, "__init__", wrong)


def any_free_bed_is_taken(patch: pytest.MonkeyPatch) -> None:
    """The highest number instead of the lowest."""

    def wrong(self: BedPool[Any], occupant: Any) -> int | None:
        if not self._free:
            return None
        number = max(self._free)
        self._free.remove(number)
        self._occupants[number] = occupant
        return number

    patch.setattr(BedPool, "take", wrong)


def outliers_go_where_others_wait(patch: pytest.MonkeyPatch) -> None:
    """An outlier takes a free bed before those who wait for that department, and although they do."""
    _swap(Phase.ADMISSION, Phase.OVERFLOW)(patch)
    patch.setattr(BedQueue, "has_room", property(lambda self: self.pool.has_free_bed))


def outliers_go_before_their_own_bed_is_free(patch: pytest.MonkeyPatch) -> None:
    _swap(Phase.ADMISSION, Phase.OVERFLOW)(patch)


def outliers_go_a_second_late(patch: pytest.MonkeyPatch) -> None:
    right = overflow.OutlierRounds.__init__

    def wrong(self: Any, *arguments: Any) -> None:
        right(self, *arguments)
        self._after += 1

    patch.setattr(overflow.OutlierRounds, "__init__", wrong)


def outliers_go_only_when_they_have_just_waited_long_enough(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks again when a bed elsewhere becomes free later."""
    patch.setattr(overflow.OutlierRounds, "_schedule_round", lambda self: None)


def a_closing_bed_takes_someone(patch: pytest.MonkeyPatch) -> None:
    right = BedPool.leave

    def wrong(self: BedPool[Any], number: int, *, clean: bool = True) -> Any:
        open_, self._open = self._open, self.capacity
        occupant = right(self, number, clean=clean)
        self._open = open_
        return occupant

    patch.setattr(BedPool, "leave", wrong)


def a_closed_bed_opens_when_it_is_clean(patch: pytest.MonkeyPatch) -> None:
    right = BedPool.cleaned

    def wrong(self: BedPool[Any], number: int) -> None:
        open_, self._open = self._open, self.capacity
        right(self, number)
        self._open = open_

    patch.setattr(BedPool, "cleaned", wrong)


def the_lowest_beds_close_first(patch: pytest.MonkeyPatch) -> None:
    right = BedPool.set_open

    def wrong(self: BedPool[Any], beds: int) -> None:
        if beds < self._open:
            self._free = sorted(self._free, reverse=True)[: max(beds - self.occupied, 0)]
            self._open = beds
        else:
            right(self, beds)

    patch.setattr(BedPool, "set_open", wrong)


def beds_change_after_discharges(patch: pytest.MonkeyPatch) -> None:
    """Escalation then looks at occupancy without those who leave in that second."""
    _swap(Phase.BEDS_CHANGE, Phase.DISCHARGE)(patch)


def discharges_come_after_new_requests(patch: pytest.MonkeyPatch) -> None:
    _swap(Phase.DISCHARGE, Phase.REQUEST)(patch)


def new_requests_come_before_the_queue(patch: pytest.MonkeyPatch) -> None:
    _swap(Phase.ADMISSION, Phase.REQUEST)(patch)


def the_census_is_taken_before_requests(patch: pytest.MonkeyPatch) -> None:
    _swap(Phase.END_OF_DAY, Phase.START_OF_DAY)(patch)


def turnaround_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    right = BedQueue.leave_bed
    patch.setattr(BedQueue, "leave_bed", lambda self, number, *, clean=True: right(self, number))
    patch.setattr(BedQueue, "bed_cleaned", lambda self, number: None)


def escalation_opens_at_its_threshold(patch: pytest.MonkeyPatch) -> None:
    right = escalation._is_escalated

    def wrong(rule: Any, occupied: int, planned: int, before: bool) -> bool:
        return occupied >= rule.open_above * planned if not before else right(rule, occupied, planned, before)

    patch.setattr(escalation, "_is_escalated", wrong)


def escalation_closes_at_its_threshold(patch: pytest.MonkeyPatch) -> None:
    right = escalation._is_escalated

    def wrong(rule: Any, occupied: int, planned: int, before: bool) -> bool:
        return occupied > rule.close_below * planned if before else right(rule, occupied, planned, before)

    patch.setattr(escalation, "_is_escalated", wrong)


def escalation_forgets_that_it_is_on(patch: pytest.MonkeyPatch) -> None:
    right = escalation._is_escalated
    patch.setattr(escalation, "_is_escalated", lambda rule, occupied, planned, _: right(rule, occupied, planned, False))


def every_stay_is_a_second_longer(patch: pytest.MonkeyPatch) -> None:
    right = department.Spell.admit

    def wrong(self: department.Spell, place: department.Department, bed: int, second: int) -> None:
        right(self, place, bed, second)
        self.discharged += 1

    patch.setattr(department.Spell, "admit", wrong)


def delays_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    right = department.Spell.admit

    def wrong(self: department.Spell, place: department.Department, bed: int, second: int) -> None:
        right(self, place, bed, second)
        self.discharged = self.ready

    patch.setattr(department.Spell, "admit", wrong)


def outliers_stay_by_the_clock_of_the_other_department(patch: pytest.MonkeyPatch) -> None:
    right = department.Spell.admit

    def wrong(self: department.Spell, place: department.Department, bed: int, second: int) -> None:
        asked, self.department = self.department, place
        right(self, place, bed, second)
        self.department = asked

    patch.setattr(department.Spell, "admit", wrong)


def the_discharge_profile_begins_on_a_sunday(patch: pytest.MonkeyPatch) -> None:
    right = DischargeClock.after
    hour = 3600
    patch.setattr(DischargeClock, "after", lambda self, second, seconds: right(self, second + hour, seconds) - hour)


def who_diverts_waits_for_a_place_elsewhere(patch: pytest.MonkeyPatch) -> None:
    """Nobody is turned away."""
    right = spells.run_spell

    def run_spell(env: Any, asked: Any, request: Any, observer: Any) -> Any:
        return right(env, asked, structs.replace(request, when_full="wait"), observer)

    patch.setattr(spells, "run_spell", run_spell)


def _swap(one: Phase, other: Phase) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        swapped, right = {one: other, other: one}, Order.priority
        patch.setattr(
            Order, "priority", lambda self, phase, department=0: right(self, swapped.get(phase, phase), department)
        )

    return plant


FAULTS: tuple[Plant, ...] = (
    last_come_first_served,
    newcomers_overtake,
    a_bed_leaks,
    a_bed_is_given_twice,
    the_free_bed_is_overlooked,
    outliers_go_too_early,
    any_free_bed_is_taken,
    outliers_go_where_others_wait,
    outliers_go_before_their_own_bed_is_free,
    outliers_go_a_second_late,
    outliers_go_only_when_they_have_just_waited_long_enough,
    a_closing_bed_takes_someone,
    a_closed_bed_opens_when_it_is_clean,
    the_lowest_beds_close_first,
    beds_change_after_discharges,
    discharges_come_after_new_requests,
    new_requests_come_before_the_queue,
    the_census_is_taken_before_requests,
    turnaround_is_forgotten,
    escalation_opens_at_its_threshold,
    escalation_closes_at_its_threshold,
    escalation_forgets_that_it_is_on,
    every_stay_is_a_second_longer,
    delays_are_forgotten,
    outliers_stay_by_the_clock_of_the_other_department,
    the_discharge_profile_begins_on_a_sunday,
    who_diverts_waits_for_a_place_elsewhere,
)
