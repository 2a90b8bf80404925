"""Thresholds: the largest difference between expected and observed that a check allows."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from elt import WrongCallError
from elt.quality.results import CheckResult


def parse_thresholds(written: Iterable[str]) -> dict[str, float]:
    """Read thresholds.

    Args:
        written: Each as ``NAME=NUMBER``.

    Returns:
        The number of each name.

    Raises:
        WrongCallError: If one has another form, or its number is negative.
    """
    return dict(map(_parse, written))


def _parse(written: str) -> tuple[str, float]:
    name, separator, number = written.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not name or not separator or not value >= 0:
        raise WrongCallError(f"--threshold {written!r}: write NAME=NUMBER, such as late_events=10")
    return name, value


def with_thresholds(checks: Iterable[CheckResult], thresholds: Mapping[str, float]) -> list[CheckResult]:
    """Return the checks; those with a threshold pass if their difference is within it.

    Raises:
        WrongCallError: If no check has the name of a threshold.
    """
    listed = list(checks)
    names = {check.check_name for check in listed}
    for name in thresholds:
        if name not in names:
            raise WrongCallError(f"--threshold {name}: no such check; known are {', '.join(sorted(names))}")
    return [
        replace(check, passed=abs(check.observed - check.expected) <= thresholds[check.check_name])
        if check.check_name in thresholds
        else check
        for check in listed
    ]
