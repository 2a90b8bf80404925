"""Runs the studies and collects their checks in a report."""

import operator
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hospital_sim.experiments.experiment import check_replications, replication_seed
from hospital_sim.experiments.tasks import OnDone, open_runner
from hospital_sim.validation.checks import Check
from hospital_sim.validation.studies import building_blocks, exact, inputs, loss, stroke, unlimited, waiting
from hospital_sim.validation.study import Study

STUDIES: tuple[Study, ...] = (
    *exact.STUDIES,
    *inputs.STUDIES,
    *unlimited.STUDIES,
    *loss.STUDIES,
    *waiting.STUDIES,
    *stroke.STUDIES,
    *building_blocks.STUDIES,
)
"""All studies, in the order in which they are shown."""

REPLICATIONS = 30
"""Replications of each study; the means of fewer replications are not normal enough."""


@dataclass(frozen=True, slots=True)
class Report:
    """The checks of a validation.

    Attributes:
        seed: Seed of all replications.
        replications: Replications of each study.
        studies: Name and checks of each study.
    """

    seed: int
    replications: int
    studies: tuple[tuple[str, tuple[Check, ...]], ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of all studies."""
        return tuple(check for _, checks in self.studies for check in checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)


def validate(
    *,
    seed: int = 1,
    replications: int = REPLICATIONS,
    studies: Sequence[Study] = STUDIES,
    executor: Executor | None = None,
    workers: int | None = None,
    on_done: OnDone | None = None,
) -> Report:
    """Simulate models that queueing theory has an answer for, and compare.

    Args:
        seed: Seed of all replications.
        replications: Replications of each study, 2 or more; the checks are designed for 30 or more.
        studies: Studies to run; all by default.
        executor: Runs the replications; new processes if None.
        workers: Number of processes without an executor, as in ``replicate``.
        on_done: Called after each replication, with the number done and the total.

    Raises:
        ConfigurationError: If the seed, the replications or the workers are out of range.
    """
    replications = check_replications(replications)
    order = sorted(studies, key=lambda study: study.cost, reverse=True)
    tasks = [
        partial(study.replicate, replication_seed(seed, number)) for study in order for number in range(replications)
    ]
    with open_runner(executor, workers, on_done, len(tasks)) as runner:
        measured = runner.run(operator.call, tasks)
    by_name = {}
    for position, study in enumerate(order):
        runs = measured[position * replications : (position + 1) * replications]
        samples = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
        by_name[study.name] = tuple(replace(judge(samples), name=name) for name, judge in study.checks.items())
    return Report(seed, replications, tuple((study.name, by_name[study.name]) for study in studies))
