"""The difference of a metric between two scenarios, with its interval and the verdict that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hospital_sim.experiments.intervals import Interval
from hospital_sim.observe.observation import EVERYWHERE
from hospital_sim.tables import Cell

Verdict = Literal["higher", "lower", "not told apart", "the same", "not measured"]


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of a metric between two scenarios, paired by replication.

    Attributes:
        metric: Name of the metric.
        unit: Unit of the metric.
        department: Identifier of the department; None for the hospital.
        base: Name of the scenario compared with.
        other: Name of the scenario compared.
        base_mean: Mean of the metric in ``base``, over the replications in which both scenarios have a value.
        other_mean: Mean of the metric in ``other``, over the same replications.
        interval: Mean of ``other - base`` and its paired t-interval.
    """

    metric: str
    unit: str
    department: str | None
    base: str
    other: str
    base_mean: float | None
    other_mean: float | None
    interval: Interval

    @property
    def mean(self) -> float | None:
        """Mean of ``other - base``; None without data."""
        return self.interval.mean

    @property
    def low(self) -> float | None:
        """Lower end of the interval of the difference."""
        return self.interval.low

    @property
    def high(self) -> float | None:
        """Upper end of the interval of the difference."""
        return self.interval.high

    @property
    def half_width(self) -> float | None:
        """Half the length of the interval of the difference."""
        return self.interval.half_width

    @property
    def verdict(self) -> Verdict:
        """Verdict of the interval on ``other``, compared with ``base``."""
        if self.low is None or self.high is None:
            return "not measured"
        if self.low == self.high == 0:
            return "the same"
        if self.low > 0:
            return "higher"
        return "lower" if self.high < 0 else "not told apart"

    def __str__(self) -> str:
        """Return the difference in one line."""
        where = self.department or EVERYWHERE.lower()
        return f"{self.metric} in {self.unit}, {where}: {self.other} - {self.base} = {self.interval}, {self.verdict}"

    def __repr__(self) -> str:
        """Return the difference in one line."""
        return f"<Difference {self}>"


def difference_cells(entry: Difference) -> tuple[Cell, ...]:
    """Return the cells of a row: metric, unit, department, both means, difference, low, high and verdict."""
    where = entry.department or EVERYWHERE
    means = (entry.base_mean, entry.other_mean)
    return (entry.metric, entry.unit, where, *means, entry.mean, entry.low, entry.high, entry.verdict)
