"""Runs and measures a hospital several times, and compares the means with the published figures."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import partial

from hospital_sim.config import HospitalConfig
from hospital_sim.experiments.experiment import check_replications, replication_seed
from hospital_sim.experiments.intervals import Interval, t_interval
from hospital_sim.experiments.tasks import OnDone, open_runner
from hospital_sim.hospital import Hospital
from hospital_sim.simulation.runner import observe, plan_run
from hospital_sim.validation.calibration.figures import GROUPS, Figure
from hospital_sim.validation.calibration.measures import Measured, Year, measure
from hospital_sim.validation.calibration.spell_log import SpellLog

START, END = date(2024, 4, 1), date(2025, 3, 31)
"""First and last day by default: a financial year, because it holds a whole winter."""

AGREES, DIFFERS, NOT_JUDGED = "agrees", "differs", "not judged"


@dataclass(frozen=True, slots=True)
class Row:
    """A published figure and the simulated mean.

    Attributes:
        group: Subject of the figure.
        figure: The published figure.
        simulated: Mean over the replications and its interval.
    """

    group: str
    figure: Figure
    simulated: Interval

    @property
    def verdict(self) -> str:
        """Verdict on the simulated mean: in the figure's band or not; not judged without a band or a mean."""
        agrees = None if self.simulated.mean is None else self.figure.agrees(self.simulated.mean)
        return NOT_JUDGED if agrees is None else AGREES if agrees else DIFFERS


@dataclass(frozen=True, slots=True)
class Agreement:
    """The published figures and the simulated means of a hospital.

    Attributes:
        hospital: The hospital.
        start: First day measured.
        end: Last day measured.
        replications: Number of runs.
        rows: One row for each figure.
    """

    hospital: Hospital
    start: date
    end: date
    replications: int
    rows: tuple[Row, ...]

    def count(self, verdict: str) -> int:
        """Return the number of figures with a verdict."""
        return sum(row.verdict == verdict for row in self.rows)


def calibration(
    hospital: Hospital,
    *,
    replications: int = 10,
    seed: int = 1,
    start: date = START,
    end: date = END,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
) -> Agreement:
    """Measure a hospital the way the published figures are measured, and compare.

    Args:
        hospital: The hospital.
        replications: Number of runs on independent random numbers, 1 or more.
        seed: Seed of the experiment.
        start: First day to measure; the warm-up comes before it.
        end: Last day, inclusive.
        executor: Any ``concurrent.futures.Executor``.
        workers: Number of processes without an executor, as in ``replicate``.
        on_done: Called after each run, with the number done and the total.

    Raises:
        ConfigurationError: If an argument is wrong; nothing has run then.
    """
    replications = check_replications(replications, fewest=1)
    seeds = [replication_seed(seed, number) for number in range(replications)]
    plan_run(hospital.config, start, end, seeds[0])
    with open_runner(executor, workers, on_done, replications) as runner:
        measured = runner.run(partial(_measure_run, hospital.config, start, end), seeds)
    return Agreement(hospital, start, end, replications, _rows(measured))


def _measure_run(config: HospitalConfig, start: date, end: date, seed: int) -> Measured:
    log = SpellLog()
    observe(config, plan_run(config, start, end, seed), log)
    return measure(Year(config, log, start, end))


def _rows(measured: Sequence[Measured]) -> tuple[Row, ...]:
    return tuple(
        Row(group, figure, t_interval([measures.get(figure.measure) for measures in measured]))
        for group, figures in GROUPS.items()
        for figure in figures
    )
