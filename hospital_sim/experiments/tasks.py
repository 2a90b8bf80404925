"""Replications as tasks: small to send, run on any executor, and their results in the order in which they were given.

So the results are the same whatever the executor and the number of its workers.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from hospital_sim.config import HospitalConfig
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError
from hospital_sim.observe import Metric, find_metrics, measure

OnDone = Callable[[int, int], None]
"""Called as a replication is done, with how many are done and how many there are in all."""

Row = tuple[float | None, ...]
"""The metrics of one part of a hospital, in the order in which they were asked for."""

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication to run.

    Attributes:
        config: The hospital.
        start: First day that is measured.
        end: Last day.
        seed: Seed of the run.
        metrics: What to measure; the library's own by name.
    """

    config: HospitalConfig
    start: date
    end: date
    seed: int
    metrics: tuple[str | Metric, ...]


def run_replication(task: Replication) -> tuple[Row, ...]:
    """Run one replication; return the metrics of the hospital, then of each department in order."""
    seen = measure(task.config, task.start, task.end, seed=task.seed)
    metrics = find_metrics(task.metrics)
    return tuple(tuple(metric.of(part) for metric in metrics) for part in (seen.hospital, *seen.departments.values()))


class Runner:
    """Runs tasks, here or on an executor.

    Args:
        executor: Where; here, one after another, if None.
        on_done: Called as each task is done.
    """

    def __init__(self, executor: Executor | None, on_done: OnDone | None) -> None:
        self._executor = executor
        self._on_done = on_done

    def run(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """Return the result of each task, in order; after an error, what has not begun is dropped."""
        if self._executor is None:
            results = []
            for number, task in enumerate(tasks, 1):
                results.append(work(task))
                self._tell(number, len(tasks))
            return results
        futures: list[Future[Result]] = []
        try:
            futures.extend(self._executor.submit(work, task) for task in tasks)
            for number, future in enumerate(as_completed(futures), 1):
                future.result()
                self._tell(number, len(tasks))
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _tell(self, done: int, total: int) -> None:
        if self._on_done is not None:
            self._on_done(done, total)


@contextmanager
def open_runner(executor: Executor | None, workers: int | None, on_done: OnDone | None, most: int) -> Iterator[Runner]:
    """Yield what runs tasks; processes that were started for it end with it.

    Args:
        executor: Where to run them; it is left open.
        workers: Without an executor, how many processes; 1 runs them in this one. If None, as many as there are
            processors where processes are forked, else 1: elsewhere a script has to guard its main module first.
        on_done: Called as each task is done.
        most: How many tasks there are to run side by side at most.

    Raises:
        ConfigurationError: If both an executor and a number of workers are given, or the number is below 1.
    """
    if executor is not None:
        if workers is not None:
            raise ConfigurationError("workers: give either workers or an executor, which has its own")
        if not isinstance(executor, Executor):
            raise ConfigurationTypeError(f"executor: must be a concurrent.futures.Executor, not {executor!r}")
        yield Runner(executor, on_done)
        return
    size = min(_processors() if workers is None else _checked(workers), most)
    if size <= 1:
        yield Runner(None, on_done)
        return
    # Imported here: those who only import the library need not wait for it.
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(size)
    try:
        yield Runner(pool, on_done)
    finally:
        pool.shutdown(cancel_futures=True)


def _checked(workers: int) -> int:
    if isinstance(workers, bool) or not isinstance(workers, int):
        raise ConfigurationTypeError(f"workers: must be a whole number, not {workers!r}")
    if workers < 1:
        raise ConfigurationError(f"workers: must be 1 or more, not {workers}")
    return workers


def _processors() -> int:
    """Return how many processes may be started without asking: 1 where it takes the caller's care."""
    import multiprocessing

    method = multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    if method != "fork" or multiprocessing.current_process().daemon:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
