"""What is done ahead comes in order, few results wait, and an error comes at its place."""

import threading
from collections.abc import Iterator

import pytest

from elt.lake.prefetch import done_ahead

pytestmark = pytest.mark.unit


def counted(taken: list[int], count: int) -> Iterator[int]:
    for number in range(count):
        taken.append(number)
        yield number


def threads_there() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ahead")]


@pytest.mark.parametrize("threads", [0, 1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_items(threads: int, count: int) -> None:
    assert list(done_ahead(lambda item: item * item, iter(range(count)), threads)) == [n * n for n in range(count)]


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_few_items_are_taken_before_their_results_are_asked_for(threads: int) -> None:
    taken: list[int] = []
    results = done_ahead(str, counted(taken, 100), threads)
    for number in range(100):
        assert next(results) == str(number)
        assert len(taken) <= number + 1 + 2 * threads


def test_calls_are_worked_on_at_once() -> None:
    both = threading.Barrier(2)

    def meet(_: int) -> int:
        return both.wait(timeout=60)

    assert sorted(done_ahead(meet, range(2), 2)) == [0, 1]


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_an_error_comes_at_its_place_and_nothing_else_is_begun(threads: int) -> None:
    begun: list[int] = []

    def refuse_three(item: int) -> int:
        begun.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    results = done_ahead(refuse_three, iter(range(100)), threads)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(begun) <= 4 + 2 * threads
    assert not threads_there()


def test_who_takes_no_more_results_leaves_no_thread() -> None:
    results = done_ahead(str, iter(range(100)), 2)
    assert next(results) == "0"
    assert threads_there()
    results.close()
    assert not threads_there()
