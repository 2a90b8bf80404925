"""Sweeps: one hospital with every combination of the values of some fields, on common random numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from itertools import product

from hospital_sim.clock import Day
from hospital_sim.distributions.numbers import plain
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.experiments.comparison import Comparison, compare_hospitals
from hospital_sim.experiments.differences import Difference
from hospital_sim.experiments.experiment import Experiment
from hospital_sim.experiments.field_values import with_fields
from hospital_sim.experiments.intervals import CONFIDENCE, Interval
from hospital_sim.experiments.replications import Replications
from hospital_sim.experiments.tasks import OnDone
from hospital_sim.hospital import Hospital
from hospital_sim.observe import Metric
from hospital_sim.tables import Cell, CellType, Table

Settings = dict[str, object]


class Sweep:
    """Replications of a hospital at every combination of the values of some fields.

    Args:
        settings: Values of the fields at each point.
        comparison: Comparison of the points, in the same order.

    Attributes:
        settings: Values of the fields at each point.
        comparison: Comparison of the points by name, such as ``"cardiology.beds=40"``, with the first.
    """

    def __init__(self, settings: Sequence[Settings], comparison: Comparison) -> None:
        self.settings = tuple(settings)
        self.comparison = comparison

    @property
    def points(self) -> tuple[Replications, ...]:
        """The replications of each point."""
        return tuple(self.comparison.scenarios.values())

    def intervals(
        self, metric: str, department: str | None = None, *, confidence: float = CONFIDENCE
    ) -> list[Interval]:
        """Return the mean of a metric at each point, and its interval."""
        return [point.interval(metric, department, confidence=confidence) for point in self.points]

    def difference(
        self, metric: str, department: str | None = None, *, point: int, confidence: float = CONFIDENCE
    ) -> Difference:
        """Return the difference of a metric at a point, counted from 0, from the first point."""
        names = list(self.comparison.scenarios)
        if not 1 <= point < len(names):
            raise ConfigurationError(f"point: must be between 1 and {len(names) - 1}, not {point}")
        return self.comparison.difference(metric, department, of=names[point], confidence=confidence)

    def table(self, metric: str, department: str | None = None, *, confidence: float = CONFIDENCE) -> Table:
        """Return the values of the fields, the mean of a metric, low and high, in a row for each point."""
        rows: list[tuple[Cell, ...]] = [
            (*map(_cell, settings.values()), interval.mean, interval.low, interval.high)
            for settings, interval in zip(
                self.settings, self.intervals(metric, department, confidence=confidence), strict=True
            )
        ]
        unit = self.points[0].unit(metric)
        title = f"{metric} in {unit}, {department or 'all departments'}, {len(self.points[0])} replications"
        types = {field: _type([row[place] for row in rows]) for place, field in enumerate(self.settings[0])}
        return Table(title, {**types, "mean": float, "low": float, "high": float}, rows)

    def __repr__(self) -> str:
        """Return the fields and the number of points."""
        return f"<Sweep over {', '.join(self.settings[0])}: {len(self.settings)} points>"


def sweep(
    hospital: Hospital,
    fields: Mapping[str, Iterable[object]],
    *,
    start: Day | None = None,
    end: Day | None = None,
    replications: int = 30,
    seed: int = 1,
    metrics: Iterable[str | Metric] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
) -> Sweep:
    """Run a hospital with every combination of the values of some fields, on common random numbers.

    Other fields keep their values. Demand that is derived from beds is fixed at its value before the sweep, unless
    ``target_occupancy`` is one of the fields.

    Args:
        hospital: The hospital.
        fields: Values of each field: ``{"cardiology.beds": [38, 40, 42]}`` of a department, ``{"*.delay_share":
            [0.05, 0.02]}`` of all departments, ``{"warmup_days": [90, 180]}`` of the hospital.
        start: First day to measure; 1 January 2025 if None.
        end: Last day, inclusive; a year from the start if None.
        replications: Number of replications at each point, 2 or more.
        seed: Seed of the experiment.
        metrics: Metrics to measure, or their names; all metrics of the library if None.
        executor: Any ``concurrent.futures.Executor``.
        workers: Number of processes without an executor, as in ``replicate``.
        on_done: Called after each replication, with the number done and the total.

    Raises:
        ConfigurationError: If a field is not known, a value is wrong, or there are fewer than two combinations.
    """
    experiment = Experiment(start, end, replications, seed, metrics, executor, workers, on_done)
    settings = _combinations(fields)
    names = [", ".join(f"{field}={value}" for field, value in point.items()) for point in settings]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"fields: {name} is listed twice")
    hospitals = {
        name: Hospital(with_fields(hospital.config, point)) for name, point in zip(names, settings, strict=True)
    }
    return Sweep(settings, compare_hospitals(experiment, hospitals))


def _combinations(fields: Mapping[str, Iterable[object]]) -> list[Settings]:
    values: dict[str, list[object]] = {}
    for field, choices in fields.items():
        if isinstance(choices, str) or not isinstance(choices, Iterable):
            raise ConfigurationTypeError(f"{field}: must be a list of values, not {choices!r}")
        values[field] = [plain(value) for value in choices]
        if not values[field]:
            raise ConfigurationError(f"{field}: give at least one value")
    settings = [dict(zip(values, point, strict=True)) for point in product(*values.values())]
    if len(settings) < 2:
        raise ConfigurationError("fields: give two values or more to sweep over; for one hospital use replicate")
    return settings


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _type(cells: Sequence[Cell]) -> CellType:
    """Return the type of the column of a field, by its values."""
    kinds = {type(cell) for cell in cells}
    return int if kinds == {int} else float if kinds <= {int, float} else str
