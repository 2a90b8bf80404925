"""Prefetched results come in order, few are held, and an error takes the place of its result."""

import threading

import pytest

from elt.lake.prefetch import prefetched

pytestmark = pytest.mark.unit


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
