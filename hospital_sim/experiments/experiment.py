"""The arguments that replicate, compare and sweep share, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from datetime import date, timedelta

from hospital_sim.clock import Day, parse_date
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.experiments.tasks import OnDone, Replication
from hospital_sim.hospital import Hospital
from hospital_sim.observe import METRICS, Metric, find_metrics
from hospital_sim.simulation.runner import plan_run

FIRST_DAY = date(2025, 1, 1)
"""First day of an experiment by default: a year without a leap day begins with it."""

REPLICATION_BITS = 21
MOST_REPLICATIONS = 2**REPLICATION_BITS
LARGEST_SEED = 2 ** (63 - REPLICATION_BITS) - 2


class Experiment:
    """The arguments that experiments share, checked, with defaults for those that are None.

    Args and attributes are those of ``replicate``, but ``replications`` and ``metrics`` are for each hospital. Executor
    and workers are checked by ``open_runner``, and hospitals by ``check``.

    Raises:
        ConfigurationError: If a day, the number of replications, the seed or a metric is wrong.
    """

    def __init__(
        self,
        start: Day | None,
        end: Day | None,
        replications: int,
        seed: int,
        metrics: Iterable[str | Metric] | None = None,
        executor: Executor | None = None,
        workers: int | None = None,
        on_done: OnDone | None = None,
    ) -> None:
        self.start = FIRST_DAY if start is None else parse_date("start", start)
        self.end = _year_after(self.start) if end is None else parse_date("end", end)
        if self.end < self.start:
            raise ConfigurationError(f"end: {self.end} is before the start, {self.start}; both days are included")
        self.replications = check_replications(replications)
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.metrics = find_metrics(metrics)
        self.executor, self.workers, self.on_done = executor, workers, on_done

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
    upper = whole_number("seed", seed, 0, LARGEST_SEED) + 1
    return upper << REPLICATION_BITS | whole_number("replication", replication, 0, MOST_REPLICATIONS - 1)


def check_replications(replications: int, fewest: int = 2) -> int:
    """Return a number of replications; raise ``ConfigurationError`` unless it is whole and in its range."""
    number = whole_number("replications", replications)
    if not fewest <= number <= MOST_REPLICATIONS:
        lowest = f"{fewest} or more{' (an interval needs two)' if fewest == 2 else ''}"
        raise ConfigurationError(f"replications: must be {lowest}, at most {MOST_REPLICATIONS}, not {number}")
    return number


def _year_after(first: date) -> date:
    """Return the last day of the year that begins on a day."""
    leap_day = (first.month, first.day) == (2, 29)
    following = date(first.year + 1, 3, 1) if leap_day else first.replace(year=first.year + 1)
    return following - timedelta(days=1)
