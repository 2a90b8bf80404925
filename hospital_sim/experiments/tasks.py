"""Runs replications as tasks, in this process or on an executor.

Tasks are small to pickle. Results come back in the order of the tasks, so that they are the same for any executor and
any number of workers.
"""

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from hospital_sim.config import HospitalConfig
from hospital_sim.distributions.numbers import whole_number
from hospital_sim.errors import ConfigurationError, ConfigurationTypeError, HospitalSimError
from hospital_sim.observe import Metric, find_metrics, measure

OnDone = Callable[[int, int], None]
"""Called after each replication, with the number done and the total."""

Row = tuple[float | None, ...]
"""The metrics of one department or of the hospital, in the order of the experiment."""

_WAYS_OUT = "define it with def or class in a module that you import, or use one process (workers: 1)"

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Replication:
    """One replication to run.

    Attributes:
        config: Configuration of the hospital.
        start: First day to measure.
        end: Last day, inclusive.
        seed: Seed of the run.
        metrics: Metrics to measure; those of the library by name.
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


class WorkerEndedError(HospitalSimError):
    """A process that ran tasks ended in the middle of its work."""


class Runner:
    """Runs tasks.

    Args:
        executor: Runs the tasks; if None, they run in this process, one after another.
        on_done: Called after each task.
    """

    def __init__(self, executor: Executor | None, on_done: OnDone | None) -> None:
        self._executor = executor
        self._on_done = on_done

    def run(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """Return the result of each task, in order; an error cancels the tasks that have not begun.

        Raises:
            ConfigurationError: If the tasks cannot be pickled for other processes.
            WorkerEndedError: If a process ended in the middle of its work.
        """
        if self._executor is None:
            results = []
            for number, task in enumerate(tasks, 1):
                results.append(work(task))
                self._report(number, len(tasks))
            return results
        # Imported here, because it takes time that most users of the library do not need.
        from concurrent.futures import ProcessPoolExecutor

        if tasks and isinstance(self._executor, ProcessPoolExecutor):
            _check_pickling(work, tasks[0])
        futures: list[Future[Result]] = []
        try:
            futures.extend(self._executor.submit(work, task) for task in tasks)
            for number, future in enumerate(as_completed(futures), 1):
                future.result()
                self._report(number, len(tasks))
            return [future.result() for future in futures]
        except BrokenExecutor as error:
            raise WorkerEndedError(
                "workers: a process ended in the middle of its work: it was killed, or it could not import what a "
                f"notebook or a script defines; {_WAYS_OUT}"
            ) from error
        finally:
            for future in futures:
                future.cancel()

    def _report(self, done: int, total: int) -> None:
        if self._on_done is not None:
            self._on_done(done, total)


def _check_pickling(work: Callable[[Task], object], task: Task) -> None:
    """Raise an error that names what cannot be pickled; the pool itself would wait for ever after such a task."""
    for metric in getattr(task, "metrics", ()):
        if isinstance(metric, Metric) and _pickling_error(metric) is not None:
            raise ConfigurationError(
                f"metrics: {metric.name!r} cannot be sent to other processes, because its function is a lambda or is "
                f"defined inside another function; {_WAYS_OUT}"
            )
    error = _pickling_error((work, task))
    if error is not None:
        raise ConfigurationError(f"workers: the hospital cannot be sent to other processes: {error}; {_WAYS_OUT}")


def _pickling_error(value: object) -> Exception | None:
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        return error
    return None


@contextmanager
def open_runner(executor: Executor | None, workers: int | None, on_done: OnDone | None, most: int) -> Iterator[Runner]:
    """Yield a runner of tasks; at the end, the processes that it started end.

    Args:
        executor: Runs the tasks, and stays open.
        workers: Number of processes without an executor; 1 means this process. If None, one for each processor where
            processes are forked, otherwise 1, because a script must first guard its main module.
        on_done: Called after each task.
        most: Largest number of tasks that run at the same time.

    Raises:
        ConfigurationError: If both an executor and a number of workers are passed, or the number is below 1.
    """
    if executor is not None:
        if workers is not None:
            raise ConfigurationError("workers: give either workers or an executor, which has its own")
        if not isinstance(executor, Executor):
            raise ConfigurationTypeError(f"executor: must be a concurrent.futures.Executor, not {executor!r}")
        yield Runner(executor, on_done)
        return
    size = min(_processors() if workers is None else whole_number("workers", workers, 1), most)
    if size <= 1:
        yield Runner(None, on_done)
        return
    # Imported here, because it takes time that most users of the library do not need.
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(size)
    try:
        yield Runner(pool, on_done)
    finally:
        pool.shutdown(cancel_futures=True)


def _processors() -> int:
    """Return the default number of processes: 1 if processes are not forked, or this one may not start any."""
    import multiprocessing

    method = multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    if method != "fork" or multiprocessing.current_process().daemon:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
