"""An experiment's results are the same whatever runs it."""

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from tiny_hospitals import poisson

from hospital_sim import ConfigurationError
from hospital_sim.experiments import Replications, compare, replicate, replications_for, sweep, warmup
from hospital_sim.experiments.tasks import WorkerEndedError
from hospital_sim.hospital import Hospital
from hospital_sim.observe import Metric, Statistics

pytestmark = pytest.mark.integration

BUSY = Hospital(poisson(beds=5, per_day=4.5, warmup_days=10, departments=2))
DAYS = {"start": "2025-05-01", "end": "2025-05-20"}


class Backwards(Executor):
    """An executor that runs what it was given in the reverse order, when the first result is waited for."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run what came before once three are there, the last first."""
        future: Future[Any] = Future()
        self.waiting.append(lambda: future.set_result(fn(*args, **kwargs)))
        if len(self.waiting) == 3:
            while self.waiting:
                self.waiting.pop()()
        return future


def longest_stay_hours(seen: Statistics) -> float | None:
    """Return a custom metric."""
    return max(seen.stays) / 3600 if seen.stays else None


def _rows(found: Replications) -> list[tuple[object, ...]]:
    return list(found.table().rows())


def test_one_process_two_threads_and_any_executor_give_the_same() -> None:
    alone = replicate(BUSY, **DAYS, replications=6, workers=1)

    assert _rows(replicate(BUSY, **DAYS, replications=6, workers=2)) == _rows(alone)
    assert _rows(replicate(BUSY, **DAYS, replications=6)) == _rows(alone)
    assert _rows(replicate(BUSY, **DAYS, replications=6, executor=Backwards())) == _rows(alone)
    for kind in (ThreadPoolExecutor, ProcessPoolExecutor):
        with kind(2) as executor:
            assert _rows(replicate(BUSY, **DAYS, replications=6, executor=executor)) == _rows(alone)
            assert executor.submit(abs, -1).result() == 1, "the executor is left open"


def test_a_dask_cluster_gives_the_same() -> None:
    distributed = pytest.importorskip("distributed")
    alone = replicate(BUSY, **DAYS, replications=4, workers=1)

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert _rows(replicate(BUSY, **DAYS, replications=4, executor=client.get_executor())) == _rows(alone)


def test_a_comparison_a_sweep_a_warm_up_and_a_precision_are_the_same_with_two_workers() -> None:
    more = BUSY.with_beds({"d1": 1})

    def results(workers: int) -> list[object]:
        swept = sweep(BUSY, {"d1.beds": [4, 5]}, **DAYS, replications=3, workers=workers)
        precise = replications_for(BUSY, "occupied_beds", **DAYS, precision=1.0, workers=workers)
        return [
            list(compare(now=BUSY, more=more, **DAYS, replications=3, workers=workers).table().rows()),
            list(swept.table("queue").rows()),
            list(warmup(BUSY, days=40, replications=3, workers=workers).table().rows()),
            (precise.replications, precise.interval),
        ]

    assert results(1) == results(2)


def test_a_replication_is_the_run_that_its_seed_gives() -> None:
    found = replicate(BUSY, **DAYS, replications=3, metrics=["admissions"])

    run = BUSY.simulate(DAYS["start"], DAYS["end"], seed=found.seeds[2])

    assert (
        sum(row["admissions"] for row in run.summary() if row["department"] == "All departments")
        == (found.values("admissions")[2])
    )


def test_a_custom_metric_is_measured_in_other_processes_too() -> None:
    own = Metric("longest_stay", "hours", "the longest stay", longest_stay_hours)

    found = replicate(BUSY, **DAYS, replications=3, workers=2, metrics=[own, "stay_mean"])

    assert [metric.name for metric in found.metrics] == ["longest_stay", "stay_mean"]
    longest, mean = found.interval("longest_stay"), found.interval("stay_mean")
    assert longest.mean is not None
    assert mean.mean is not None
    assert longest.mean > 24 * mean.mean


def test_progress_is_told_for_each_replication() -> None:
    told: list[tuple[int, int]] = []

    compare(now=BUSY, same=BUSY, **DAYS, replications=2, workers=2, on_done=lambda *count: told.append(count))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_error_in_a_worker_is_the_callers() -> None:
    broken = Metric("broken", "", "", _broken)

    for workers in (1, 2):
        with pytest.raises(ZeroDivisionError, match="of the metric"):
            replicate(BUSY, **DAYS, replications=4, workers=workers, metrics=[broken])


@pytest.mark.parametrize(
    "function", [lambda seen: float(seen.requests), partial(lambda seen, unit: seen.requests / unit, unit=2.0)]
)
def test_a_metric_that_cannot_be_sent_to_other_processes_is_refused_by_its_name(
    function: Callable[[Statistics], float],
) -> None:
    own = Metric("own", "patients", "requests", function)
    with ProcessPoolExecutor(1) as processes, ThreadPoolExecutor(1) as threads:
        for where in ({"workers": 2}, {"executor": processes}):
            with pytest.raises(
                ConfigurationError, match=r"metrics: 'own' cannot be sent .* in a module .* one process"
            ):
                replicate(BUSY, **DAYS, replications=2, metrics=[own], **where)
        for elsewhere in ({"workers": 1}, {"executor": threads}):
            assert len(replicate(BUSY, **DAYS, replications=2, metrics=[own], **elsewhere)) == 2


def test_a_process_that_ends_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(
        WorkerEndedError, match=r"a process ended in the middle of its work.* in a module .* one process"
    ):
        replicate(BUSY, **DAYS, replications=2, metrics=[Metric("own", "", "", _end)], workers=2)


def _end(_: Statistics) -> float:
    os._exit(3)


def _broken(_: Statistics) -> float:
    raise ZeroDivisionError("of the metric")
