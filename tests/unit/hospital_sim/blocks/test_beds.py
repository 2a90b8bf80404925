"""Beds: a patient takes the lowest free one."""

from collections.abc import Generator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment
from simpy.events import Event

from hospital_sim.blocks.bed_pool import BedPool
from hospital_sim.blocks.bed_queue import BedQueue
from hospital_sim.blocks.processes import start

pytestmark = pytest.mark.unit

CAPACITY = 4
ACTIONS = ("take", "take", "leave", "leave to be cleaned", "clean", "open")


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, CAPACITY)), min_size=30, max_size=40))
def test_beds_are_taken_left_cleaned_opened_and_closed_by_number(actions: list[tuple[str, int]]) -> None:
    """The lowest free bed is taken; one above the number open closes when it is left or clean."""
    pool: BedPool[int] = BedPool(2, CAPACITY)
    occupied, dirty, open_ = dict[int, int](), set[int](), 2
    for patient, (action, which) in enumerate(actions):
        free = [bed for bed in range(1, open_ + 1) if bed not in occupied and bed not in dirty]
        assert pool.has_free_bed == bool(free)
        if action == "take":
            assert pool.take(patient) == min(free, default=None)
            occupied |= dict.fromkeys(free[:1], patient)
        elif action.startswith("leave") and occupied:
            bed = sorted(occupied)[which % len(occupied)]
            assert pool.leave(bed, clean=action == "leave") == occupied.pop(bed)
            dirty |= {bed} if action != "leave" else set()
        elif action == "clean" and dirty:
            pool.cleaned(min(dirty))
            dirty.remove(min(dirty))
        elif action == "open":
            pool.set_open(which)
            open_ = which
        assert (pool.occupied, list(pool.occupants)) == (len(occupied), list(occupied.values()))
        assert pool.beds == open_ + sum(bed > open_ for bed in occupied)
        assert pool.highest == max(open_, *occupied, 0)


def test_a_bed_that_nobody_is_in_cannot_be_left_and_one_that_is_clean_not_be_cleaned() -> None:
    with pytest.raises(KeyError):
        BedPool[str](3).leave(1)
    with pytest.raises(KeyError):
        BedPool[str](3).cleaned(1)


def test_a_number_of_beds_that_is_not_whole_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"^beds: "):
        BedPool[str](cast("int", 2.5))
    with pytest.raises(TypeError, match=r"^capacity: "):
        BedPool[str](2, cast("int", 2.5))
    with pytest.raises(TypeError, match=r"^beds: "):
        BedPool[str](2).set_open(cast("int", 1.5))


@pytest.mark.parametrize("clean", [True, False])
def test_while_someone_waits_a_newcomer_gets_no_bed_even_if_one_is_free(clean: bool) -> None:
    env = Environment()
    ward: BedQueue[str] = BedQueue(env, "ward", beds=1)
    assert ward.take_bed("a") == 1
    waiting = ward.wait_for_bed("b")
    next(waiting)
    ward.leave_bed(1, clean=clean)
    if not clean:
        env.run()
        assert (list(ward.waiting), list(ward.pool.occupants)) == (["b"], []), "the bed is being cleaned"
        ward.bed_cleaned(1)
    assert ward.take_bed("c") is None
    assert (list(ward.waiting), ward.waiting_list_size) == (["b"], 1)
    env.run()
    assert (list(ward.waiting), list(ward.pool.occupants)) == ([], ["b"])


def test_the_head_of_a_list_can_be_sent_to_a_bed_of_another_ward() -> None:
    env = Environment()
    full, other = BedQueue[str](env, "full", beds=0), BedQueue[str](env, "other", beds=1)
    log: list[tuple[str, str, int]] = []
    assert (full.head, full.give_head_to(other)) == (None, False), "nobody waits"

    def waits(patient: str) -> Generator[Event, Any, None]:
        ward, bed = yield from full.wait_for_bed(patient)
        log.append((patient, ward.name, bed))

    for patient in "abc":
        start(waits(patient))
    assert (full.head, full.give_head_to(other), full.give_head_to(other)) == ("a", True, False), "one bed is free"
    env.run()
    assert (log, full.head, list(full.waiting)) == ([("a", "other", 1)], "b", ["b", "c"])


def test_a_run_that_is_cut_off_between_two_steps_leaves_nothing_to_put_right() -> None:
    """As by Ctrl-C when the patient has left the list and has no bed yet; Python then closes what still waits."""
    env = Environment()
    ward: BedQueue[str] = BedQueue(env, "ward", beds=1)
    ward.take_bed("a")
    waiting = ward.wait_for_bed("b")
    next(waiting)

    class CutOff:
        def admitted(self, _: str) -> None:
            raise KeyboardInterrupt

    ward.leave_bed(1)
    ward.watchers.append(cast("Any", CutOff()))
    with pytest.raises(KeyboardInterrupt):
        env.run()
    waiting.close()
    assert (list(ward.waiting), list(ward.pool.occupants)) == ([], ["b"])
