"""Replications: the same hospital run again and again on independent random numbers, and what they say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from datetime import date

from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.experiments.intervals import CONFIDENCE, Interval, t_interval
from hospital_sim.experiments.period import period
from hospital_sim.experiments.seeds import MOST_REPLICATIONS, replication_seed
from hospital_sim.experiments.tasks import OnDone, Replication, Row, open_runner, run_replication
from hospital_sim.hospital import Hospital
from hospital_sim.observe import METRICS, Metric, find_metrics
from hospital_sim.observe.metrics import unknown_metric
from hospital_sim.observe.observation import EVERYWHERE
from hospital_sim.simulation.runner import plan_run
from hospital_sim.tables import Cell, Table

FEWEST = 2


class Replications:
    """What the replications of a hospital showed.

    Args:
        plan: What was run.
        rows: For each replication, the metrics of the hospital and of each department in order.

    Attributes:
        hospital: The hospital.
        start: First day that was measured.
        end: Last day.
        seeds: The seed of each replication: ``hospital.simulate(start, end, seed=…)`` repeats it.
        metrics: What was measured.
    """

    def __init__(self, plan: Plan, rows: Sequence[tuple[Row, ...]]) -> None:
        self.hospital = plan.hospital
        self.start, self.end = plan.start, plan.end
        self.seeds = tuple(plan.seed(number) for number in range(len(rows)))
        self.metrics = plan.metrics
        self._names = [metric.name for metric in plan.metrics]
        self._rows = list(rows)

    def __len__(self) -> int:
        """Return the number of replications."""
        return len(self._rows)

    @property
    def departments(self) -> tuple[str, ...]:
        """The identifiers of the departments, in order."""
        return tuple(department.id for department in self.hospital.config.department)

    def values(self, metric: str, department: str | None = None) -> list[float | None]:
        """Return a metric of each replication, of a department or of the hospital if None.

        Raises:
            ConfigurationError: If the metric was not measured, or there is no such department.
        """
        column, part = self._column(metric), self._part(department)
        return [row[part][column] for row in self._rows]

    def interval(self, metric: str, department: str | None = None, *, confidence: float = CONFIDENCE) -> Interval:
        """Return the mean of a metric over the replications and its t-interval (errors as in ``values``)."""
        return t_interval(self.values(metric, department), confidence)

    def summary(self, metrics: Iterable[str] | None = None, *, confidence: float = CONFIDENCE) -> Table:
        """Return mean, low and high of each metric: of the hospital and, where metrics are named, of departments too.

        Args:
            metrics: Names of metrics, to have a row for each department too; if None, all that were measured, of the
                hospital alone.
            confidence: Of the intervals.
        """
        rows: list[tuple[Cell, ...]] = []
        for name in self._names if metrics is None else metrics:
            for department in self.parts[-1:] if metrics is None else self.parts:
                found = self.interval(name, department, confidence=confidence)
                where = department or EVERYWHERE
                rows.append((name, self.unit(name), where, found.mean, found.low, found.high, found.values))
        names = ("metric", "unit", "department", "mean", "low", "high", "values")
        return table(f"{self._title}, means with {100 * confidence:g}% intervals", names, rows)

    def table(self) -> Table:
        """Return every value: a column for each metric, a row for each replication and department, and the hospital."""
        rows = [
            (number, department or EVERYWHERE, *row[self._part(department)])
            for number, row in enumerate(self._rows)
            for department in self.parts
        ]
        return table(self._title, ("replication", "department", *self._names), rows)

    @property
    def parts(self) -> tuple[str | None, ...]:
        """The departments, and None for the hospital unless it has but one."""
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
        """Say what was run."""
        return f"<Replications of {self._title}>"


class Plan:
    """What an experiment runs of one hospital.

    Args:
        hospital: The hospital.
        start: First day to measure; the warm-up comes before.
        end: Last day.
        seed: Seed of the experiment.
        metrics: What to measure; all metrics of the library if None.

    Raises:
        ConfigurationError: If something of it is wrong: all is checked here, before anything runs.
    """

    def __init__(
        self,
        hospital: Hospital,
        start: str | date | None,
        end: str | date | None,
        seed: int,
        metrics: Iterable[str | Metric] | None,
    ) -> None:
        if not isinstance(hospital, Hospital):
            raise ConfigurationTypeError(f"hospital: must be a Hospital, not {hospital!r}; load one with hs.load")
        self.hospital = hospital
        self.start, self.end = period(start, end)
        self.metrics = find_metrics(metrics)
        self._seed = seed
        plan_run(hospital.config, self.start, self.end, self.seed(0))

    def seed(self, number: int) -> int:
        """Return the seed of a replication."""
        return replication_seed(self._seed, number)

    def tasks(self, first: int, end: int) -> list[Replication]:
        """Return the replications with the numbers from ``first`` up to, and without, ``end``."""
        names = tuple(metric.name if METRICS.get(metric.name) is metric else metric for metric in self.metrics)
        config = self.hospital.config
        return [Replication(config, self.start, self.end, self.seed(number), names) for number in range(first, end)]


def replicate(
    hospital: Hospital,
    start: str | date | None = None,
    end: str | date | None = None,
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
        replications: How many, 2 or more.
        seed: Seed of the experiment. No two pairs of a seed and a replication share a random stream.
        metrics: What to measure: names (see ``hospital_sim.observe.METRICS``) or metrics of one's own; all if None.
        executor: Any ``concurrent.futures.Executor``, for example Dask's ``client.get_executor()``.
        workers: Without an executor, how many processes; one for each processor if None, where processes are forked.
        on_done: Called as each replication is done, with how many are done and how many there are.

    Returns:
        The replications, the same whatever runs them.

    Raises:
        ConfigurationError: If an argument is wrong; nothing has run then.
    """
    plan = Plan(hospital, start, end, seed, metrics)
    check_replications(replications)
    with open_runner(executor, workers, on_done, replications) as runner:
        return Replications(plan, runner.run(run_replication, plan.tasks(0, replications)))


def check_replications(replications: int) -> None:
    """Raise ``ConfigurationError`` unless a number of replications is enough for an interval."""
    if isinstance(replications, bool) or not isinstance(replications, int):
        raise ConfigurationTypeError(f"replications: must be a whole number, not {replications!r}")
    if not FEWEST <= replications <= MOST_REPLICATIONS:
        raise ConfigurationError(
            f"replications: must be {FEWEST} or more (an interval needs two), at most {MOST_REPLICATIONS}, "
            f"not {replications}"
        )


def table(title: str, names: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Table:
    """Return rows as a table."""
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return Table(title, {name: list(values) for name, values in zip(names, columns, strict=True)})
