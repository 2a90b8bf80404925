"""Scenarios compared on common random numbers: each replication meets the same requests and stays in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from datetime import date

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
    """What scenarios showed on common random numbers.

    Args:
        scenarios: The replications of each, by name; the first is what the others are compared with.
        notes: What to know of it.

    Attributes:
        scenarios: The replications of each, by name.
        notes: What to know of it: how the scenarios differ, and where they did not meet the same requests.
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
            of: Name of the scenario; may be left out if there are two.
            confidence: Of the interval. Each interval stands for itself: many of them miss more often than one.

        Raises:
            ConfigurationError: If the metric was not measured, there is no such scenario, or a scenario has no such
                department.
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
        """Return the difference of each metric, of every department that both have and of the hospital."""
        other = self._other(of)
        names = [metric.name for metric in self.scenarios[self._base].metrics] if metrics is None else list(metrics)
        shared = [part for part in self.scenarios[self._base].departments if part in self.scenarios[other].departments]
        alone = (
            len(self.scenarios[self._base].departments) == len(self.scenarios[other].departments) == len(shared) == 1
        )
        parts: list[str | None] = [*shared] if alone else [*shared, None]
        return [self.difference(name, part, of=other, confidence=confidence) for name in names for part in parts]

    def table(
        self,
        metrics: str | Iterable[str] | None = None,
        *,
        of: str | None = None,
        confidence: float = CONFIDENCE,
    ) -> Table:
        """Return a row for each metric and department: both means, the difference, its interval and the verdict."""
        names = [metrics] if isinstance(metrics, str) else metrics
        other = self._other(of)
        rows = [difference_cells(entry) for entry in self.differences(names, of=other, confidence=confidence)]
        columns = ("metric", "unit", "department", self._base, other, "difference", "low", "high", "verdict")
        size = len(self.scenarios[self._base])
        title = f"{other} compared with {self._base}, {size} replications, {100 * confidence:g}% intervals"
        return Table.from_rows(title, columns, rows)

    def _other(self, of: str | None) -> str:
        others = [name for name in self.scenarios if name != self._base]
        if of is None and len(others) == 1:
            return others[0]
        if of not in others:
            problem = "say which scenario" if of is None else f"{of!r} is not a scenario"
            raise ConfigurationError(f"of: {problem}; compared with {self._base!r} are {', '.join(others)}")
        return of

    def __repr__(self) -> str:
        """Say what was compared."""
        size = len(self.scenarios[self._base])
        return f"<Comparison of {', '.join(self.scenarios)}: {size} replications>"

    def _repr_html_(self) -> str | None:
        return self.table()._repr_html_() if len(self.scenarios) == 2 else None


def compare(
    scenarios: Mapping[str, Hospital] | None = None,
    /,
    *,
    start: str | date | None = None,
    end: str | date | None = None,
    replications: int = 30,
    seed: int = 1,
    metrics: Iterable[str | Metric] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
    **named: Hospital,
) -> Comparison:
    """Compare hospitals on common random numbers: ``compare(now=hospital, more=other, replications=30)``.

    In each replication a department with the same identifier draws from the same random streams in all scenarios, also
    if the hospitals' identifiers differ. So where its demand and stays are the same, it meets the same patients, and
    the difference shows what was changed and little else.

    Args:
        scenarios: The hospitals by name, in place of or before those that are named by keyword.
        start: First day to measure; 1 January 2025 if None.
        end: Last day, inclusive; a year from the start if None.
        replications: How many of each, 2 or more.
        seed: Seed of the experiment.
        metrics: What to measure; all metrics of the library if None.
        executor: Any ``concurrent.futures.Executor``.
        workers: Without an executor, how many processes; one for each processor if None, where processes are forked.
        on_done: Called as each replication is done, with how many are done and how many there are.
        named: The hospitals by name, two or more in all; the first is what the others are compared with.

    Returns:
        The comparison, the same whatever runs it.

    Raises:
        ConfigurationError: If an argument is wrong; nothing has run then.
    """
    hospitals = {**(scenarios or {}), **named}
    if len(hospitals) < 2:
        raise ConfigurationError(
            f"scenarios: give two or more by name, as in compare(now=hospital, more=other), not {len(hospitals)}"
        )
    experiment = Experiment.checked(start, end, replications, seed, metrics, executor, workers, on_done)
    return compare_hospitals(experiment, hospitals)


def compare_hospitals(experiment: Experiment, hospitals: Mapping[str, Hospital]) -> Comparison:
    """Compare hospitals by name on common random numbers (errors as in ``compare``)."""
    aligned = on_common_streams(hospitals)
    replications = run_experiment(experiment, list(aligned.values()))
    return Comparison(dict(zip(aligned, replications, strict=True)), notes(hospitals))
