"""Processes share rows of work, and threads prefetch results in order; an error takes the place of its result."""

import os
import threading
from pathlib import Path

import pytest
from worked_rows import die_elsewhere, pause_at_each, refuse_one

from elt import EltError
from elt.lake import workers
from elt.lake.lake import Lake
from elt.lake.objects import prefetch_threads
from elt.lake.prefetch import prefetched
from elt.lake.workers import LocalWorkers, suitable_count
from hospital_sim.storage import LocalStore, open_store

pytestmark = pytest.mark.unit


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.mark.parametrize("count", [1, 3])
def test_each_row_is_worked_on_once_and_an_error_is_raised_from_any_process(store: LocalStore, count: int) -> None:
    with LocalWorkers(Lake(store), count) as pool:
        for rows in ([], [7], list(range(50))):
            assert sorted(row for row, _ in pool.run(pause_at_each, rows, 0.0)) == rows
        for wrong in (0, 49):
            with pytest.raises(ValueError, match=f"row {wrong}"):
                list(pool.run(refuse_one, range(50), wrong))


def test_this_process_and_another_share_the_rows(store: LocalStore) -> None:
    with LocalWorkers(Lake(store), 2) as pool:
        results = list(pool.run(pause_at_each, range(100), 0.03))
    assert sorted(row for row, _ in results) == list(range(100))
    assert len({process for _, process in results}) == 2
    assert os.getpid() in {process for _, process in results}


def test_the_error_about_a_dead_process_says_what_to_do(store: LocalStore) -> None:
    with (
        LocalWorkers(Lake(store), 2) as pool,
        pytest.raises(EltError, match=r"a worker process died, .* fewer --workers"),
    ):
        list(pool.run(die_elsewhere, range(1000), os.getpid()))


def test_no_more_processes_are_started_than_pay(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    local, remote = Lake(store), Lake(open_store("memory://workers"))
    with pytest.raises(ValueError, match="workers must be at least 1, not 0"):
        LocalWorkers(local, suitable_count(local, 1, 0))
    for processors, partitions, most, prefetching, serial in (
        (2, 100_000, None, 1, 2),
        (8, 100_000, None, 4, 8),
        (8, 10_000, None, 4, 8),
        (8, 9999, None, 1, 8),
        (8, 1000, None, 1, 8),
        (8, 999, None, 1, 1),
        (1, 100_000, None, 1, 1),
        (8, 1, 3, 3, 3),
        (8, 1, 6, 4, 6),
        (2, 100_000, 2, 1, 2),
        (1, 100_000, 2, 1, 2),
    ):
        monkeypatch.setattr(workers, "processors", lambda count=processors: count)
        expected = prefetching if prefetch_threads(store) > 1 else serial
        assert suitable_count(local, partitions, most) == expected, (processors, partitions, most)
        assert suitable_count(remote, partitions, most) == serial, (processors, partitions, most)


def prefetching_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("prefetch")]


@pytest.mark.parametrize("threads", [0, 1, 2, 7])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    for count in (0, 1, 2, 50):
        assert list(prefetched(lambda item: item * item, iter(range(count)), threads)) == [n * n for n in range(count)]


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_few_items_are_taken_before_their_results_are_asked_for(threads: int) -> None:
    taken: list[int] = []
    # Appending returns None, so each number is kept and passed on.
    results = prefetched(str, (number for number in range(100) if taken.append(number) is None), threads)
    for number in range(100):
        assert next(results) == str(number)
        assert len(taken) <= number + 1 + 2 * threads


def test_calls_run_at_the_same_time() -> None:
    both = threading.Barrier(2)

    def meet(_: int) -> int:
        return both.wait(timeout=60)

    assert sorted(prefetched(meet, range(2), 2)) == [0, 1]


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_an_error_takes_the_place_of_its_result_and_no_other_call_begins(threads: int) -> None:
    begun: list[int] = []

    def refuse_three(item: int) -> int:
        begun.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    results = prefetched(refuse_three, iter(range(100)), threads)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(begun) <= 4 + 2 * threads
    assert not prefetching_threads()
    others = prefetched(str, iter(range(100)), threads)
    assert next(others) == "0"
    assert bool(prefetching_threads()) is (threads > 0)
    others.close()
    assert not prefetching_threads()
