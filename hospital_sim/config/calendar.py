"""Profiles over the year, the week and the day: relative numbers, scaled to average 1 over the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DAYS_IN_MONTH = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Mean days of each month, January first; together 365.25."""


def mean_over_year(by_month: Sequence[float]) -> float:
    """Return the mean over the days of a calendar year of twelve numbers, January first."""
    return sum(number * days for number, days in zip(by_month, DAYS_IN_MONTH, strict=True)) / sum(DAYS_IN_MONTH)


@dataclass(frozen=True)
class Profile:
    """Relative numbers by month, weekday and hour.

    Attributes:
        by_month: Twelve, January first.
        by_weekday: Seven, Monday first.
        by_hour: Twenty-four, UTC.
    """

    by_month: Sequence[float]
    by_weekday: Sequence[float]
    by_hour: Sequence[float]

    @property
    def month_multipliers(self) -> tuple[float, ...]:
        """Twelve factors that average 1 over the days of a calendar year."""
        return _scaled(self.by_month, DAYS_IN_MONTH)

    @property
    def weekday_multipliers(self) -> tuple[float, ...]:
        """Seven factors that average 1 over the week."""
        return _scaled(self.by_weekday, (1,) * 7)

    @property
    def hour_multipliers(self) -> tuple[float, ...]:
        """Twenty-four factors that average 1 over the day."""
        return _scaled(self.by_hour, (1,) * 24)


def _scaled(relative: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    mean = sum(number * weight for number, weight in zip(relative, weights, strict=True)) / sum(weights)
    return tuple(number / mean for number in relative)
