"""Replications: runs of one hospital on independent random numbers, with the means and intervals of its metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor

from hospital_sim.clock import Day
from hospital_sim.config.changes import timelines
from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments.experiment import Experiment
from hospital_sim.experiments.intervals import CONFIDENCE, Interval, t_interval
from hospital_sim.experiments.tasks import OnDone, Row, open_runner, run_replication
from hospital_sim.hospital import Hospital
from hospital_sim.observe import METRICS, Metric
from hospital_sim.observe.metrics import unknown_metric
from hospital_sim.observe.observation import EVERYWHERE
from hospital_sim.tables import Cell, CellType, Table

_SUMMARY: dict[str, CellType] = {
    "metric": str,
    "unit": str,
    "department": str,
    "mean": float,
    "low": float,
    "high": float,
    "values": int,
}


class Replications:
    """The metrics of the replications of a hospital.

    Args:
        hospital: The hospital.
        experiment: The arguments of the experiment.
        rows: Metrics of the hospital and of each department in order, for each replication.

    Attributes:
        hospital: The hospital.
        start: First day measured.
        end: Last day measured.
        seeds: Seed of each replication; ``hospital.simulate(start, end, seed=…)`` repeats it.
        metrics: Metrics measured.
    """

    def __init__(self, hospital: Hospital, experiment: Experiment, rows: Sequence[tuple[Row, ...]]) -> None:
        self.hospital = hospital
        self.start, self.end = experiment.start, experiment.end
        self.seeds = tuple(map(experiment.replication_seed, range(len(rows))))
        self.metrics = experiment.metrics
        self._names = [metric.name for metric in self.metrics]
        self._rows = list(rows)

    def __len__(self) -> int:
        """Return the number of replications."""
        return len(self._rows)

    @property
    def departments(self) -> tuple[str, ...]:
        """The identifiers of the departments, in order; those that a change opens come last."""
        return tuple(timelines(self.hospital.config))

    def values(self, metric: str, department: str | None = None) -> list[float | None]:
        """Return the values of a metric, one for each replication, of a department or of the hospital if None.

        Raises:
            ConfigurationError: If the metric was not measured, or the department does not exist.
        """
        column, part = self._column(metric), self._part(department)
        return [row[part][column] for row in self._rows]

    def interval(self, metric: str, department: str | None = None, *, confidence: float = CONFIDENCE) -> Interval:
        """Return the mean of a metric over the replications and its t-interval (errors as in ``values``)."""
        return t_interval(self.values(metric, department), confidence)

    def summary(self, metrics: Iterable[str] | None = None, *, confidence: float = CONFIDENCE) -> Table:
        """Return mean, low and high of each metric, of the hospital and, for named metrics, of each department.

        Args:
            metrics: Names of metrics to show for each department too; if None, all metrics of the hospital alone.
            confidence: Confidence of the intervals.
        """
        rows: list[tuple[Cell, ...]] = []
        for name in self._names if metrics is None else metrics:
            for department in self.parts[-1:] if metrics is None else self.parts:
                interval = self.interval(name, department, confidence=confidence)
                place = department or EVERYWHERE
                rows.append((name, self.unit(name), place, interval.mean, interval.low, interval.high, interval.values))
        return Table(f"{self._title}, means with {100 * confidence:g}% intervals", _SUMMARY, rows)

    def table(self) -> Table:
        """Return every value: a column for each metric, a row for each replication and department or hospital."""
        rows = [
            (number, department or EVERYWHERE, *row[self._part(department)])
            for number, row in enumerate(self._rows)
            for department in self.parts
        ]
        return Table(self._title, {"replication": int, "department": str, **dict.fromkeys(self._names, float)}, rows)

    @property
    def parts(self) -> tuple[str | None, ...]:
        """The departments, and None for the hospital if it has several departments."""
        return self.departments if len(self.departments) == 1 else (*self.departments, None)

    def unit(self, metric: str) -> str:
        """Return the unit of a metric."""
        return self.metrics[self._column(metric)].unit

    def _column(self, metric: str) -> int:
        if metric in self._names:
            return self._names.index(metric)
        if metric in METRICS:
            raise ConfigurationError(f"metric: {metric!r} was not measured; measured are {', '.join(self._names)}")
        raise unknown_metric(metric, self._names)

    def _part(self, department: str | None) -> int:
        if department is None:
            return 0
        if department not in self.departments:
            raise ConfigurationError(f"department: {department!r} is not one of {', '.join(self.departments)}")
        return 1 + self.departments.index(department)

    @property
    def _title(self) -> str:
        return f"{self.hospital.config.name}, {self.start} to {self.end}, {len(self)} replications"

    def __repr__(self) -> str:
        """Return the hospital, the days and the number of replications."""
        return f"<Replications of {self._title}>"


def replicate(
    hospital: Hospital,
    start: Day | None = None,
    end: Day | None = None,
    *,
    replications: int = 30,
    seed: int = 1,
    metrics: Iterable[str | Metric] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
) -> Replications:
    """Run a hospital several times on independent random numbers, and measure each run.

    Args:
        hospital: The hospital; each replication has its own warm-up.
        start: First day to measure; 1 January 2025 if None.
        end: Last day, inclusive; a year from the start if None.
        replications: Number of replications, 2 or more.
        seed: Seed of the experiment. No two pairs of a seed and a replication share a random stream.
        metrics: Names in ``hospital_sim.observe.METRICS``, or metrics of your own; all of the library's if None.
        executor: Any ``concurrent.futures.Executor``, for example Dask's ``client.get_executor()``.
        workers: Number of processes without an executor; if None, one for each processor where processes are forked.
        on_done: Called after each replication, with the number done and the total.

    Returns:
        The replications; executor and workers do not change them.

    Raises:
        ConfigurationError: If an argument is wrong; raised before anything runs.
    """
    experiment = Experiment(start, end, replications, seed, metrics, executor, workers, on_done)
    (result,) = run_experiment(experiment, [hospital])
    return result


def run_experiment(experiment: Experiment, hospitals: Sequence[Hospital]) -> list[Replications]:
    """Run the replications of each hospital; return them in the order of the hospitals.

    Raises:
        ConfigurationError: If a hospital cannot run on the days of the experiment; raised before anything runs.
    """
    for hospital in hospitals:
        experiment.check(hospital)
    size = experiment.replications
    tasks = [task for hospital in hospitals for task in experiment.tasks(hospital, 0, size)]
    with open_runner(experiment.executor, experiment.workers, experiment.on_done, len(tasks)) as runner:
        rows = runner.run(run_replication, tasks)
    return [
        Replications(hospital, experiment, rows[position * size : (position + 1) * size])
        for position, hospital in enumerate(hospitals)
    ]
