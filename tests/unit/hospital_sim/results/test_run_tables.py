"""Results are computed from the events: waits, the census, the summary; empty runs too."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from bed_history import RunHistory
from hospitals import RunPlan, busy, department, hospital

from hospital_sim import Fixed, MemorySink, Run
from hospital_sim.events import Admission
from hospital_sim.results.run import EventsNotKeptError

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def run() -> Run:
    return busy().run_anew()


@pytest.fixture(scope="module")
def nothing() -> Run:
    """A run in which nobody asks."""
    quiet = department("quiet", requests_per_day=1e-9)
    return RunPlan(hospital(quiet), seed=1, days=3).run_anew()


def _waits_of(run: Run, department_id: str) -> list[float]:
    start = datetime.combine(run.record.run.start, datetime.min.time(), UTC)
    return [
        (event.admission_date - event.request_date) / timedelta(hours=1)
        for event in run.events
        if isinstance(event, Admission)
        and event.requested_department_id == department_id
        and event.admission_date >= start
    ]


def test_waits_are_those_of_patients_admitted_in_the_run(run: Run) -> None:
    table = run.waits()
    assert table["department"] == ["a", "b", "c"]
    for row in table:
        hours = sorted(_waits_of(run, str(row["department"])))
        assert row["admissions"] == len(hours)
        assert row["wait_hours_mean"] == pytest.approx(sum(hours) / len(hours))
        assert row["wait_hours_max"] == pytest.approx(hours[-1])
        assert row["wait_hours_p50"] == pytest.approx(_percentile(hours, 0.5))
        assert row["wait_hours_p90"] == pytest.approx(_percentile(hours, 0.9))
        assert row["wait_hours_p95"] == pytest.approx(_percentile(hours, 0.95))


def _percentile(values: list[float], share: float) -> float:
    """Return a percentile by its definition: linear between the two nearest ranks."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def test_waits_by_month_and_hospital_count_every_patient_once(run: Run) -> None:
    total = sum(_numbers(run.waits()["admissions"]))
    assert run.waits("month")["month"] == ["2024-01", "2024-02"]
    assert sum(_numbers(run.waits("month")["admissions"])) == total
    assert run.waits("hospital")["admissions"] == [total]


def test_waits_by_an_unknown_group_are_an_error_that_lists_the_groups(run: Run) -> None:
    with pytest.raises(ValueError, match="by: 'ward' is not known; use one of 'department', 'month', 'hospital'"):
        run.waits("ward")


def test_the_census_has_a_row_for_each_department_and_day(run: Run) -> None:
    census = run.census()
    assert len(census) == 3 * 40
    wards = {ward.config.id: ward for ward in RunHistory(run).departments}
    for row in census:
        snapshot = wards[str(row["department"])].census[row["date"], "EOD"]  # type: ignore[index]
        assert (row["beds"], row["occupied_beds"]) == (snapshot.beds, snapshot.occupied_beds)
        assert row["occupancy_rate"] == pytest.approx(snapshot.occupied_beds / snapshot.beds)
        assert row["waiting_list_size"] == snapshot.waiting_list_size


def test_the_summary_has_a_row_for_each_department_and_one_for_all(run: Run) -> None:
    table = run.summary()
    assert table["department"] == ["A", "B", "C", "All departments"]
    assert table["beds"] == [9, 6, 3, 18]
    wards = RunHistory(run).departments
    assert table["discharges"] == [*(len(ward.discharges) for ward in wards), sum(len(w.discharges) for w in wards)]
    occupied = [[ward.census[day, "EOD"].occupied_beds for day in ward.days] for ward in wards]
    shares = [sum(days) / 40 / ward.config.beds for days, ward in zip(occupied, wards, strict=True)]
    assert table["occupancy"][:3] == pytest.approx(shares)
    assert table["occupancy"][3] == pytest.approx(sum(map(sum, occupied)) / 40 / 18)
    queues = [[ward.census[day, "EOD"].waiting_list_size for day in ward.days] for ward in wards]
    assert table["longest_queue"] == [*map(max, queues), max(map(sum, zip(*queues, strict=True)))]
    assert table["waiting_at_end"] == [*(queue[-1] for queue in queues), sum(queue[-1] for queue in queues)]


def test_the_summary_counts_long_stays_of_twenty_one_days_and_delays() -> None:
    for days, delayed, expected in ((20.0, 1.0, (1.0, 1.0)), (20.999, 0.0, (0.0, 0.0))):
        stay = {"stay": Fixed(value=days), "delay_share": delayed, "delay_days": (1.0, 1.0)}
        place = hospital(department("a", beds=40, requests_per_day=1.0, **stay))
        (row,) = RunPlan(place, seed=1, days=60).run_anew().summary()
        assert (row["long_stays"], row["delayed"]) == expected


def test_shares_and_percentiles_are_none_without_data(nothing: Run) -> None:
    (row,) = nothing.summary()
    assert (row["admissions"], row["discharges"], row["occupancy"], row["longest_queue"]) == (0, 0, 0.0, 0)
    assert [row[name] for name in ("wait_p50_h", "wait_p90_h", "long_stays", "delayed")] == [None] * 4
    (waits,) = nothing.waits()
    assert (waits["admissions"], waits["wait_hours_mean"], waits["wait_hours_max"]) == (0, None, None)
    assert nothing.waits("month")["admissions"] == [0]
    assert "Quiet" in nothing._repr_html_()  # type: ignore[operator]


def test_patients_in_a_bed_at_the_start_are_not_among_the_admissions(run: Run) -> None:
    opening = [
        event for event in run.events if isinstance(event, Admission) and event.admission_date.date() < date(2024, 1, 1)
    ]
    assert opening
    everyone = [event for event in run.events if isinstance(event, Admission)]
    assert sum(_numbers(run.waits()["admissions"])) == len(everyone) - len(opening)


def test_results_without_kept_events_are_an_error_that_says_how_to_keep_them() -> None:
    run = hospital(department("a")).simulate("2024-01-01", "2024-01-02", seed=1, sink=MemorySink())
    with pytest.raises(EventsNotKeptError, match=r"call simulate\(…, keep=True\)"):
        run.summary()
    assert run._repr_html_() is None
    assert repr(run).startswith("<Run ")


def _numbers(values: Iterable[object]) -> list[int]:
    return [value for value in values if isinstance(value, int)]
