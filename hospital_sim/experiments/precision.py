"""Finds the number of replications for an interval of a required width."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import accumulate

from hospital_sim.clock import Day
from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments.experiment import Experiment
from hospital_sim.experiments.intervals import CONFIDENCE, Interval, check_confidence, t_interval
from hospital_sim.experiments.replications import Replications
from hospital_sim.experiments.tasks import Row, open_runner, run_replication
from hospital_sim.hospital import Hospital
from hospital_sim.observe import Metric

FEWEST = 5
LOOK_AHEAD = 5
"""Number of further replications that must confirm a narrow interval (Hoad, Robinson and Davies 2010)."""

_BLOCK = 10


@dataclass(frozen=True)
class Precision:
    """The number of replications for a required precision.

    Attributes:
        replications: Smallest number after which the interval is narrow enough, and stays so for ``LOOK_AHEAD`` more.
        interval: Interval after that number.
        half_widths: Half-width after 2, 3, … replications, for all that were run.
        ran: All replications that were run.
    """

    replications: int
    interval: Interval
    half_widths: tuple[float, ...]
    ran: Replications


def replications_for(
    hospital: Hospital,
    metric: str | Metric,
    start: Day | None = None,
    end: Day | None = None,
    *,
    precision: float,
    relative: bool = False,
    department: str | None = None,
    confidence: float = CONFIDENCE,
    at_most: int = 1000,
    seed: int = 1,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: Callable[[int, float | None], None] | None = None,
) -> Precision:
    """Run replications until the interval of a metric has a required half-width; return how many it took.

    The next ``LOOK_AHEAD`` intervals must be narrow enough too, because the first narrow interval may be luck.

    Args:
        hospital: The hospital.
        metric: Metric to measure, or its name.
        start: First day to measure; 1 January 2025 if None.
        end: Last day, inclusive; a year from the start if None.
        precision: Required half-width, in the unit of the metric.
        relative: True if ``precision`` is a share of the mean.
        department: Identifier of a department; the whole hospital if None.
        confidence: Confidence of the interval.
        at_most: Largest number of replications to try.
        seed: Seed of the experiment; ``replicate`` with it runs the same replications.
        executor: Any ``concurrent.futures.Executor``.
        workers: Number of processes without an executor, as in ``replicate``.
        on_done: Called after each block of replications, with the number done and the half-width.

    Raises:
        ConfigurationError: If an argument is wrong, or ``at_most`` replications are not enough.
    """
    experiment = Experiment(start, end, at_most, seed, [metric])
    at_most = experiment.replications
    experiment.check(hospital)
    check_confidence(confidence)
    if not 0 < precision < float("inf"):
        raise ConfigurationError(f"precision: must be above 0 and finite, not {precision}")
    name = experiment.metrics[0].name
    # Checks the department before anything runs, although there are no values yet.
    Replications(hospital, experiment, []).values(name, department)
    rows: list[tuple[Row, ...]] = []
    with open_runner(executor, workers, None, _BLOCK) as runner:
        while True:
            block = experiment.tasks(hospital, len(rows), min(len(rows) + _BLOCK, at_most))
            rows += runner.run(run_replication, block)
            ran = Replications(hospital, experiment, rows)
            intervals = [t_interval(values, confidence) for values in _beginnings(ran.values(name, department))]
            narrow = [_is_narrow(interval, precision, relative=relative) for interval in intervals]
            enough = _enough(narrow, ended=len(rows) == at_most)
            if on_done is not None:
                on_done(len(rows), intervals[-1].half_width)
            if enough is not None:
                widths = tuple(interval.half_width for interval in intervals if interval.half_width is not None)
                return Precision(enough, intervals[enough - 1], widths, ran)
            if len(rows) == at_most:
                raise ConfigurationError(
                    f"precision: {at_most} replications give {name} {intervals[-1]}, not within "
                    f"{precision:g}{' of the mean' if relative else ''}; ask for less, or allow more with at_most"
                )


def _beginnings(values: list[float | None]) -> list[list[float | None]]:
    return list(accumulate(([value] for value in values), list.__add__))


def _is_narrow(interval: Interval, precision: float, *, relative: bool) -> bool:
    if interval.half_width is None or interval.mean is None:
        return False
    return interval.half_width <= (precision * abs(interval.mean) if relative else precision)


def _enough(narrow: list[bool], *, ended: bool) -> int | None:
    """Return the first number of replications from which ``1 + LOOK_AHEAD`` intervals are narrow, or all others."""
    for number in range(FEWEST, len(narrow) + 1):
        following = narrow[number - 1 : number + LOOK_AHEAD]
        if all(following) and (len(following) == 1 + LOOK_AHEAD or ended):
            return number
    return None
