"""Beds: a patient takes the lowest free one."""

import pytest
from simpy import Environment

from hospital_sim.blocks.bed_pool import BedPool
from hospital_sim.blocks.bed_queue import BedQueue

pytestmark = pytest.mark.unit


def test_the_lowest_free_bed_is_taken() -> None:
    pool: BedPool[str] = BedPool(3)
    assert [pool.take(name) for name in "abcd"] == [1, 2, 3, None]
    pool.leave(3)
    pool.leave(1)
    assert [pool.take(name) for name in "efg"] == [1, 3, None]


def test_a_pool_lists_occupants_in_the_order_of_admission() -> None:
    pool: BedPool[str] = BedPool(3)
    for name in "abc":
        pool.take(name)
    pool.leave(1)
    pool.take("d")
    assert (pool.occupied, list(pool.occupants)) == (3, ["b", "c", "d"])


def test_an_empty_bed_cannot_be_left() -> None:
    with pytest.raises(KeyError):
        BedPool[str](3).leave(1)


def test_a_pool_of_no_beds_takes_no_one() -> None:
    assert BedPool[str](0).take("a") is None


def test_while_someone_waits_a_newcomer_gets_no_bed_even_if_one_is_free() -> None:
    env = Environment()
    ward: BedQueue[str] = BedQueue(env, "ward", beds=1)
    assert ward.take_bed("a") == 1
    waiting = ward.wait_for_bed("b")
    next(waiting)
    ward.leave_bed(1)
    assert ward.take_bed("c") is None
    assert (list(ward.waiting), ward.waiting_list_size) == (["b"], 1)
    env.run()
    assert (list(ward.waiting), list(ward.pool.occupants)) == ([], ["b"])
