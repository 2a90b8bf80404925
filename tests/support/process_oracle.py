"""The special causes of a daily series by their definitions, in exact arithmetic."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

LIMIT = Fraction(266, 100)


def mean_and_distance(values: Sequence[int]) -> tuple[Fraction, Fraction | None]:
    """Return the mean, and the distance of the process limits from it; no distance for fewer than 12 values."""
    mean = Fraction(sum(values), len(values))
    if len(values) < 12:
        return mean, None
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    return mean, LIMIT * sum(ranges) / len(ranges)


def special_causes(values: Sequence[int]) -> list[set[str]]:
    """Return the names of the special causes of each value."""
    mean, distance = mean_and_distance(values)
    if distance is None:
        return [set() for _ in values]
    return [
        _outside(value, mean, distance) | _runs(values, at, mean) | _two_of_three(values, at, mean, distance)
        for at, value in enumerate(values)
    ]


def _outside(value: int, mean: Fraction, distance: Fraction) -> set[str]:
    if value > mean + distance:
        return {"above the upper limit"}
    return {"below the lower limit"} if value < mean - distance else set()


def _runs(values: Sequence[int], at: int, mean: Fraction) -> set[str]:
    holds: dict[str, Callable[[Sequence[int]], bool]] = {
        "above the mean": lambda days: all(day > mean for day in days),
        "below the mean": lambda days: all(day < mean for day in days),
        "rising": lambda days: all(one < other for one, other in pairwise(days)),
        "falling": lambda days: all(one > other for one, other in pairwise(days)),
    }
    names = set()
    for name, is_run in holds.items():
        windows = [
            (first, last)
            for first in range(at + 1)
            for last in range(max(at, first + 6), len(values))
            if is_run(values[first : last + 1])
        ]
        # At a peak the rise ends and the fall begins, but of one kind no day is in two longest runs.
        if windows:
            names.add(f"{max(last - first + 1 for first, last in windows)} days in a row {name}")
    return names


def _two_of_three(values: Sequence[int], at: int, mean: Fraction, distance: Fraction) -> set[str]:
    names = set()
    for side, name in ((1, "upper"), (-1, "lower")):
        far = [side * (value - mean) for value in values]
        near = [distance * 2 / 3 < value <= distance for value in far]
        for first in range(max(0, at - 2), min(at, len(values) - 3) + 1):
            days = range(first, first + 3)
            if near[at] and all(far[day] > 0 for day in days) and sum(near[day] for day in days) >= 2:
                names.add(f"two of three days near the {name} limit")
    return names
