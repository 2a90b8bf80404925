"""Thresholds: how far what a check observes may lie from what it expects."""

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
        WrongCallError: If one is written otherwise, or is no number from 0.
    """
    return dict(_parse(each) for each in written)


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
    """Return checks, decided by the thresholds of their names where they have one.

    Raises:
        WrongCallError: If there is no check of a name.
    """
    listed = list(checks)
    known = {check.check_name for check in listed}
    for name in thresholds:
        if name not in known:
            raise WrongCallError(f"--threshold {name}: no such check; known are {', '.join(sorted(known))}")
    return [
        replace(check, passed=abs(check.observed - check.expected) <= thresholds[check.check_name])
        if check.check_name in thresholds
        else check
        for check in listed
    ]
