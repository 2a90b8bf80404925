"""Wrong arguments of an experiment are errors before anything runs, with the argument, the value and the remedy."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from tiny_hospitals import poisson

from hospital_sim.errors import ConfigurationError
from hospital_sim.experiments import compare, replicate, replications_for, sweep, tasks, warmup
from hospital_sim.hospital import Hospital

pytestmark = pytest.mark.unit

WARD = Hospital(poisson(beds=5, per_day=4.0, departments=2))

CALLS: list[tuple[Callable[[], object], str]] = [
    (lambda: replicate(WARD, replications=1), r"replications: must be 2 or more \(an interval needs two\).*not 1"),
    (lambda: replicate(WARD, replications=2.5), "replications: must be a whole number, not 2.5"),  # type: ignore[arg-type]
    (lambda: replicate("small"), "hospital: must be a Hospital, not 'small'; load one with hs.load"),  # type: ignore[arg-type]
    (lambda: replicate(WARD, "2025-02-01", "2025-01-31"), "end: 2025-01-31 is before the start, 2025-02-01; both days"),
    (lambda: replicate(WARD, "1 May"), "start: '1 May' is not a date; write YYYY-MM-DD"),
    (lambda: replicate(WARD, datetime(2025, 1, 1, 8, tzinfo=UTC)), "start: 2025-01-01 08:00:00.* has a time of day"),
    (lambda: replicate(WARD, 2025), "start: must be a date or YYYY-MM-DD, not 2025"),  # type: ignore[arg-type]
    (lambda: replicate(WARD, "1960-01-01"), "start: 1960-01-01, less 5 days of warm-up, is before 1971"),
    (lambda: replicate(WARD, seed=-1), "seed: must be between 0 and 4398046511102, not -1"),
    (lambda: replicate(WARD, metrics=["wait_p99"]), "metric: 'wait_p99' is not known; did you mean 'wait_p9"),
    (lambda: replicate(WARD, metrics=["zzz"]), "metric: 'zzz' is not known; known are requests, "),
    (lambda: replicate(WARD, metrics="queue"), r"metrics: must be a list of names, not 'queue'; write \['queue'\]"),
    (lambda: replicate(WARD, metrics=[]), "metrics: none given; leave it out for all of them"),
    (lambda: replicate(WARD, metrics=["queue", "queue"]), "metrics: 'queue' is given twice"),
    (lambda: replicate(WARD, workers=0), "workers: must be 1 or more, not 0"),
    (lambda: replicate(WARD, workers="2"), "workers: must be a whole number, not '2'"),  # type: ignore[arg-type]
    (lambda: replicate(WARD, executor=2), "executor: must be a concurrent.futures.Executor, not 2"),  # type: ignore[arg-type]
    (lambda: compare(), r"scenarios: give two or more by name, as in compare\(now=hospital, more=other\), not 0"),
    (lambda: compare(now=WARD), "scenarios: give two or more by name.*not 1"),
    (lambda: compare(now=WARD, more="small"), "more: must be a Hospital, not 'small'"),  # type: ignore[arg-type]
    (lambda: compare(now=WARD, more=WARD, replications=0), "replications: must be 2 or more"),
    (lambda: compare(now=WARD, more=WARD, end="2024-12-31"), "end: 2024-12-31 is before the start, 2025-01-01"),
    (lambda: sweep(WARD, {}), "fields: give two values or more to sweep over; for one hospital use replicate"),
    (lambda: sweep(WARD, {"d1.beds": [5]}), "fields: give two values or more"),
    (lambda: sweep(WARD, {"d1.beds": []}), "d1.beds: give at least one value"),
    (lambda: sweep(WARD, {"d1.beds": 5}), "d1.beds: must be a list of values, not 5"),  # type: ignore[dict-item]
    (lambda: sweep(WARD, {"d1.beds": [5, 5]}), "fields: d1.beds=5 is listed twice"),
    (lambda: sweep(WARD, {"d3.beds": [5, 6]}), r"d3.beds: 'd3' is not a department; there are d1, d2, and \* for all"),
    (lambda: sweep(WARD, {"d1.bed": [5, 6]}), "d1.bed: 'bed' is not a field that can vary; known are name, "),
    (lambda: sweep(WARD, {"warmup": [5, 6]}), "warmup: 'warmup' is not a field that can vary; known are .*warmup_days"),
    (lambda: sweep(WARD, {"d1.beds": [5, 0]}), r"department\[0\] \(d1\): beds: .*>= 1"),
    (lambda: sweep(WARD, {"d1.stay.man": [1, 2]}), "d1.stay.man: stay has no part 'man'"),
    (lambda: replications_for(WARD, "queue", precision=0), "precision: must be above 0 and finite, not 0"),
    (lambda: replications_for(WARD, "queue", precision=1, at_most=1), "replications: must be 2 or more"),
    (lambda: replications_for(WARD, "queue", precision=1, confidence=95), "confidence: must be above 0 and below 1"),
    (lambda: replications_for(WARD, "queue", precision=1, department="x"), "department: 'x' is not one of d1, d2"),
    (lambda: warmup(WARD, days=19), "days: must be 20 or more, not 19"),
    (lambda: warmup(WARD, replications=1), "replications: must be 2 or more"),
]


@pytest.mark.parametrize(("call", "message"), CALLS)
def test_a_wrong_call_is_refused_before_anything_runs(
    call: Callable[[], object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.Runner, "run", lambda *_: pytest.fail("it ran"))

    with pytest.raises(ConfigurationError, match=message) as caught:
        call()

    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_workers_and_an_executor_do_not_go_together() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor, pytest.raises(ConfigurationError, match="workers: give either workers or"):
        replicate(WARD, executor=executor, workers=2)


def test_errors_name_an_unmeasured_metric_and_a_missing_department_or_scenario() -> None:
    found = compare(now=WARD, a=WARD, b=WARD, replications=2, metrics=["queue"], end="2025-01-01", workers=1)

    for call, message in (
        (lambda: found.scenarios["now"].interval("wait_p90"), "'wait_p90' was not measured; measured are queue"),
        (lambda: found.scenarios["now"].interval("que"), "'que' is not known; did you mean 'queue'"),
        (lambda: found.scenarios["now"].interval("queue", "d9"), "department: 'd9' is not one of d1, d2"),
        (lambda: found.difference("queue"), "of: say which scenario; compared with 'now' are a, b"),
        (lambda: found.difference("queue", of="now"), "of: 'now' is not a scenario; compared with 'now' are a, b"),
        (lambda: found.difference("queue", of="a", confidence=95), "confidence: must be above 0 and below 1"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            call()


@pytest.mark.parametrize(
    ("start", "end"),
    [(None, date(2025, 12, 31)), ("2024-02-29", date(2025, 2, 28)), ("2024-07-01", date(2025, 6, 30))],
)
def test_an_experiment_without_an_end_lasts_a_year(
    start: str | None, end: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.Runner, "run", lambda _self, _work, given: [((0.0,),) * 3 for _ in given])

    found = replicate(WARD, start, replications=2, metrics=["queue"])

    assert (str(found.start), found.end) == (start or "2025-01-01", end)
