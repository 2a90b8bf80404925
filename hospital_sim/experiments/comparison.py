"""Compares scenarios on common random numbers, so that each replication has the same requests and stays in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor

from hospital_sim.clock import Day
from hospital_sim.config.demand_checks import demand_notes
from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments.alignment import notes, on_common_streams
from hospital_sim.experiments.differences import Difference, difference_cells
from hospital_sim.experiments.experiment import Experiment
from hospital_sim.experiments.intervals import CONFIDENCE, t_interval
from hospital_sim.experiments.replications import Replications, run_experiment
from hospital_sim.experiments.tasks import OnDone
from hospital_sim.hospital import Hospital
from hospital_sim.observe import Metric
from hospital_sim.tables import Table


class Comparison:
    """Replications of scenarios on common random numbers.

    Args:
        scenarios: Replications of each scenario by name; the others are compared with the first.
        notes: Differences between the scenarios.

    Attributes:
        scenarios: Replications of each scenario by name.
        notes: Differences between the scenarios, such as departments that did not have the same requests.
    """

    def __init__(self, scenarios: Mapping[str, Replications], notes: Iterable[str] = ()) -> None:
        self.scenarios = dict(scenarios)
        self._base = next(iter(self.scenarios))
        self.notes = tuple(notes)

    def difference(
        self, metric: str, department: str | None = None, *, of: str | None = None, confidence: float = CONFIDENCE
    ) -> Difference:
        """Return the difference of a metric from the first scenario, with a paired t-interval.

        Args:
            metric: Name of a metric.
            department: Identifier of a department; the whole hospital if None.
            of: Name of the scenario; optional if there are two.
            confidence: Confidence of the interval. It holds for each interval alone, not for many together.

        Raises:
            ConfigurationError: If the metric was not measured, or the scenario or the department does not exist.
        """
        other = self._other(of)
        first = self.scenarios[self._base].values(metric, department)
        second = self.scenarios[other].values(metric, department)
        pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
        return Difference(
            metric,
            self.scenarios[self._base].unit(metric),
            department,
            self._base,
            other,
            t_interval([a for a, _ in pairs], confidence).mean,
            t_interval([b for _, b in pairs], confidence).mean,
            t_interval([b - a for a, b in pairs], confidence),
        )

    def differences(
        self, metrics: Iterable[str] | None = None, *, of: str | None = None, confidence: float = CONFIDENCE
    ) -> list[Difference]:
        """Return the difference of each metric, for every department that both have and for the hospital."""
        other = self._other(of)
        names = [metric.name for metric in self.scenarios[self._base].metrics] if metrics is None else list(metrics)
        shared = [part for part in self.scenarios[self._base].departments if part in self.scenarios[other].departments]
        sizes = {len(self.scenarios[name].departments) for name in (self._base, other)}
        is_whole_hospital = sizes == {1} and len(shared) == 1
        parts: list[str | None] = [*shared] if is_whole_hospital else [*shared, None]
        return [self.difference(name, part, of=other, confidence=confidence) for name in names for part in parts]

    def table(
        self,
        metrics: str | Iterable[str] | None = None,
        *,
        of: str | None = None,
        confidence: float = CONFIDENCE,
    ) -> Table:
        """Return both means, the difference, its interval and the verdict, in a row for each metric and department."""
        names = [metrics] if isinstance(metrics, str) else metrics
        other = self._other(of)
        rows = [difference_cells(entry) for entry in self.differences(names, of=other, confidence=confidence)]
        numbers = dict.fromkeys((self._base, other, "difference", "low", "high"), float)
        types = {"metric": str, "unit": str, "department": str, **numbers, "verdict": str}
        size = len(self.scenarios[self._base])
        title = f"{other} compared with {self._base}, {size} replications, {100 * confidence:g}% intervals"
        return Table(title, types, rows)

    def _other(self, of: str | None) -> str:
        others = [name for name in self.scenarios if name != self._base]
        if of is None and len(others) == 1:
            return others[0]
        if of not in others:
            problem = "say which scenario" if of is None else f"{of!r} is not a scenario"
            raise ConfigurationError(f"of: {problem}; compared with {self._base!r} are {', '.join(others)}")
        return of

    def __repr__(self) -> str:
        """Return the names of the scenarios and the number of replications."""
        size = len(self.scenarios[self._base])
        return f"<Comparison of {', '.join(self.scenarios)}: {size} replications>"

    def _repr_html_(self) -> str | None:
        return self.table()._repr_html_() if len(self.scenarios) == 2 else None


def compare(
    scenarios: Mapping[str, Hospital] | None = None,
    /,
    *,
    start: Day | None = None,
    end: Day | None = None,
    replications: int = 30,
    seed: int = 1,
    metrics: Iterable[str | Metric] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
    **named: Hospital,
) -> Comparison:
    """Compare hospitals on common random numbers: ``compare(now=hospital, more=other, replications=30)``.

    In each replication, departments with the same identifier draw from the same random streams in all scenarios, even
    if the hospitals' identifiers differ. If demand and stays of a department are the same too, it has the same
    patients, so that the difference shows the change and little chance.

    Args:
        scenarios: Hospitals by name; those passed by keyword come after them.
        start: First day to measure; 1 January 2025 if None.
        end: Last day, inclusive; a year from the start if None.
        replications: Number of replications of each, 2 or more.
        seed: Seed of the experiment.
        metrics: Metrics to measure, or their names; all metrics of the library if None.
        executor: Any ``concurrent.futures.Executor``.
        workers: Number of processes without an executor; if None, one for each processor where processes are forked.
        on_done: Called after each replication, with the number done and the total.
        named: Hospitals by name, two or more in all; the others are compared with the first.

    Returns:
        The comparison; executor and workers do not change it.

    Raises:
        ConfigurationError: If an argument is wrong; raised before anything runs.
    """
    hospitals = {**(scenarios or {}), **named}
    if len(hospitals) < 2:
        raise ConfigurationError(
            f"scenarios: give two or more by name, as in compare(now=hospital, more=other), not {len(hospitals)}"
        )
    experiment = Experiment(start, end, replications, seed, metrics, executor, workers, on_done)
    return compare_hospitals(experiment, hospitals)


def compare_hospitals(experiment: Experiment, hospitals: Mapping[str, Hospital]) -> Comparison:
    """Compare hospitals by name on common random numbers (errors as in ``compare``)."""
    aligned = on_common_streams(hospitals)
    replications = run_experiment(experiment, list(aligned.values()))
    days = (note for each in hospitals.values() for note in demand_notes(each.config, experiment.start, experiment.end))
    return Comparison(dict(zip(aligned, replications, strict=True)), [*notes(hospitals), *dict.fromkeys(days)])
