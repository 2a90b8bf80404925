"""What runs emitted, put together: each cell once, and disagreements found."""

from datetime import date

import msgspec
import pytest

from elt.quality.emitted import Cell, emitted
from hospital_sim.events import DepartmentPromise, EventCount, RunPeriod, RunRecord, RunStarted

pytestmark = pytest.mark.unit

ACUTE = DepartmentPromise("acute", "Acute", "300", 10, 10, 9.0, 5.0, 4.5, 0.01, 0.05, 0.9, 2.0, (1.0,) * 12)


def day(number: int) -> date:
    return date(2024, 1, number)


def record(first: int, last: int, counts: dict[date, int], *, start: int = 1, history: int = 1) -> RunRecord:
    run = RunStarted(
        1, f"{first:016x}{last:016x}", f"{history:032x}", 1, "city", "City", {}, "0" * 32, 1, 0,
        day(start), day(first), day(last), (ACUTE,),
    )  # fmt: skip
    return RunRecord(run, tuple(EventCount("admission", "acute", at, count) for at, count in counts.items()), ())


def test_runs_that_follow_each_other_add_up_and_histories_are_distinguished() -> None:
    found = emitted([record(1, 2, {day(1): 3, day(2): 4}), record(3, 4, {day(3): 5})])

    assert sum(found.counts.values()) == 12
    assert found.covered == {"city": {day(1), day(2), day(3), day(4)}}
    assert found.ends == {"city": day(4)}
    assert found.conflicts == []
    assert len(found.histories["city"]) == 1
    assert len(emitted([record(1, 1, {}), record(2, 2, {}, history=2)]).histories["city"]) == 2


def test_a_department_is_counted_on_the_days_on_which_it_is_open_or_still_has_patients() -> None:
    ward = msgspec.structs.replace(ACUTE, department_id="ward")
    changing = record(1, 6, {})
    run = msgspec.structs.replace(
        changing.run,
        departments=(ACUTE, ward),
        periods=(RunPeriod(day(1), (ACUTE,)), RunPeriod(day(3), (ACUTE, ward)), RunPeriod(day(5), (ACUTE,))),
    )
    census = (EventCount("dep_snapshot", "ward", day(5), 2),)
    found = emitted([msgspec.structs.replace(changing, run=run, counts=census)])
    assert {at.day for name, at in found.counted["city"] if name == "acute"} == {1, 2, 3, 4, 5, 6}
    assert {at.day for name, at in found.counted["city"] if name == "ward"} == {3, 4, 5}


def test_runs_whose_changes_differ_on_days_of_both_are_two_histories() -> None:
    def changed(beds: int) -> RunRecord:
        change = {"from": "2024-01-02", "department": [{"id": "acute", "beds": beds}]}
        run = record(1, 3, {})
        return msgspec.structs.replace(run, run=msgspec.structs.replace(run.run, configuration={"change": [change]}))

    assert len(emitted([changed(8), changed(8), record(1, 1, {})]).histories["city"]) == 1
    assert len(emitted([changed(8), changed(9)]).histories["city"]) == 2


def test_a_count_that_two_runs_share_counts_once() -> None:
    found = emitted([record(1, 2, {day(1): 3, day(2): 4}), record(1, 3, {day(1): 3, day(2): 4, day(3): 5})])

    assert sum(found.counts.values()) == 12
    assert found.conflicts == []


@pytest.mark.parametrize("other", [{day(1): 3, day(2): 5}, {day(1): 3}, {day(1): 3, day(2): 4, day(3): 1}])
def test_runs_that_count_one_day_differently_are_in_conflict(other: dict[date, int]) -> None:
    found = emitted([record(1, 3, {day(1): 3, day(2): 4}), record(1, 3, other)])

    [conflict] = found.conflicts
    assert conflict in {Cell("admission", "city", "acute", day(number)) for number in (2, 3)}


def test_only_the_first_run_of_a_history_covers_the_days_before_it() -> None:
    opening = date(2023, 12, 20)

    found = emitted([record(1, 2, {opening: 1, day(1): 3}), record(2, 3, {day(3): 2})])

    assert found.conflicts == []
    assert found.counts[Cell("admission", "city", "acute", opening)] == 1
    assert emitted([record(1, 2, {opening: 1, day(1): 3}), record(1, 2, {day(1): 3})]).conflicts
    # A run does not cover the days after its end either.
    assert emitted([record(1, 1, {day(1): 3}), record(1, 2, {day(1): 3, day(2): 4})]).conflicts == []
