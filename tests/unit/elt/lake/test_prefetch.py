"""Prefetched results come in order, few are held, and an error takes the place of its result."""

import threading
from collections.abc import Iterator

import pytest

from elt.lake.prefetch import prefetched

pytestmark = pytest.mark.unit


def counting(taken: list[int], count: int) -> Iterator[int]:
    for number in range(count):
        taken.append(number)
        yield number


def prefetching_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("prefetch")]


@pytest.mark.parametrize("threads", [0, 1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_items(threads: int, count: int) -> None:
    assert list(prefetched(lambda item: item * item, iter(range(count)), threads)) == [n * n for n in range(count)]


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_few_items_are_taken_before_their_results_are_asked_for(threads: int) -> None:
    taken: list[int] = []
    results = prefetched(str, counting(taken, 100), threads)
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


def test_closing_the_results_ends_the_threads() -> None:
    results = prefetched(str, iter(range(100)), 2)
    assert next(results) == "0"
    assert prefetching_threads()
    results.close()
    assert not prefetching_threads()
