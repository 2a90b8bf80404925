"""The arguments that replicate, compare and sweep share, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date, timedelta

from hospital_sim.clock import parse_date
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.experiments.tasks import OnDone, Replication
from hospital_sim.hospital import Hospital
from hospital_sim.observe import METRICS, Metric, find_metrics
from hospital_sim.simulation.runner import plan_run

FIRST_DAY = date(2025, 1, 1)
"""First day of an experiment by default: a year without a leap day begins with it."""

FEWEST_REPLICATIONS = 2
REPLICATION_BITS = 21
MOST_REPLICATIONS = 2**REPLICATION_BITS
LARGEST_SEED = 2 ** (63 - REPLICATION_BITS) - 2


@dataclass(frozen=True, slots=True)
class Experiment:
    """The arguments that experiments share. ``Experiment.checked`` makes one from the arguments of a caller.

    Attributes:
        start: First day to measure; the warm-up comes before it.
        end: Last day, inclusive.
        replications: Number of replications of each hospital.
        seed: Seed of the experiment.
        metrics: Metrics to measure.
        executor: Runs the replications; None for processes of this experiment.
        workers: Number of those processes; None for the default.
        on_done: Called after each replication, with the number done and the total.
    """

    start: date
    end: date
    replications: int
    seed: int
    metrics: tuple[Metric, ...]
    executor: Executor | None = None
    workers: int | None = None
    on_done: OnDone | None = None

    @classmethod
    def checked(
        cls,
        start: str | date | None,
        end: str | date | None,
        replications: int,
        seed: int,
        metrics: Iterable[str | Metric] | None = None,
        executor: Executor | None = None,
        workers: int | None = None,
        on_done: OnDone | None = None,
    ) -> Experiment:
        """Return the arguments of an experiment, with defaults for those that are None.

        Args:
            start: First day to measure; ``FIRST_DAY`` if None.
            end: Last day, inclusive; a year from the start if None.
            replications: Number of replications, 2 or more.
            seed: Seed of the experiment.
            metrics: Names of metrics, or metrics; all metrics of the library if None.
            executor: Runs the replications.
            workers: Number of processes without an executor.
            on_done: Called after each replication.

        Raises:
            ConfigurationError: If a day, the number of replications, the seed or a metric is wrong. Executor and
                workers are checked by ``open_runner``, and hospitals by ``check``.
        """
        first = FIRST_DAY if start is None else parse_date("start", start)
        last = _year_after(first) if end is None else parse_date("end", end)
        if last < first:
            raise ConfigurationError(f"end: {last} is before the start, {first}; both days are included")
        _check_replications(replications)
        replication_seed(seed, 0)
        return cls(first, last, replications, seed, find_metrics(metrics), executor, workers, on_done)

    def check(self, hospital: Hospital) -> None:
        """Raise ``ConfigurationError`` unless a hospital can run on the days of the experiment."""
        if not isinstance(hospital, Hospital):
            raise ConfigurationTypeError(f"hospital: must be a Hospital, not {hospital!r}; load one with hs.load")
        plan_run(hospital.config, self.start, self.end, self.replication_seed(0))

    def replication_seed(self, number: int) -> int:
        """Return the seed of a replication."""
        return replication_seed(self.seed, number)

    def tasks(self, hospital: Hospital, first: int, end: int) -> list[Replication]:
        """Return the replications of a hospital with the numbers from ``first`` up to, and without, ``end``."""
        # Names where possible, because they are smaller to pickle than metrics.
        metrics = tuple(metric.name if METRICS.get(metric.name) is metric else metric for metric in self.metrics)
        return [
            Replication(hospital.config, self.start, self.end, self.replication_seed(number), metrics)
            for number in range(first, end)
        ]


def replication_seed(seed: int, replication: int) -> int:
    """Return the seed of one replication: ``seed + 1`` in the upper 42 bits, ``replication`` in the lower 21.

    So different pairs of seed and replication have different seeds, none of them below 2,097,152, where people choose
    seeds for a single run. ``Hospital.simulate`` with this seed repeats the replication with its events, because every
    random stream is keyed by the seed (``hospital_sim.draws.streams``).

    Args:
        seed: Seed of the experiment, from 0 to ``LARGEST_SEED``.
        replication: Its number, from 0, below ``MOST_REPLICATIONS``.

    Raises:
        ConfigurationError: If one of them is not a whole number in its range.
    """
    _check_range("seed", seed, LARGEST_SEED)
    _check_range("replication", replication, MOST_REPLICATIONS - 1)
    return (seed + 1) << REPLICATION_BITS | replication


def _check_range(name: str, value: int, largest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationTypeError(f"{name}: must be a whole number, not {value!r}")
    if not 0 <= value <= largest:
        raise ConfigurationError(f"{name}: must be between 0 and {largest}, not {value}")


def _check_replications(replications: int) -> None:
    if isinstance(replications, bool) or not isinstance(replications, int):
        raise ConfigurationTypeError(f"replications: must be a whole number, not {replications!r}")
    if not FEWEST_REPLICATIONS <= replications <= MOST_REPLICATIONS:
        raise ConfigurationError(
            f"replications: must be {FEWEST_REPLICATIONS} or more (an interval needs two), "
            f"at most {MOST_REPLICATIONS}, not {replications}"
        )


def _year_after(first: date) -> date:
    """Return the last day of the year that begins on a day."""
    leap_day = (first.month, first.day) == (2, 29)
    following = date(first.year + 1, 3, 1) if leap_day else first.replace(year=first.year + 1)
    return following - timedelta(days=1)
